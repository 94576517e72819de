import { PROFILE_CLAIMS, RESERVED_CLAIMS } from '../okta/reserved-claims.js';

/** The claim of the default marker mapping: a token that carries it is stamped. */
export const MARKER_CLAIM = 'mintmark';

/** The claim that says how the tenant was selected, so that "no tenant" differs from "the hook was skipped". */
export const SELECTION_CLAIM = 'tenant_selection';

/** The claim that names what the budget dropped. No mapping may write it. */
export const DROPPED_CLAIM = 'claims_dropped';

/** Reserved beyond Okta's table: registered claims that mean something to verifiers, and Okta's own prefix. */
const PROTOCOL_CLAIMS: ReadonlySet<string> = new Set(['nbf', 'azp', 'act', 's_hash']);
const OKTA_PREFIX = 'okta_';

/** Names that JSON parsers remove or refuse, so that nobody can tell whether a draft carries them. */
const UNPARSABLE: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Why a mapping may not write a claim of this name, or `undefined` where it may. Reserved is what Okta reserves in
 * either token (a portable mapping must work in both), and what would mislead a verifier.
 *
 * Source: okta/token-inline-hook.md section 2.6.
 */
export function refuseClaimName(name: string, overridesProfileClaim: boolean): string | undefined {
  const lists = [
    RESERVED_CLAIMS.identity.has(name) && 'Okta’s reserved ID token claims',
    RESERVED_CLAIMS.access.has(name) && 'Okta’s reserved access token claims',
  ].filter((list) => list !== false);
  if (lists.length > 0) return `"${name}" is among ${lists.join(' and ')}`;
  if (PROTOCOL_CLAIMS.has(name)) return `"${name}" is a registered protocol claim`;
  if (name.startsWith(OKTA_PREFIX)) return `"${name}" begins with "${OKTA_PREFIX}", which belongs to Okta`;
  if (name === DROPPED_CLAIM) return `"${name}" is written by Mintmark itself`;
  if (UNPARSABLE.has(name)) return `"${name}" does not survive JSON parsers`;
  if (PROFILE_CLAIMS.has(name) && !overridesProfileClaim) {
    return `"${name}" is a standard profile claim: it needs overridesProfileClaim: true`;
  }
  return undefined;
}
