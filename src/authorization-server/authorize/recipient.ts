import { checkActive } from '../client-authentication/check-active.js';
import type { Parameters } from '../endpoints/parameters.js';
import { unknownClientError } from '../errors/okta-api-error.js';
import { oauthError } from '../errors/oauth-errors.js';
import type { Client, Org } from '../org/org.js';

/** Who is answered, and where: until this is certain, nothing is redirected (okta/authorization-server.md section 4.1). */
export interface Recipient {
  readonly client: Client;
  readonly redirectUri: string;
}

/**
 * Finds the client of an authorization request, and checks where it wants its answer.
 *
 * @throws OAuthError or OktaApiError, which becomes a page and never a redirect
 */
export function recipientOf(org: Org, parameters: Parameters): Recipient {
  if (parameters.hasDuplicates) throw oauthError('duplicate_oauth_params');
  const client = org.clients.get(parameters.get('client_id') ?? '');
  if (client === undefined) throw unknownClientError();
  checkActive(client);
  if (client.applicationType === 'service') {
    throw oauthError('invalid_client_application_type', 'authorize');
  }
  const redirectUri = parameters.get('redirect_uri');
  if (redirectUri === undefined || !client.redirectUris.includes(redirectUri)) {
    throw oauthError('illegal_redirect_uri');
  }
  return { client, redirectUri };
}
