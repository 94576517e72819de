import type { FastifyRequest } from 'fastify';
import type { Answer } from '../endpoints/answer.js';
import { cookieOf } from '../endpoints/read-request.js';
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

export function cookiesOf(request: FastifyRequest): BrowserCookies {
  return { session: cookieOf(request, SESSION_COOKIE), browser: cookieOf(request, BROWSER_COOKIE) };
}

/** The browser keeps a session. @param secret null ends it */
export function withSessionCookie(running: RunningOrg, answer: Answer, secret: string | null): Answer {
  return withCookie(
    running,
    answer,
    secret === null ? `${SESSION_COOKIE}=; Max-Age=0` : `${SESSION_COOKIE}=${secret}`,
  );
}

export function withBrowserCookie(running: RunningOrg, answer: Answer, secret: string): Answer {
  return withCookie(running, answer, `${BROWSER_COOKIE}=${secret}`);
}

/** Over HTTPS they go with frames of other sites too, as Okta's do: single-page apps renew tokens in one. */
function withCookie({ url }: RunningOrg, answer: Answer, cookie: string): Answer {
  const site = url.startsWith('https:') ? 'SameSite=None; Secure' : 'SameSite=Lax';
  return { ...answer, cookies: [...(answer.cookies ?? []), `${cookie}; Path=/; HttpOnly; ${site}`] };
}
