import type { Path } from '../../config/file-fault.js';
import { generatedId } from './generated-id.js';
import type { Names } from './name-index.js';
import type { InlineHookDto } from './org-file.dto.js';
import type { InlineHook, Switches } from './org.js';

/** Headers that are Okta's own, or the transport's (okta/token-inline-hook.md sections 1.1 and 6.1). */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  ...['accept', 'connection', 'content-length', 'content-type', 'host', 'transfer-encoding', 'user-agent'],
]);

export function buildHooks(
  dtos: readonly InlineHookDto[],
  names: Names,
  { allowHttpHooks }: Pick<Switches, 'allowHttpHooks'>,
): ReadonlyMap<string, InlineHook> {
  const built = dtos.map((dto, index): InlineHook => {
    const path = ['inlineHooks', index];
    const hook = buildHook(dto);
    names.hooks.add(hook, path);
    checkChannel(hook, { path: [...path, 'channel'], allowHttpHooks, names });
    return hook;
  });
  return new Map(built.map((hook) => [hook.id, hook]));
}

function buildHook({ id, name, status, version, channel }: InlineHookDto): InlineHook {
  const { type, uri, headers, authScheme = null } = channel;
  return {
    ...{ id: id ?? generatedId('cal', name), name, status, version },
    channel: {
      type,
      uri,
      headers: headers.map(({ key, value }) => ({ key, value })),
      authScheme: authScheme === null ? null : { key: authScheme.key, value: authScheme.value },
    },
  };
}

interface ChannelCheck {
  readonly path: Path;
  readonly allowHttpHooks: boolean;
  readonly names: Names;
}

function checkChannel({ channel }: InlineHook, { path, allowHttpHooks, names }: ChannelCheck): void {
  const { uri, headers, authScheme } = channel;
  const problem = problemOfUri(uri, allowHttpHooks);
  if (problem !== null) names.report([...path, 'uri'], problem);
  const keys = [...headers, ...(authScheme === null ? [] : [authScheme])].map(({ key }) => key.toLowerCase());
  for (const [index, key] of keys.entries()) {
    const at = index < headers.length ? ['headers', index, 'key'] : ['authScheme', 'key'];
    if (RESERVED_HEADERS.has(key)) names.report([...path, ...at], 'this header is set by the call itself');
    if (keys.indexOf(key) < index) names.report([...path, ...at], 'this header is there already');
  }
}

function problemOfUri(uri: string, allowHttpHooks: boolean): string | null {
  if (!URL.canParse(uri)) return 'must be a URI';
  const { protocol, username, password } = new URL(uri);
  // They would be sent, and stand in every record of a call.
  if (username !== '' || password !== '') return 'must have no user and no password: they are for authScheme';
  if (protocol === 'https:' || allowHttpHooks) return null;
  return 'must be an https URI, unless the switch allowHttpHooks is on';
}
