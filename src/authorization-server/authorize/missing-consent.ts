import type { Issuer } from '../issuers/issuer.js';
import type { Scope, User } from '../org/org.js';
import type { GrantedAccess } from '../policy/access-decision.js';
import { scopesToConsent } from '../policy/consent.js';
import type { RunningOrg } from '../running-org.js';
import type { ConsentParties } from '../sessions/consents.js';
import type { AuthorizeRequest } from './authorize-request.js';

/** What a person has been granted, and is perhaps to be asked about. */
export interface Granted {
  readonly issuer: Issuer;
  readonly asked: AuthorizeRequest;
  readonly user: User;
  readonly access: GrantedAccess;
}

/**
 * The scopes that a person has not consented to yet: with `prompt=consent` also those of earlier consents (okta/authorization-server.md
 * section 5).
 *
 * @param allowed names of scopes that the person has just allowed
 */
export function missingConsent(
  { consents }: RunningOrg,
  granted: Granted,
  allowed: readonly string[],
): readonly Scope[] {
  const { client, prompt } = granted.asked;
  const given = prompt.includes('consent') ? new Set<string>() : consents.of(partiesOf(granted));
  const isMissing = ({ name }: Scope): boolean => !given.has(name) && !allowed.includes(name);
  return scopesToConsent(client, granted.access.scopes, prompt).filter(isMissing);
}

/** Whose consent it is, and to whom. */
export function partiesOf({ issuer, asked, user }: Granted): ConsentParties {
  return { issuerId: issuer.server.id, clientId: asked.client.id, userId: user.id };
}
