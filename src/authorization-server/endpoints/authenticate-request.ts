import { authenticateClient } from '../client-authentication/authenticate-client.js';
import { oauthError } from '../errors/oauth-errors.js';
import type { Client } from '../org/org.js';
import type { RunningOrg } from '../running-org.js';
import type { TokenRequest } from './token-request.js';

/**
 * The client of a request that needs one: the rules are the same at every endpoint, and an assertion is for the one that is
 * called (okta/authorization-server.md section 3.1).
 *
 * @param endpoint the whole URL
 * @throws OAuthError or OktaApiError
 */
export async function authenticateRequest(
  running: RunningOrg,
  endpoint: string,
  request: TokenRequest,
): Promise<Client> {
  if (request.body.hasDuplicates || request.query.hasDuplicates) throw oauthError('duplicate_oauth_params');
  return authenticateClient(running.org, request, {
    endpoint,
    now: () => running.clock.now(),
    used: running.usedAssertions,
  });
}
