// oidc-provider as it is meant to be used for machines: client_secret_post, and JWT access tokens of a resource server.
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import { AUDIENCE, CLAIMS, CLIENT_ID, LIFETIME_SECONDS, SCOPE } from './token-claims.mjs';

const port = Number(process.env['MINT_PORT']);
const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
const jwk = { ...(await exportJWK(privateKey)), kid: 'oidc-provider-1', alg: 'RS256', use: 'sig' };
const client = { client_id: CLIENT_ID, client_secret: process.env['MINT_CLIENT_SECRET'] };
const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: { keys: [jwk] },
  scopes: [SCOPE],
  clients: [
    {
      ...client,
      ...{ grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  clientAuthMethods: ['client_secret_post'],
  formats: {
    customizers: {
      jwt: (_ctx, _token, { payload }) => {
        Object.assign(payload, CLAIMS);
        // The same under the names of RFC 9068: left out, so that no more bytes are signed than elsewhere.
        delete payload.client_id;
        delete payload.scope;
      },
    },
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'https://orders.acme.example',
      getResourceServerInfo: () => ({
        ...{ scope: SCOPE, audience: AUDIENCE, accessTokenTTL: LIFETIME_SECONDS, accessTokenFormat: 'jwt' },
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});
createServer(provider.callback()).listen(port, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
