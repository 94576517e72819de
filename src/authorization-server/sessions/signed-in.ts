import type { Session } from '../hook/hook-occasion.js';
import type { RunningOrg } from '../running-org.js';

/** What a request says about who is signed in. */
export interface SignInHints {
  /** `sessionToken` (okta/authorization-server.md section 4.1). */
  readonly sessionToken: string | undefined;
  /** The browser's session cookie. */
  readonly cookie: string | undefined;
  readonly prompt: readonly string[];
  /** Seconds. */
  readonly maxAge: number | null;
}

/** A session, and whether the person has just shown up for it: then there is nothing to ask any more. */
export interface SignedIn {
  readonly session: Session;
  readonly isFresh: boolean;
}

/** Who is signed in without a page: by a session token, by the browser's session, or because the tests say so. */
export function signedIn(running: RunningOrg, hints: SignInHints): SignedIn | undefined {
  const { sessionToken } = hints;
  const byToken = sessionToken === undefined ? undefined : running.sessions.redeemToken(sessionToken);
  if (byToken !== undefined) return { session: byToken, isFresh: true };
  const session = sessionOfBrowser(running, hints);
  if (session !== undefined) return { session, isFresh: false };
  // A token that is worth nothing is not made good by somebody else.
  if (sessionToken !== undefined || running.signedInUserId === null) return undefined;
  return { session: running.sessions.begin(running.signedInUserId), isFresh: true };
}

/** The session that a cookie stands for. Nobody has one who may not sign in any more: the next person at the browser may. */
export function sessionOf({ sessions, org }: RunningOrg, cookie: string | undefined): Session | undefined {
  const session = cookie === undefined ? undefined : sessions.find(cookie);
  return session !== undefined && org.users.get(session.userId)?.status === 'ACTIVE' ? session : undefined;
}

function sessionOfBrowser(running: RunningOrg, { cookie, prompt, maxAge }: SignInHints): Session | undefined {
  const session = sessionOf(running, cookie);
  if (session === undefined || prompt.includes('login')) return undefined;
  return isRecent(session, maxAge, running.clock.now()) ? session : undefined;
}

/** Nothing is recent enough for an age of zero: it asks for a sign-in like `prompt=login` (OpenID Connect Core 1.0, section 3.1.2.1). */
function isRecent({ lastPasswordVerificationAt }: Session, maxAge: number | null, now: number): boolean {
  if (maxAge === 0) return false;
  return maxAge === null || now <= lastPasswordVerificationAt + maxAge * 1000;
}
