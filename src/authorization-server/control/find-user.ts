import type { Org, User } from '../org/org.js';

/** A user by id, or by login. */
export function findUser({ users }: Org, name: string): User | undefined {
  return users.get(name) ?? [...users.values()].find(({ profile }) => profile.login === name);
}
