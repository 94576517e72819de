import { redirectAnswer, type Answer } from '../endpoints/answer.js';
import type { Parameters } from '../endpoints/parameters.js';
import { oauthError } from '../errors/oauth-errors.js';
import { unknownClientError } from '../errors/okta-api-error.js';
import { verifyToken, type SignedToken } from '../issued-tokens/verify-token.js';
import { issuingIssuer } from '../issuers/find-issuer.js';
import type { Client } from '../org/org.js';
import type { RunningOrg } from '../running-org.js';
import { withoutSession, type BrowserCookies } from './browser-cookies.js';
import { asErrorPage } from './error-page.js';
import { LOGIN_PATH } from './session-pages.js';

/** A request at `/logout`, and what the browser brings along. */
export interface Leaving {
  /** Null at the org's own server. */
  readonly serverId: string | null;
  readonly parameters: Parameters;
  readonly cookies: BrowserCookies;
}

/**
 * Answers `/logout`: ends the browser's session where it is that of the ID token's person, and sends the browser on
 * (okta/authorization-server.md section 4.5). Tokens stay good.
 */
export async function answerLogout(running: RunningOrg, leaving: Leaving): Promise<Answer> {
  try {
    const hint = await readHint(running, leaving);
    const answer = redirectAnswer(whereTo(running, clientOf(running, hint), leaving.parameters));
    return isOwnSession(running, hint, leaving) ? endSession(running, answer, leaving.cookies) : answer;
  } catch (error) {
    return asErrorPage(error);
  }
}

/** One that has expired is accepted. @throws OAuthError */
async function readHint(running: RunningOrg, { serverId, parameters }: Leaving): Promise<SignedToken> {
  const issuer = issuingIssuer(running, serverId);
  if (parameters.hasDuplicates) throw oauthError('duplicate_oauth_params');
  const hint = await verifyToken(running, issuer, parameters.get('id_token_hint') ?? '');
  if (hint?.kind !== 'identity') throw oauthError('id_token_invalid');
  return hint;
}

/** @throws OktaApiError */
function clientOf({ org }: RunningOrg, { clientId }: SignedToken): Client {
  const client = org.clients.get(clientId);
  if (client === undefined) throw unknownClientError();
  return client;
}

/** @throws OAuthError */
function whereTo({ url }: RunningOrg, client: Client, parameters: Parameters): string {
  const uri = parameters.get('post_logout_redirect_uri');
  if (uri === undefined) return `${url}${LOGIN_PATH}`;
  if (!client.postLogoutRedirectUris.includes(uri)) throw oauthError('illegal_post_logout_redirect_uri');
  const state = parameters.get('state');
  if (state === undefined) return uri;
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams({ state }).toString()}`;
}

function isOwnSession({ sessions }: RunningOrg, { userId }: SignedToken, { cookies }: Leaving): boolean {
  const session = cookies.session === undefined ? undefined : sessions.find(cookies.session);
  return session !== undefined && session.userId === userId;
}

/** The browser's session is over, and so is its cookie. */
export function endSession(running: RunningOrg, answer: Answer, { session: secret }: BrowserCookies): Answer {
  if (secret === undefined) return answer;
  const session = running.sessions.find(secret);
  running.sessions.end(secret);
  if (session !== undefined) recordEnd(running, session.userId);
  return withoutSession(running, answer);
}

function recordEnd({ log, org }: RunningOrg, userId: string): void {
  const login = org.users.get(userId)?.profile.login ?? null;
  log.record({
    eventType: 'user.session.end',
    outcome: { result: 'SUCCESS', reason: null },
    actor: { id: userId, type: 'User', alternateId: login, displayName: null },
    target: [],
  });
}
