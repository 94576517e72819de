import { grantAuthorizationCode } from './authorization-code.js';
import { grantClientCredentials } from './client-credentials.js';
import type { Grant } from './grant.js';
import { grantPassword } from './password.js';
import { grantRefreshToken } from './refresh-token.js';

/** The grants of this emulator, by their `grant_type`, in the order of Okta's discovery documents (section 2.1). */
export const GRANTS: ReadonlyMap<string, Grant> = new Map([
  ['authorization_code', grantAuthorizationCode],
  ['refresh_token', grantRefreshToken],
  ['password', grantPassword],
  ['client_credentials', grantClientCredentials],
]);
