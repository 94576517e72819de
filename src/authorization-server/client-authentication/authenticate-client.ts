import { unknownClientError } from '../errors/okta-api-error.js';
import { oauthError } from '../errors/oauth-errors.js';
import type { Client, Org } from '../org/org.js';
import { checkActive } from './check-active.js';
import { checkAssertion, clientOfAssertion, type AssertionNeeds } from './client-assertion.js';
import {
  presentedCredentials,
  type CredentialSources,
  type PresentedCredentials,
} from './presented-credentials.js';
import { isSameSecret } from './same-secret.js';

/**
 * Authenticates the client of a token request (okta/authorization-server.md sections 3.1 and 3.7): known, by the method that
 * it is registered for, with the right proof.
 *
 * @throws OAuthError, or OktaApiError where no client has the id
 */
export async function authenticateClient(
  org: Org,
  sources: CredentialSources,
  needs: AssertionNeeds,
): Promise<Client> {
  const presented = presentedCredentials(sources);
  const client = presentedClient(org, presented);
  checkActive(client);
  const clientId = sources.body.get('client_id');
  // A client that speaks for another one is none.
  if (clientId !== undefined && clientId !== client.id) throw oauthError('invalid_client');
  await prove(client, presented, needs);
  return client;
}

function presentedClient(org: Org, presented: PresentedCredentials): Client {
  if (presented.kind === 'client_assertion') return clientOfAssertion(org, presented.assertion);
  const client = org.clients.get(presented.clientId);
  if (presented.kind === 'client_id_in_header' && client?.authenticationMethod !== 'none')
    throw oauthError('invalid_basic_auth_creds');
  if (client === undefined) throw unknownClientError();
  return client;
}

async function prove(client: Client, presented: PresentedCredentials, needs: AssertionNeeds): Promise<void> {
  if (presented.kind === 'client_assertion') {
    await checkAssertion(client, presented.assertion, needs);
    return;
  }
  if (presented.kind === 'client_id_in_header') return;
  if (presented.kind !== client.authenticationMethod) {
    throw oauthError('invalid_token_endpoint_auth_method').withDetail(
      `the client is registered for ${client.authenticationMethod}, not ${presented.kind}`,
    );
  }
  if (presented.kind === 'none') return;
  const { secret } = client;
  const isRight = secret !== null && presented.secrets.some((given) => isSameSecret(given, secret));
  if (!isRight) throw oauthError('invalid_client_secret');
}
