import type { Answer } from '../endpoints/answer.js';
import { recordConsent } from '../endpoints/record-grant.js';
import { oauthError } from '../errors/oauth-errors.js';
import type { RunningOrg } from '../running-org.js';
import type { SignedIn } from '../sessions/signed-in.js';
import type { Authorizing } from './arrival.js';
import { consentPage } from './consent-page.js';
import { askOnPage } from './interactions.js';
import { missingConsent, partiesOf, type Granted } from './missing-consent.js';

/** What a person has been granted, in which session. */
export interface Consenting {
  readonly granted: Granted;
  readonly session: SignedIn['session'];
}

/** @returns the page that asks; undefined where there is nothing to ask @throws OAuthError where the person or the client wants no page */
export function consentQuestion(
  running: RunningOrg,
  authorizing: Authorizing,
  { granted, session }: Consenting,
): Answer | undefined {
  const { arrival, recipient } = authorizing;
  const { consent, cookies, serverId, parameters, request } = arrival;
  if (consent === 'denied') throw oauthError('access_denied').withDetail('the person did not consent');
  if (consent !== null) remember(running, authorizing, { granted, scopes: consent });
  const scopes = missingConsent(running, granted, consent ?? []);
  const names = scopes.map(({ name }) => name);
  if (names.length === 0) return undefined;
  if (granted.asked.prompt.includes('none')) throw oauthError('consent_required', names.join(', '));
  const waiting = { serverId, parameters, request };
  return askOnPage(running, cookies, {
    about: { kind: 'consent', waiting, session, scopes: names },
    show: (token) => consentPage({ ...recipient, user: granted.user, scopes, token }),
  });
}

interface Consented {
  readonly granted: Granted;
  readonly scopes: readonly string[];
}

function remember(
  { consents, log }: RunningOrg,
  { arrival, issuer }: Authorizing,
  { granted, scopes }: Consented,
): void {
  const { user, asked } = granted;
  consents.remember(partiesOf(granted), scopes);
  recordConsent(log, { user, scopes }, { issuer, client: asked.client, request: arrival.request });
}
