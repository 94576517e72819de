// Two independent authorization servers over https: `oidc-provider` and `oauth2-mock-server`. Each gives the client of the
// tests an access token by client credentials. A process of its own, as issuers are.
//
//   node token-issuers.mjs CERT_FILE KEY_FILE    prints one line of JSON with their addresses, and runs until its standard
//                                                input ends, so that it outlives nobody
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { once } from 'node:events';
import { exportJWK, generateKeyPair } from 'jose';
import { OAuth2Server } from 'oauth2-mock-server';
import { Provider } from 'oidc-provider';

const AUDIENCE = 'mintmark';
const SCOPE = 'hook.call';
const CLIENT = { client_id: '0oaHookCaller', client_secret: 'client-secret-of-the-tests' };

const [certFile, keyFile] = process.argv.slice(2);
const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile) };

async function startOidcProvider() {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'oidc-provider-1', alg: 'RS256', use: 'sig' };
  const server = createServer(tls);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `https://localhost:${server.address().port}`;
  const provider = new Provider(issuer, {
    jwks: { keys: [jwk] },
    scopes: [SCOPE],
    clients: [{ ...CLIENT, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }],
    clientAuthMethods: ['client_secret_post'],
    clientDefaults: { token_endpoint_auth_method: 'client_secret_post' },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => `https://mintmark.example`,
        getResourceServerInfo: () => ({
          scope: SCOPE,
          audience: AUDIENCE,
          accessTokenTTL: 600,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  server.on('request', provider.callback());
  return { issuer, jwksUri: `${issuer}/jwks`, tokenEndpoint: `${issuer}/token` };
}

async function startMockServer() {
  const server = new OAuth2Server(keyFile, certFile);
  await server.issuer.keys.generate('RS256', { kid: 'mock-1' });
  await server.start(0, 'localhost');
  // As Okta's custom authorization servers name them.
  server.service.on('beforeTokenSigning', (token) => {
    Object.assign(token.payload, { aud: AUDIENCE, cid: CLIENT.client_id, scp: [SCOPE] });
  });
  const issuer = server.issuer.url;
  return { issuer, jwksUri: `${issuer}/jwks`, tokenEndpoint: `${issuer}/token` };
}

const issuers = { 'oidc-provider': await startOidcProvider(), 'oauth2-mock-server': await startMockServer() };
process.stdin.on('end', () => process.exit(0)).resume();
process.stdout.write(`${JSON.stringify(issuers)}\n`);
