import type { Parameters } from '../endpoints/parameters.js';
import type { Org, User } from '../org/org.js';
import { checkPassword, findByLogin } from '../sessions/check-password.js';

/** What a sign-in form is worth. */
export type SignInOutcome =
  | { readonly kind: 'user'; readonly user: User }
  | {
      readonly kind: 'refused';
      /** For whoever tries. */
      readonly problem: string;
      /** For the log. */
      readonly why: string;
      readonly user: User | null;
    };

const UNABLE = 'Unable to sign in. Check the login name and the password.';

/** Reads a form of the sign-in page: somebody who was chosen, or a login name with a password where the person has one. */
export function whoSignsIn(org: Org, form: Parameters): SignInOutcome {
  const chosen = form.get('user');
  const login = form.get('username') ?? '';
  const user = chosen === undefined ? findByLogin(org, login) : org.users.get(chosen);
  if (user?.passwordDigest === null) return withoutPassword(user);
  const check = checkPassword(org, login, form.get('password') ?? '');
  switch (check.kind) {
    case 'right':
      return { kind: 'user', user: check.user };
    case 'expired':
      return refused('Your password has expired.', 'the password has expired', check.user);
    case 'wrong':
      return refused(UNABLE, check.why, check.user);
  }
}

function withoutPassword(user: User): SignInOutcome {
  if (user.status === 'ACTIVE') return { kind: 'user', user };
  return refused(UNABLE, `the user is ${user.status}`, user);
}

function refused(problem: string, why: string, user: User | null): SignInOutcome {
  return { kind: 'refused', problem, why, user };
}
