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
  const byToken =
    hints.sessionToken === undefined ? undefined : running.sessions.redeemToken(hints.sessionToken);
  if (byToken !== undefined) return { session: byToken, isFresh: true };
  if (hints.sessionToken === undefined && running.signedInUserId !== null) {
    return { session: running.sessions.begin(running.signedInUserId), isFresh: true };
  }
  const session = hints.cookie === undefined ? undefined : running.sessions.find(hints.cookie);
  if (session === undefined || hints.prompt.includes('login')) return undefined;
  return isRecent(session, hints.maxAge, running.clock.now()) ? { session, isFresh: false } : undefined;
}

function isRecent({ lastPasswordVerificationAt }: Session, maxAge: number | null, now: number): boolean {
  return maxAge === null || now <= lastPasswordVerificationAt + maxAge * 1000;
}
