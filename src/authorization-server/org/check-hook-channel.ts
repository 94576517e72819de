import type { Path } from '../../config/file-fault.js';
import type { HookChannel } from './inline-hook.js';
import type { Report } from './name-index.js';

/** Headers that are Okta's own, or the transport's (okta/token-inline-hook.md sections 1.1 and 6.1). */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  ...['accept', 'connection', 'content-length', 'content-type', 'host', 'transfer-encoding', 'user-agent'],
]);

export interface ChannelPlace {
  readonly path: Path;
  readonly allowHttpHooks: boolean;
  readonly report: Report;
}

/** Reports URIs and headers that a channel cannot have. */
export function checkHookChannel(channel: HookChannel, { path, allowHttpHooks, report }: ChannelPlace): void {
  const uris = [
    ['uri', channel.uri],
    ...(channel.type === 'OAUTH' ? [['tokenUrl', channel.tokenUrl]] : []),
  ] as const;
  for (const [member = '', uri = ''] of uris) {
    const problem = problemOfUri(uri, { allowHttpHooks, forSecrets: SECRETS_OF[channel.type] });
    if (problem !== null) report([...path, member], problem);
  }
  checkHeaders(channel, path, report);
}

/** Where what opens the hook belongs. */
const SECRETS_OF: Readonly<Record<HookChannel['type'], string>> = {
  HTTP: 'authScheme',
  OAUTH: 'clientId and what it proves itself with',
};

function checkHeaders(channel: HookChannel, path: Path, report: Report): void {
  const places = channel.headers.map(({ key }, index) => ({ key, at: ['headers', index, 'key'] }));
  const { type } = channel;
  const scheme = type === 'HTTP' && channel.authScheme !== null ? [channel.authScheme] : [];
  const all = [...places, ...scheme.map(({ key }) => ({ key, at: ['authScheme', 'key'] }))];
  const keys = all.map(({ key }) => key.toLowerCase());
  for (const [index, { at }] of all.entries()) {
    const key = keys[index] ?? '';
    const isTaken = RESERVED_HEADERS.has(key) || (type === 'OAUTH' && key === 'authorization');
    if (isTaken) report([...path, ...at], 'this header is set by the call itself');
    if (keys.indexOf(key) < index) report([...path, ...at], 'this header is there already');
  }
}

interface UriRules {
  readonly allowHttpHooks: boolean;
  readonly forSecrets: string;
}

function problemOfUri(uri: string, { allowHttpHooks, forSecrets }: UriRules): string | null {
  if (!URL.canParse(uri)) return 'must be a URI';
  const { protocol, username, password } = new URL(uri);
  // They would be sent, and stand in every record of a call.
  if (username !== '' || password !== '') {
    return `must have no user and no password: they are for ${forSecrets}`;
  }
  if (protocol === 'https:' || allowHttpHooks) return null;
  return 'must be an https URI, unless the switch allowHttpHooks is on';
}
