import type { Answer } from '../endpoints/answer.js';
import { readParameters } from '../endpoints/parameters.js';
import { recordCode, recordRefusal } from '../endpoints/record-grant.js';
import { OAuthError, oauthError } from '../errors/oauth-errors.js';
import { OktaApiError } from '../errors/okta-api-error.js';
import type { Session } from '../hook/hook-occasion.js';
import { issuingIssuer } from '../issuers/find-issuer.js';
import type { Issuer } from '../issuers/issuer.js';
import type { Client } from '../org/org.js';
import type { GrantedAccess } from '../policy/access-decision.js';
import { scopesToConsent } from '../policy/consent.js';
import type { RunningOrg } from '../running-org.js';
import { INTERACTION_LIFETIME_MS, type Interaction } from '../sessions/interaction.js';
import { signedIn, type SignedIn } from '../sessions/signed-in.js';
import { readAuthorizeRequest, responseModeOf, type AuthorizeRequest } from './authorize-request.js';
import { deliver } from './deliver.js';
import { accessOf, activeUser, issueCode } from './issue-code.js';
import { errorPage, pickerPage } from './pages.js';
import { recipientOf, type Recipient } from './recipient.js';

/** Where a picked person is sent to, below the org's URL. */
export const SIGN_IN_PATH = '/_signin';

/** Okta's own name for it. */
export const SESSION_COOKIE = 'sid';

/** A request at `/authorize`, and what the browser brings along. */
export interface Arrival extends Interaction {
  /** The session cookie. */
  readonly cookie: string | undefined;
  /** Somebody who has just been picked on the page. */
  readonly picked: SignedIn | null;
}

interface Authorizing {
  readonly arrival: Arrival;
  readonly issuer: Issuer;
  readonly recipient: Recipient;
}

/** Answers `/authorize`: with a code or an error for the client, or with a page (okta/authorization-server.md section 4.1). */
export async function answerAuthorize(running: RunningOrg, arrival: Arrival): Promise<Answer> {
  let issuer: Issuer | undefined;
  try {
    issuer = issuingIssuer(running, arrival.serverId);
    const recipient = recipientOf(running.org, readParameters(arrival.parameters));
    return await answerRecipient(running, { arrival, issuer, recipient });
  } catch (error) {
    if (issuer !== undefined) record(running, error, { arrival, issuer, client: null });
    return asErrorPage(error);
  }
}

/** Until it is certain where an answer belongs, nothing is redirected. @throws what is no error of Okta's */
function asErrorPage(error: unknown): Answer {
  if (error instanceof OAuthError) return errorPage(400, error.error, error.description);
  if (error instanceof OktaApiError) return errorPage(400, error.errorCode, error.errorSummary);
  throw error;
}

/** From here on errors go to the client. */
async function answerRecipient(running: RunningOrg, authorizing: Authorizing): Promise<Answer> {
  const { arrival, issuer, recipient } = authorizing;
  const parameters = readParameters(arrival.parameters);
  const { redirectUri, client } = recipient;
  const delivery = { redirectUri, responseMode: responseModeOf(parameters) };
  const state = parameters.get('state');
  const stated = state === undefined ? {} : { state };
  try {
    const asked = readAuthorizeRequest(recipient, parameters);
    const outcome = await authorize(running, authorizing, asked);
    if (outcome.kind === 'page') return outcome.answer;
    const answer = deliver(delivery, { code: outcome.code, ...stated });
    return outcome.signedIn.isFresh ? withCookie(running, answer, outcome.signedIn.session) : answer;
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    record(running, error, { arrival, issuer, client });
    return deliver(delivery, { ...stated, ...error.toBody() });
  }
}

type Outcome =
  | { readonly kind: 'code'; readonly code: string; readonly signedIn: SignedIn }
  | { readonly kind: 'page'; readonly answer: Answer };

/** @throws OAuthError */
async function authorize(
  running: RunningOrg,
  authorizing: Authorizing,
  asked: AuthorizeRequest,
): Promise<Outcome> {
  const { arrival, issuer } = authorizing;
  const present = whoIsSignedIn(running, arrival, asked);
  if (present === undefined) return askWhoSignsIn(running, authorizing, asked);
  const user = activeUser(running, present.session.userId);
  const access = accessOf(running, { issuer, asked, user });
  if (isConsentMissing(asked, access, present)) return askWhoSignsIn(running, authorizing, asked);
  const { session } = present;
  const { request } = arrival;
  const code = await issueCode(running, { issuer, asked, session, user, request }, access);
  recordCode(running.log, user, { issuer, client: asked.client, request });
  return { kind: 'code', code, signedIn: present };
}

function whoIsSignedIn(
  running: RunningOrg,
  { picked, cookie, parameters }: Arrival,
  { prompt, maxAge }: AuthorizeRequest,
): SignedIn | undefined {
  const sessionToken = readParameters(parameters).get('sessionToken');
  return picked ?? signedIn(running, { sessionToken, cookie, prompt, maxAge });
}

/**
 * Whoever signs in just now has seen on the page what is asked for, or is a test: that counts as consent, unless the client
 * wants no page (section 5).
 *
 * @throws OAuthError
 */
function isConsentMissing(
  { client, prompt }: AuthorizeRequest,
  { scopes }: GrantedAccess,
  { isFresh }: SignedIn,
): boolean {
  const missing = scopesToConsent(client, scopes, prompt).map(({ name }) => name);
  if (missing.length > 0 && prompt.includes('none')) throw oauthError('consent_required', missing.join(', '));
  return missing.length > 0 && !isFresh;
}

/** @throws OAuthError where the client wants no page */
function askWhoSignsIn(
  running: RunningOrg,
  { arrival: { serverId, parameters, request } }: Authorizing,
  { client, prompt, scope }: AuthorizeRequest,
): Outcome {
  if (prompt.includes('none')) return refuseToAsk(running);
  const expiresAt = running.clock.now() + INTERACTION_LIFETIME_MS;
  const id = running.interactions.put({ serverId, parameters, request }, expiresAt);
  const action = `${SIGN_IN_PATH}/${id}`;
  const users = [...running.org.users.values()];
  return { kind: 'page', answer: pickerPage({ client, users, action, scope }) };
}

/** @throws OAuthError unless a switch shows a page (section 4.1) */
function refuseToAsk({ org }: RunningOrg): Outcome {
  const error = oauthError('login_required');
  if (org.switches.promptNoneWithoutSession === 'redirect') throw error;
  return { kind: 'page', answer: errorPage(400, error.error, error.description) };
}

function withCookie(running: RunningOrg, answer: Answer, session: Session): Answer {
  const secure = running.url.startsWith('https:') ? '; Secure' : '';
  const cookie = `${SESSION_COOKIE}=${running.sessions.keep(session)}; Path=/; HttpOnly; SameSite=Lax${secure}`;
  return { ...answer, headers: { ...answer.headers, 'set-cookie': cookie } };
}

interface Failed {
  readonly arrival: Arrival;
  readonly issuer: Issuer;
  readonly client: Client | null;
}

function record({ log }: RunningOrg, error: unknown, { arrival, issuer, client }: Failed): void {
  const asking = { issuer, client, request: arrival.request };
  recordRefusal(log, error, asking, 'app.oauth2.as.authorize');
}
