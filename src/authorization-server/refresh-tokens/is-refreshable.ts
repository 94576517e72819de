import type { Client, Scope } from '../org/org.js';

/** A client without the grant is given the scope and no token (okta/authorization-server.md section 11). */
export function isRefreshable({ grantTypes }: Client, scopes: readonly Scope[]): boolean {
  return grantTypes.includes('refresh_token') && scopes.some(({ name }) => name === 'offline_access');
}
