import { isSamePassword } from '../org/password-digest.js';
import type { Org, User } from '../org/org.js';

/** What a login name and a password are worth. */
export type PasswordCheck =
  | { readonly kind: 'right'; readonly user: User }
  /** Nobody has it, the password is wrong, or the person may not sign in: outsiders cannot tell which. */
  | { readonly kind: 'wrong'; readonly why: string; readonly user: User | null }
  /** Right, and too old to be of use. */
  | { readonly kind: 'expired'; readonly user: User };

/** Compared with where there is nothing to compare with, so that it takes the same time. */
const NOBODYS = 'A'.repeat(43);

/** Checks a person's password (okta/authorization-server.md section 3.8). */
export function checkPassword(org: Org, login: string, password: string): PasswordCheck {
  const user = findByLogin(org, login);
  const isRight = isSamePassword(password, user?.passwordDigest ?? NOBODYS);
  if (user === undefined) return { kind: 'wrong', why: 'there is no such user', user: null };
  if (user.passwordDigest === null) return { kind: 'wrong', why: 'the user has no password', user };
  if (!isRight) return { kind: 'wrong', why: 'the password is wrong', user };
  if (user.status === 'PASSWORD_EXPIRED') return { kind: 'expired', user };
  if (user.status !== 'ACTIVE') return { kind: 'wrong', why: `the user is ${user.status}`, user };
  return { kind: 'right', user };
}

/** Login names are compared without regard to case. */
export function findByLogin({ users }: Org, login: string): User | undefined {
  const wanted = login.trim().toLowerCase();
  return [...users.values()].find(({ profile }) => profile.login.toLowerCase() === wanted);
}
