import type { Path } from '../../config/file-fault.js';
import { generatedId } from './generated-id.js';
import type { Report } from './name-index.js';
import type { Scope } from './org.js';
import type { ScopeDto, ServerDto } from './server-file.dto.js';

/** The system scopes of a new server, with the names that people see (okta/authorization-server.md section 5). */
const SYSTEM_SCOPES: Readonly<Record<string, string>> = {
  openid: 'openid',
  profile: 'View your profile information.',
  email: 'View your email address.',
  address: 'View your address.',
  phone: 'View your phone number.',
  offline_access: 'Keep you signed in to the app.',
  device_sso: 'Request device secret.',
};

/** The scopes of a server by name: its own first, as discovery has them, then those of the system (section 2.1). */
export function buildScopes(
  { scopes, withoutScopes }: ServerDto,
  { serverId, path, report }: { readonly serverId: string; readonly path: Path; readonly report: Report },
): ReadonlyMap<string, Scope> {
  const built = new Map<string, Scope>();
  for (const [index, dto] of scopes.entries()) {
    if (built.has(dto.name)) {
      report([...path, 'scopes', index], `there is another scope called ${JSON.stringify(dto.name)}`);
    }
    built.set(dto.name, buildScope(dto, serverId));
  }
  for (const name of Object.keys(SYSTEM_SCOPES)) {
    if (!built.has(name) && !withoutScopes.includes(name)) built.set(name, buildScope({ name }, serverId));
  }
  for (const [index, name] of withoutScopes.entries()) {
    if (!isSystem(name)) report([...path, 'withoutScopes', index], 'is no system scope');
    else if (built.has(name)) report([...path, 'withoutScopes', index], 'is among the scopes');
  }
  return built;
}

function isSystem(name: string): boolean {
  return Object.hasOwn(SYSTEM_SCOPES, name);
}

function buildScope(dto: ScopeDto, serverId: string): Scope {
  const { name } = dto;
  const system = isSystem(name);
  return {
    id: dto.id ?? generatedId('scp', serverId, name),
    name,
    displayName: dto.displayName ?? (system ? (SYSTEM_SCOPES[name] ?? name) : name),
    description: dto.description ?? '',
    system,
    isDefault: dto.default ?? false,
    metadataPublish: dto.metadataPublish ?? (system ? 'ALL_CLIENTS' : 'NO_CLIENTS'),
    consent: dto.consent ?? 'IMPLICIT',
  };
}
