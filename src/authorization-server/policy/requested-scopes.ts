import { oauthError } from '../errors/oauth-errors.js';
import type { CustomServer, Scope, Switches } from '../org/org.js';
import { refusedAccess, type AccessRequest, type RefusedAccess } from './access-decision.js';

/** The longest `scope` of a request, and of a refresh, in characters (section 3.6). */
const SCOPE_LENGTH_LIMIT = 1_024;
const REFRESH_SCOPE_LENGTH_LIMIT = 4_096;

/**
 * Scopes that speak about the person, and so need `openid` (section 3.6, point 3). `offline_access` does not: a code flow
 * without `openid` gets a refresh token (okta/token-inline-hook.md section 1.9, variant 05).
 */
const PROFILE_SCOPES: ReadonlySet<string> = new Set(['profile', 'email', 'address', 'phone']);

/** Scopes that need a person (section 3.6, point 4). */
const OIDC_SCOPES: ReadonlySet<string> = new Set(['openid', 'offline_access', ...PROFILE_SCOPES]);

export interface RequestedScopes {
  readonly kind: 'requested';
  readonly scopes: readonly Scope[];
  readonly isDefaulted: boolean;
}

/** Reads the scopes of a request, and checks what needs no policy (okta/authorization-server.md section 3.6, points 1 to 4). */
export function requestedScopes(
  server: CustomServer,
  request: AccessRequest,
  switches: Switches,
): RequestedScopes | RefusedAccess {
  const { scope = '', isRefresh = false } = request;
  const names = namesIn(scope);
  if (names.length === 0) return defaultScopes(server, request);
  const limit = isRefresh ? REFRESH_SCOPE_LENGTH_LIMIT : SCOPE_LENGTH_LIMIT;
  if (scope.length > limit) {
    return refusedAccess(oauthError('invalid_scope'), [
      `the scope parameter is longer than ${String(limit)} characters`,
    ]);
  }
  const unknown = names.filter((name) => !server.scopes.has(name));
  if (unknown.length > 0) {
    return refusedAccess(oauthError('no_matching_scope'), [
      `the server "${server.name}" has no scope ${quoted(unknown)}`,
    ]);
  }
  const refusal = checkNames(names, request, switches);
  if (refusal !== undefined) return refusal;
  const scopes = names.flatMap((name) => server.scopes.get(name) ?? []);
  return { kind: 'requested', scopes, isDefaulted: false };
}

function namesIn(scope: string): readonly string[] {
  return [...new Set(scope.split(' '))].filter((name) => name !== '');
}

/** The default scopes; a machine gets none that speak about a person. */
function defaultScopes(server: CustomServer, { grantType }: AccessRequest): RequestedScopes | RefusedAccess {
  const scopes = [...server.scopes.values()].filter(
    ({ name, isDefault }) => isDefault && !(grantType === 'client_credentials' && OIDC_SCOPES.has(name)),
  );
  if (scopes.length > 0) return { kind: 'requested', scopes, isDefaulted: true };
  return refusedAccess(oauthError('no_default_scopes'), [
    `the request names no scope, and the server "${server.name}" has no default scope for it`,
  ]);
}

function checkNames(
  names: readonly string[],
  { client, grantType }: AccessRequest,
  { offlineAccessWithoutGrant }: Switches,
): RefusedAccess | undefined {
  const personal = names.filter((name) => PROFILE_SCOPES.has(name));
  if (personal.length > 0 && !names.includes('openid')) {
    return refusedAccess(oauthError('openid_scope_required'), [
      `${quoted(personal)} asked for without "openid"`,
    ]);
  }
  const oidc = names.filter((name) => OIDC_SCOPES.has(name));
  if (grantType === 'client_credentials' && oidc.length > 0) {
    return refusedAccess(oauthError('openid_not_allowed_client_creds'), [
      `${quoted(oidc)} asked for, and client credentials have no user`,
    ]);
  }
  const isOfflineRefused =
    offlineAccessWithoutGrant === 'refuse' && !client.grantTypes.includes('refresh_token');
  if (names.includes('offline_access') && isOfflineRefused) {
    return refusedAccess(oauthError('invalid_scope'), [
      `"offline_access" asked for, and the client "${client.label}" has no refresh_token grant`,
    ]);
  }
  return undefined;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}
