import { oauthError } from '../errors/oauth-errors.js';
import type { Client } from '../org/org.js';

/** Nobody gets anything through an inactive client. @throws OAuthError */
export function checkActive({ status }: Client): void {
  if (status !== 'ACTIVE') throw oauthError('invalid_client').withDetail('the client is inactive');
}
