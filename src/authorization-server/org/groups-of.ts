import type { Group, Org, User } from './org.js';

/** The groups of a person; the built-in `Everyone` has everybody (okta/authorization-server.md section 9.4). */
export function groupsOf(org: Org, user: User): readonly Group[] {
  const own = new Set(user.groupIds);
  return [...org.groups.values()].filter(({ id, type }) => type === 'BUILT_IN' || own.has(id));
}
