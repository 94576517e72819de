import type { InlineHook } from '../org/org.js';

type Channel = InlineHook['channel'];

const REDACTED = '[redacted]';

/** Custom headers that carry secrets by their nature, besides the channel's own one. */
const SECRET_HEADERS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

/**
 * The headers of a call (sections 1.1 and 6.1), by lower-case name: the custom ones, the scheme's, and over both what Okta
 * always sends.
 */
export function hookHeaders({ headers, authScheme }: Channel): ReadonlyMap<string, string> {
  const scheme = authScheme === null ? [] : [authScheme];
  const configured = [...headers, ...scheme].map(({ key, value }) => [key.toLowerCase(), value] as const);
  return new Map([
    ...configured,
    ['accept', 'application/json'],
    ['content-type', 'application/json'],
    ['user-agent', 'Okta-Integrations'],
  ]);
}

/** The headers as a record may show them. */
export function withoutSecrets(
  headers: ReadonlyMap<string, string>,
  { authScheme }: Channel,
): Readonly<Record<string, string>> {
  const scheme = authScheme?.key.toLowerCase();
  const shown = [...headers].map(([name, value]) =>
    name === scheme || SECRET_HEADERS.has(name) ? [name, REDACTED] : [name, value],
  );
  return Object.fromEntries(shown);
}
