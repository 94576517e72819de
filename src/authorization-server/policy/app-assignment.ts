import { groupsOf } from '../org/groups-of.js';
import type { Client, Org, User } from '../org/org.js';

/** Whether a person may use an app: assigned by name or by a group (okta/authorization-server.md section 7). */
export function isAssigned(org: Org, client: Client, user: User): boolean {
  const { users, groups } = client.assignments;
  return users.has(user.id) || groupsOf(org, user).some(({ id }) => groups.has(id));
}
