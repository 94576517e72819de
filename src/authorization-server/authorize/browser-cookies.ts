import type { FastifyRequest } from 'fastify';
import type { Answer } from '../endpoints/answer.js';
import { cookieOf } from '../endpoints/read-request.js';
import type { Session } from '../hook/hook-occasion.js';
import type { RunningOrg } from '../running-org.js';

/** Okta's own names: of the session, and of what tells one browser from another. */
const SESSION_COOKIE = 'sid';
const BROWSER_COOKIE = 'DT';

/** What a browser brings along. */
export interface BrowserCookies {
  /** The secret of a session. */
  readonly session: string | undefined;
  /** The secret that the browser's pages are bound to. */
  readonly browser: string | undefined;
}

/** As the emulator makes secrets: an empty one, say, would bind a page to every browser that has none. */
const SECRET = /^[\w-]{43}$/;

export function cookiesOf(request: FastifyRequest): BrowserCookies {
  return { session: secretOf(request, SESSION_COOKIE), browser: secretOf(request, BROWSER_COOKIE) };
}

/** A cookie of any other form was not set by a page of the emulator, and counts as none. */
function secretOf(request: FastifyRequest, name: string): string | undefined {
  const value = cookieOf(request, name);
  return value !== undefined && SECRET.test(value) ? value : undefined;
}

/** The browser keeps a session, in place of the one that it had: that one is over, for whoever else may have its secret. */
export function withSession(
  running: RunningOrg,
  answer: Answer,
  { session, cookies }: { readonly session: Session; readonly cookies: BrowserCookies },
): Answer {
  const { sessions } = running;
  if (cookies.session !== undefined) sessions.end(cookies.session);
  return withCookie(running, answer, `${SESSION_COOKIE}=${sessions.keep(session)}`);
}

/** The browser forgets its session. */
export function withoutSession(running: RunningOrg, answer: Answer): Answer {
  return withCookie(running, answer, `${SESSION_COOKIE}=; Max-Age=0`);
}

export function withBrowserCookie(running: RunningOrg, answer: Answer, secret: string): Answer {
  return withCookie(running, answer, `${BROWSER_COOKIE}=${secret}`);
}

/** Over HTTPS they go with frames of other sites too, as Okta's do: single-page apps renew tokens in one. */
function withCookie({ url }: RunningOrg, answer: Answer, cookie: string): Answer {
  const site = url.startsWith('https:') ? 'SameSite=None; Secure' : 'SameSite=Lax';
  return { ...answer, cookies: [...(answer.cookies ?? []), `${cookie}; Path=/; HttpOnly; ${site}`] };
}
