import type { Org, User } from '../org/org.js';
import { findByLogin } from '../sessions/check-password.js';

/** A user by id, or by login. */
export function findUser(org: Org, name: string): User | undefined {
  return org.users.get(name) ?? findByLogin(org, name);
}
