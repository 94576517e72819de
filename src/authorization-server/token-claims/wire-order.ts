import type { Claims } from './draft-request.js';

/** The order of recorded access tokens (okta/authorization-server.md section 6.3). */
export const ACCESS_ORDER = [
  'ver',
  'jti',
  'iss',
  'aud',
  'iat',
  'exp',
  'cid',
  'uid',
  'scp',
  'auth_time',
  'sub',
] as const;

/** The order of recorded ID tokens (okta/authorization-server.md section 6.4). */
export const IDENTITY_ORDER = [
  ...['sub', 'name', 'email', 'ver', 'iss', 'aud', 'iat', 'exp', 'jti', 'amr', 'idp', 'nonce'],
  ...['preferred_username', 'auth_time', 'at_hash', 'c_hash'],
] as const;

/** The claims with the known ones first, in their order, and the others behind, in theirs. */
export function inWireOrder(claims: Claims, order: readonly string[]): Claims {
  const entries: [string, unknown][] = [];
  for (const name of order) if (Object.hasOwn(claims, name)) entries.push([name, claims[name]]);
  for (const name of Object.keys(claims)) if (!order.includes(name)) entries.push([name, claims[name]]);
  return Object.fromEntries(entries);
}
