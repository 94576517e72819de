import type { Path } from '../../config/file-fault.js';
import { generatedId } from './generated-id.js';
import type { HookChannelDto, InlineHookDto } from './hook-file.dto.js';
import { checkHookChannel } from './check-hook-channel.js';
import type { HookChannel, HookKey, InlineHook, OAuthChannel } from './inline-hook.js';
import type { Names } from './name-index.js';
import type { Switches } from './org.js';

export interface HookPlace {
  readonly names: Names;
  readonly hookKeys: ReadonlyMap<string, HookKey>;
  readonly switches: Pick<Switches, 'allowHttpHooks'>;
}

export function buildHooks(
  dtos: readonly InlineHookDto[],
  place: HookPlace,
): ReadonlyMap<string, InlineHook> {
  const { names, switches } = place;
  const built = dtos.map(({ id, name, status, version, channel: dto }, index): InlineHook => {
    const path = ['inlineHooks', index];
    const channelPath = [...path, 'channel'];
    const channel = buildChannel(dto, channelPath, place);
    const hook = { ...{ id: id ?? generatedId('cal', name), name, status, version }, channel };
    names.hooks.add(hook, path);
    checkHookChannel(channel, { path: channelPath, ...switches, report: names.report });
    return hook;
  });
  return new Map(built.map((hook) => [hook.id, hook]));
}

const OF_HTTP = ['authScheme'] as const;
const OF_OAUTH = ['authType', 'clientId', 'clientSecret', 'hookKey', 'tokenUrl', 'scope'] as const;

function buildChannel(dto: HookChannelDto, path: Path, place: HookPlace): HookChannel {
  const { type, uri, authScheme = null } = dto;
  const { report } = place.names;
  for (const member of type === 'OAUTH' ? OF_HTTP : OF_OAUTH) {
    if (dto[member] !== undefined) report([...path, member], `has no use in a channel of type ${type}`);
  }
  const headers = dto.headers.map(({ key, value }) => ({ key, value }));
  if (type === 'OAUTH') return { ...buildOAuth(dto, path, place), uri, headers };
  return {
    ...{ type, uri, headers },
    authScheme: authScheme === null ? null : { key: authScheme.key, value: authScheme.value },
  };
}

function buildOAuth(
  dto: HookChannelDto,
  path: Path,
  place: HookPlace,
): Omit<OAuthChannel, 'uri' | 'headers'> {
  const { clientId = '', tokenUrl = '', scope = null } = dto;
  return { type: 'OAUTH', clientId, tokenUrl, scope, credentials: credentialsOf(dto, path, place) };
}

/** Section 6.2: a secret, or a hook key, and never both. */
function credentialsOf(
  { authType, clientSecret, hookKey }: HookChannelDto,
  path: Path,
  { names, hookKeys }: HookPlace,
): OAuthChannel['credentials'] {
  const isByKey = authType === 'private_key_jwt';
  const [wanted, useless] = isByKey
    ? (['hookKey', 'clientSecret'] as const)
    : (['clientSecret', 'hookKey'] as const);
  const given = { clientSecret, hookKey };
  const by = `the channel proves itself by ${isByKey ? 'private_key_jwt' : 'client_secret_post'}`;
  if (given[wanted] === undefined) names.report([...path, wanted], `must be there, since ${by}`);
  if (given[useless] !== undefined) names.report([...path, useless], `has no use, since ${by}`);
  if (!isByKey) return { authType: 'client_secret_post', clientSecret: clientSecret ?? '' };
  const id = hookKey === undefined ? undefined : names.hookKeys.find(hookKey, [...path, 'hookKey']);
  return { authType: 'private_key_jwt', hookKey: hookKeys.get(id ?? '') ?? NO_KEY };
}

/** Stands where a fault is reported. */
const NO_KEY: HookKey = { id: '', keyId: '', name: '', privateKey: null };
