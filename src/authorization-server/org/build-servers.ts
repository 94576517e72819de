import type { Path } from '../../config/file-fault.js';
import { buildClaims } from './build-claims.js';
import { buildPolicies } from './build-policies.js';
import { buildScopes } from './build-scopes.js';
import { generatedId } from './generated-id.js';
import { NameIndex, type Names } from './name-index.js';
import type { CustomServer } from './org.js';
import { ServerDto } from './server-file.dto.js';

/** Ids that would be mistaken for the org server: its endpoints are below `/oauth2/v1` (section 1), its keys and codes kept as `org`'s. */
const TAKEN_IDS: ReadonlyMap<string, string> = new Map([
  ['v1', 'is the path of the org server'],
  ['org', 'stands for the org server'],
]);

/** The custom servers of an org; `default` is there even where the file does not say so, without a policy (section 1). */
export function buildServers(dtos: readonly ServerDto[], names: Names): ReadonlyMap<string, CustomServer> {
  const index = new NameIndex('authorization server', names.report);
  const built = dtos.map((dto, position) => {
    const path = ['authorizationServers', position];
    const server = buildServer(dto, path, names);
    index.add(server, path);
    return server;
  });
  const hasDefault = built.some(({ id }) => id === 'default');
  const all = hasDefault ? built : [buildServer(defaultServer(), [], names), ...built];
  return new Map(all.map((server) => [server.id, server]));
}

function defaultServer(): ServerDto {
  return Object.assign(new ServerDto(), { id: 'default', name: 'default', audience: 'api://default' });
}

function buildServer(dto: ServerDto, path: Path, names: Names): CustomServer {
  const { report } = names;
  const { name, audience, status, rotationMode } = dto;
  const serverId = dto.id ?? generatedId('aus', name);
  const taken = TAKEN_IDS.get(serverId);
  if (taken !== undefined) report([...path, 'id'], `must not be ${serverId}, which ${taken}`);
  if (audience.includes(':') && !URL.canParse(audience)) {
    report([...path, 'audience'], 'must be a URI, since it has a colon');
  }
  const scopes = buildScopes(dto, { serverId, path, report });
  return {
    ...{ id: serverId, name, audience, status, rotationMode, scopes },
    claims: buildClaims(dto.claims, { serverId, path, scopes, report }),
    policies: buildPolicies(dto.policies, { serverId, path, scopes, names }),
  };
}
