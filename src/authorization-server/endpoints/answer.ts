import type { OAuthError } from '../errors/oauth-errors.js';

/** What an endpoint answers: status, headers, cookies and the whole body. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Values of `Set-Cookie`. */
  readonly cookies?: readonly string[];
}

/** Nothing that an issuer answers to a client may be kept (okta/authorization-server.md section 3). */
const UNCACHED = { 'cache-control': 'no-cache, no-store', pragma: 'no-cache', expires: '0' } as const;

export function jsonAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = UNCACHED,
): Answer {
  return { status, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** Done, and there is nothing to say. */
export const EMPTY_ANSWER: Answer = {
  status: 200,
  headers: { ...UNCACHED, 'content-length': '0' },
  body: '',
};

/** What whoever brings a bearer token is told: in a header, with no body (okta/authorization-server.md section 4.4). */
export function bearerRefusal({ status, error, description }: OAuthError): Answer {
  const text = description.replace(/\.$/, '');
  const challenge = `Bearer error="${error}", error_description="${text}"`;
  return { status, headers: { ...UNCACHED, 'www-authenticate': challenge, 'content-length': '0' }, body: '' };
}

/** A page for people. @param headers what the page itself says about its safety */
export function pageAnswer(status: number, html: string, headers: Readonly<Record<string, string>>): Answer {
  const type = { 'content-type': 'text/html; charset=utf-8' };
  return { status, headers: { ...UNCACHED, ...type, ...headers }, body: html };
}

export function redirectAnswer(location: string): Answer {
  return { status: 302, headers: { ...UNCACHED, location, 'referrer-policy': 'no-referrer' }, body: '' };
}
