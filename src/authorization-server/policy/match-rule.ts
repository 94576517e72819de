import { groupsOf } from '../org/groups-of.js';
import type { Org, Rule, Scope, User } from '../org/org.js';

/** What a rule is matched against. */
export interface RuleSubject {
  readonly org: Org;
  /** Null for client credentials, where people do not count (section 7). */
  readonly user: User | null;
  readonly grantType: string;
  readonly scopes: readonly Scope[];
  /** Whether some of the scopes suffice, and the others are left out (section 3.6, points 1 and 5). */
  readonly mayNarrow: boolean;
}

/** A rule that matches and what of the scopes it permits, or why it does not match. */
export type RuleMatch =
  | { readonly kind: 'match'; readonly scopes: readonly Scope[] }
  /** All matches but the scopes. */
  | { readonly kind: 'scopes'; readonly why: string }
  | { readonly kind: 'other'; readonly why: string };

/** Matches a rule: grant type, person, and all requested scopes (okta/authorization-server.md section 7). */
export function matchRule(rule: Rule, subject: RuleSubject): RuleMatch {
  if (rule.status !== 'ACTIVE') return { kind: 'other', why: 'it is inactive' };
  if (!rule.grantTypes.includes(subject.grantType)) {
    return { kind: 'other', why: `the grant type ${subject.grantType} is not among its grant types` };
  }
  const why = subject.user === null ? undefined : mismatchOfUser(rule, subject.user, subject.org);
  return why === undefined ? matchScopes(rule, subject) : { kind: 'other', why };
}

function mismatchOfUser({ users, groups }: Rule, user: User, org: Org): string | undefined {
  const memberOf = new Set(['EVERYONE', ...groupsOf(org, user).map(({ id }) => id)]);
  const isIncluded = users.include.includes(user.id) || groups.include.some((id) => memberOf.has(id));
  if (!isIncluded) return `${user.profile.login} is neither among its users nor in one of its groups`;
  if (users.exclude.includes(user.id)) return `${user.profile.login} is among the users that it excludes`;
  const isExcluded = groups.exclude.some((id) => memberOf.has(id));
  return isExcluded ? `${user.profile.login} is in a group that it excludes` : undefined;
}

function matchScopes({ scopes: permitted }: Rule, { scopes, mayNarrow }: RuleSubject): RuleMatch {
  const isPermitted = ({ name }: Scope): boolean => permitted.includes('*') || permitted.includes(name);
  const granted = scopes.filter(isPermitted);
  if (granted.length === scopes.length) return { kind: 'match', scopes: granted };
  if (mayNarrow && granted.length > 0) return { kind: 'match', scopes: granted };
  const missing = scopes.filter((scope) => !isPermitted(scope)).map(({ name }) => JSON.stringify(name));
  return { kind: 'scopes', why: `it does not permit the scope ${missing.join(', ')}` };
}
