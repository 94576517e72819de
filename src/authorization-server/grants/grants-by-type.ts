import { grantAuthorizationCode } from './authorization-code.js';
import { grantClientCredentials } from './client-credentials.js';
import type { Grant } from './grant.js';
import { grantRefreshToken } from './refresh-token.js';

/** The grants of this emulator, by their `grant_type`. */
export const GRANTS: ReadonlyMap<string, Grant> = new Map([
  ['authorization_code', grantAuthorizationCode],
  ['client_credentials', grantClientCredentials],
  ['refresh_token', grantRefreshToken],
]);
