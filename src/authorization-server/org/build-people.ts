import type { Path } from '../../config/file-fault.js';
import { generatedId } from './generated-id.js';
import type { GroupDto } from './group-file.dto.js';
import type { Names } from './name-index.js';
import type { UserDto } from './org-file.dto.js';
import type { Group, User } from './org.js';
import { digestOfPassword } from './password-digest.js';

/** The group that everybody is in, without being listed (okta/authorization-server.md section 9.4). */
const EVERYONE: Group = {
  id: generatedId('00g', 'Everyone'),
  name: 'Everyone',
  description: 'All users in your organization',
  type: 'BUILT_IN',
  source: null,
  profile: {},
};

export function buildGroups(
  dtos: readonly GroupDto[],
  { groups, report }: Names,
): ReadonlyMap<string, Group> {
  groups.add(EVERYONE, []);
  const built = dtos.map((dto, index): Group => {
    const { name, description, type, source = null, profile } = dto;
    if (source !== null && type !== 'APP_GROUP') {
      report(['groups', index, 'source'], 'belongs to groups of the type APP_GROUP');
    }
    const group = { id: dto.id ?? generatedId('00g', name), name, description, type, source, profile };
    groups.add(group, ['groups', index]);
    return group;
  });
  return new Map([EVERYONE, ...built].map((group) => [group.id, group]));
}

export function buildUsers(dtos: readonly UserDto[], names: Names): ReadonlyMap<string, User> {
  const built = dtos.flatMap((dto, index) => buildUser(dto, ['users', index], names) ?? []);
  checkLogins(dtos, names);
  return new Map(built.map((user) => [user.id, user]));
}

/** People sign in whatever the case of what they write. */
function checkLogins(dtos: readonly UserDto[], { report }: Names): void {
  const known = new Map<string, string>();
  for (const [index, { profile }] of dtos.entries()) {
    const { login } = profile;
    if (typeof login !== 'string') continue;
    const key = login.toLowerCase();
    const other = known.get(key);
    known.set(key, other ?? login);
    // One that is the same to the letter is reported already.
    if (other === undefined || other === login) continue;
    report(['users', index, 'profile', 'login'], `differs from ${JSON.stringify(other)} by case alone`);
  }
}

function buildUser(dto: UserDto, path: Path, { users, groups, report }: Names): User | undefined {
  const { login } = dto.profile;
  if (typeof login !== 'string' || login.trim() === '' || login.length > 100) {
    report([...path, 'profile', 'login'], 'must be text of 1 to 100 characters');
    return undefined;
  }
  const id = dto.id ?? generatedId('00u', login);
  users.add({ id, name: login }, path);
  const groupIds = groups
    .findAll(dto.groups, [...path, 'groups'])
    .filter((groupId) => groupId !== EVERYONE.id);
  const { status, passwordChanged, lastUpdated } = dto;
  const passwordDigest = dto.password === undefined ? null : digestOfPassword(dto.password);
  const profile = { ...dto.profile, login };
  return { id, status, profile, passwordDigest, groupIds, passwordChanged, lastUpdated };
}
