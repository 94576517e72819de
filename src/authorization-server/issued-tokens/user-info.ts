import type { Issuer } from '../issuers/issuer.js';
import type { Scope } from '../org/org.js';
import type { RunningOrg } from '../running-org.js';
import { configuredClaims } from '../token-claims/configured-claims.js';
import type { ActiveToken } from './active-token.js';

/** A token of a person. */
export type PersonToken = ActiveToken & { readonly user: NonNullable<ActiveToken['user']> };

/**
 * Everything that the granted scopes say of a person (okta/authorization-server.md section 4.4): `sub` is the id, whatever it is in
 * the access token, and a claim need not be one that ID tokens always include. No hook has a say here.
 *
 * @throws OAuthError where a claim cannot be computed
 */
export function userInfoOf(
  { org }: RunningOrg,
  { server }: Issuer,
  { client, user, claims }: PersonToken,
): Readonly<Record<string, unknown>> {
  const outcome = configuredClaims(
    {
      ...{ org, server, client, user, scopes: grantedScopes(server.scopes, claims['scp']) },
      ...{ grantType: 'authorization_code', issuesIdToken: 'fat', amr: ['pwd'] },
    },
    'IDENTITY',
  );
  if (outcome.kind === 'refused') throw outcome.error;
  return { sub: user.id, ...outcome.claims };
}

/** Scopes that have gone meanwhile say nothing any more. */
function grantedScopes(scopes: ReadonlyMap<string, Scope>, names: unknown): readonly Scope[] {
  if (!Array.isArray(names)) return [];
  return names.flatMap((name: unknown) => (typeof name === 'string' ? (scopes.get(name) ?? []) : []));
}
