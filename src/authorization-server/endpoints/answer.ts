/** What an endpoint answers: status, headers and the whole body. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
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

/** Pages are for people: no scripts but the one of a page that says so, no frames, no referrer. */
export function pageAnswer(status: number, html: string, scripts = "'none'"): Answer {
  return {
    status,
    headers: {
      ...UNCACHED,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; script-src ${scripts}; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
    body: html,
  };
}

export function redirectAnswer(location: string): Answer {
  return { status: 302, headers: { ...UNCACHED, location, 'referrer-policy': 'no-referrer' }, body: '' };
}
