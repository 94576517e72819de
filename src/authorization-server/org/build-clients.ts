import type { Path } from '../../config/file-fault.js';
import { checkClient } from './check-client.js';
import type { AppGroupDto, AssignmentsDto, ClientDto } from './client-file.dto.js';
import type { Names } from './name-index.js';
import type { AppUser, Client, ClientAuthenticationMethod, User } from './org.js';
import { publicKeysOf } from './public-keys.js';

export function buildClients(
  dtos: readonly ClientDto[],
  users: ReadonlyMap<string, User>,
  names: Names,
): ReadonlyMap<string, Client> {
  const built = dtos.map((dto, index): Client => {
    const path = ['clients', index];
    names.clients.add({ id: dto.id, name: dto.label }, path);
    const client = {
      ...settingsOf(dto),
      jwks: dto.jwks === undefined ? null : publicKeysOf(dto.jwks, [...path, 'jwks'], names.report),
      assignments: buildAssignments(dto.assignments, { path: [...path, 'assignments'], users, names }),
    };
    checkClient(client, path, names.report);
    return client;
  });
  return new Map(built.map((client) => [client.id, client]));
}

/** Okta's defaults by the type of application (okta/authorization-server.md sections 3.1, 3.3 and 9.3). */
function settingsOf(dto: ClientDto): Omit<Client, 'jwks' | 'assignments'> {
  const { id, label, status, applicationType, redirectUris, postLogoutRedirectUris, consentMethod, profile } =
    dto;
  const authenticationMethod = dto.authenticationMethod ?? usualMethod(dto);
  const isService = applicationType === 'service';
  const { rotationType = applicationType === 'browser' ? 'ROTATE' : 'STATIC', leewaySeconds } =
    dto.refreshToken;
  return {
    ...{ id, label, status, applicationType, authenticationMethod, redirectUris, postLogoutRedirectUris },
    secret: dto.secret ?? null,
    grantTypes: dto.grantTypes ?? [isService ? 'client_credentials' : 'authorization_code'],
    responseTypes: dto.responseTypes ?? [isService ? 'token' : 'code'],
    pkceRequired: dto.pkceRequired ?? authenticationMethod === 'none',
    ...{ consentMethod, profile, refreshToken: { rotationType, leewaySeconds } },
  };
}

function usualMethod({ applicationType, secret, jwks }: ClientDto): ClientAuthenticationMethod {
  if (secret === undefined && jwks !== undefined) return 'private_key_jwt';
  const isPublic = applicationType === 'browser' || applicationType === 'native';
  return isPublic && secret === undefined ? 'none' : 'client_secret_basic';
}

interface AssignmentPlace {
  readonly path: Path;
  readonly users: ReadonlyMap<string, User>;
  readonly names: Names;
}

function buildAssignments(dto: AssignmentsDto, place: AssignmentPlace): Client['assignments'] {
  return { users: buildAppUsers(dto, place), groups: buildAppGroups(dto, place) };
}

function buildAppUsers(
  dto: AssignmentsDto,
  { path, users, names }: AssignmentPlace,
): Client['assignments']['users'] {
  const appUsers = new Map<string, AppUser>();
  for (const [index, entry] of dto.users.entries()) {
    const at = [...path, 'users', index];
    const user = users.get(names.users.find(entry.user, at) ?? '');
    if (user === undefined) continue;
    if (appUsers.has(user.id)) names.report(at, `${JSON.stringify(entry.user)} is assigned already`);
    appUsers.set(user.id, { userName: entry.userName ?? user.profile.login, profile: entry.profile });
  }
  return appUsers;
}

function buildAppGroups(
  dto: AssignmentsDto,
  { path, names }: AssignmentPlace,
): Client['assignments']['groups'] {
  const appGroups = new Map<string, AppGroupDto['profile']>();
  for (const [index, { group, profile }] of dto.groups.entries()) {
    const at = [...path, 'groups', index];
    const id = names.groups.find(group, at);
    if (id === undefined) continue;
    if (appGroups.has(id)) names.report(at, `${JSON.stringify(group)} is assigned already`);
    appGroups.set(id, profile);
  }
  return appGroups;
}
