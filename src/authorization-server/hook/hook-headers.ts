import type { HookChannel } from '../org/inline-hook.js';

const REDACTED = '[redacted]';

/** Custom headers that carry secrets by their nature, besides the channel's own one. */
const SECRET_HEADERS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

/** Shorter secrets are words that may well stand in a text for another reason. */
const SHORTEST_SECRET = 8;

/**
 * The headers of a call (sections 1.1 and 6), by lower-case name: the custom ones, the scheme's, and over both what Okta
 * always sends.
 *
 * @param token the access token of the OAuth channel; null for the other one
 */
export function hookHeaders(channel: HookChannel, token: string | null = null): ReadonlyMap<string, string> {
  const scheme = channel.type === 'HTTP' && channel.authScheme !== null ? [channel.authScheme] : [];
  const configured = [...channel.headers, ...scheme].map(
    ({ key, value }) => [key.toLowerCase(), value] as const,
  );
  return new Map([
    ...configured,
    ...(token === null ? [] : [['authorization', `Bearer ${token}`] as const]),
    ['accept', 'application/json'],
    ['content-type', 'application/json'],
    ['user-agent', 'Okta-Integrations'],
  ]);
}

/** The headers as a record may show them. */
export function withoutSecrets(
  headers: ReadonlyMap<string, string>,
  channel: HookChannel,
): Readonly<Record<string, string>> {
  const scheme = channel.type === 'HTTP' ? channel.authScheme?.key.toLowerCase() : undefined;
  const shown = [...headers].map(([name, value]) =>
    name === scheme || SECRET_HEADERS.has(name) ? [name, REDACTED] : [name, value],
  );
  return Object.fromEntries(shown);
}

/** Takes what opens a hook out of a text that the hook wrote: it may repeat what it was sent. */
export function secretRemover(channel: HookChannel, token: string | null): (text: string) => string {
  const secrets = [...secretsOf(channel), ...(token === null ? [] : [token])].filter(
    ({ length }) => length >= SHORTEST_SECRET,
  );
  const spellings = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return (text) => spellings.reduce((left, secret) => left.replaceAll(secret, REDACTED), text);
}

function secretsOf(channel: HookChannel): readonly string[] {
  if (channel.type === 'HTTP') return channel.authScheme === null ? [] : [channel.authScheme.value];
  const { credentials } = channel;
  return credentials.authType === 'client_secret_post' ? [credentials.clientSecret] : [];
}
