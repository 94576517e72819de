// `oauth4webapi`, as an application uses it: every answer goes through its checks, signatures of ID tokens among them.
import { createPrivateKey } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import { followToClient, serveOperations } from './serve-operations.mjs';

const AUTHENTICATION = {
  none: () => oauth.None(),
  client_secret_basic: ({ secret }) => oauth.ClientSecretBasic(secret),
  client_secret_post: ({ secret }) => oauth.ClientSecretPost(secret),
  client_secret_jwt: ({ secret, audience }) => oauth.ClientSecretJwt(secret, assertionFor(audience)),
  private_key_jwt: async ({ privateKey, audience }) =>
    oauth.PrivateKeyJwt(await importKey(privateKey), assertionFor(audience)),
};

/** Okta wants an assertion to be for the endpoint that it is sent to; the library names the issuer by itself. */
function assertionFor(audience) {
  if (audience === undefined) return {};
  return {
    [oauth.modifyAssertion]: (_header, claims) => {
      claims.aud = audience;
    },
  };
}

async function importKey({ pem, kid }) {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return { key: await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']), kid };
}

async function configure({ issuer, client: { id, method, ...proof }, algorithm = 'oidc' }) {
  const url = new URL(issuer);
  const discovered = await oauth.discoveryRequest(url, { algorithm });
  return {
    server: await oauth.processDiscoveryResponse(url, discovered),
    client: { client_id: id },
    proof: await AUTHENTICATION[method](proof),
  };
}

/** Tokens, with the claims of the ID token where there is one, whose signature is checked. */
async function withClaims(server, response, tokens) {
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  if (claims !== undefined) await oauth.validateApplicationLevelSignature(server, response);
  return { ...tokens, claims };
}

serveOperations({
  async discover(input) {
    return (await configure(input)).server;
  },

  /** Asks for a code in the browser's place. */
  async authorize({ redirectUri, scope, parameters, ...input }) {
    const { server, client } = await configure(input);
    const verifier = oauth.generateRandomCodeVerifier();
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
    const url = new URL(server.authorization_endpoint);
    url.search = new URLSearchParams({
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...parameters,
    });
    return { callback: await followToClient(url), verifier, state, nonce };
  },

  async redeem({ callback, verifier, state, nonce, ...input }) {
    const { server, client, proof } = await configure(input);
    const url = new URL(callback);
    const redirectUri = `${url.origin}${url.pathname}`;
    const code = oauth.validateAuthResponse(server, client, url, state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      proof,
      code,
      redirectUri,
      verifier,
    );
    const expected = { expectedNonce: nonce, requireIdToken: true };
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, expected);
    return withClaims(server, response, tokens);
  },

  async refresh({ refreshToken, ...input }) {
    const { server, client, proof } = await configure(input);
    const response = await oauth.refreshTokenGrantRequest(server, client, proof, refreshToken);
    return withClaims(server, response, await oauth.processRefreshTokenResponse(server, client, response));
  },

  async clientCredentials({ scope, ...input }) {
    const { server, client, proof } = await configure(input);
    const parameters = scope === undefined ? {} : { scope };
    const response = await oauth.clientCredentialsGrantRequest(server, client, proof, parameters);
    return oauth.processClientCredentialsResponse(server, client, response);
  },

  async validateAccessToken({ token, audience, ...input }) {
    const { server } = await configure(input);
    const request = new Request(audience.replace('api:', 'https:'), {
      headers: { authorization: `Bearer ${token}` },
    });
    return oauth.validateJwtAccessToken(server, request, audience);
  },

  async userInfo({ accessToken, subject, ...input }) {
    const { server, client } = await configure(input);
    const response = await oauth.userInfoRequest(server, client, accessToken);
    return oauth.processUserInfoResponse(server, client, subject, response);
  },

  async introspect({ token, ...input }) {
    const { server, client, proof } = await configure(input);
    const response = await oauth.introspectionRequest(server, client, proof, token);
    return oauth.processIntrospectionResponse(server, client, response);
  },

  async revoke({ token, ...input }) {
    const { server, client, proof } = await configure(input);
    await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, proof, token));
  },
});
