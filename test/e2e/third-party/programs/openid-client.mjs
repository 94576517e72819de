// `openid-client`, as an application uses it: every check that it has is switched on, signatures of ID tokens among them.
import { createPrivateKey } from 'node:crypto';
import * as client from 'openid-client';
import { followToClient, serveOperations } from './serve-operations.mjs';

const AUTHENTICATION = {
  none: () => client.None(),
  client_secret_basic: ({ secret }) => client.ClientSecretBasic(secret),
  client_secret_post: ({ secret }) => client.ClientSecretPost(secret),
  client_secret_jwt: ({ secret, audience }) => client.ClientSecretJwt(secret, assertionFor(audience)),
  private_key_jwt: async ({ privateKey, audience }) =>
    client.PrivateKeyJwt(await importKey(privateKey), assertionFor(audience)),
};

/** Okta wants an assertion to be for the endpoint that it is sent to; the library names the issuer by itself. */
function assertionFor(audience) {
  if (audience === undefined) return {};
  return {
    [client.modifyAssertion]: (_header, claims) => {
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
  const authentication = await AUTHENTICATION[method](proof);
  const execute = [client.enableNonRepudiationChecks];
  return client.discovery(new URL(issuer), id, undefined, authentication, { algorithm, execute });
}

serveOperations({
  async discover(input) {
    return (await configure(input)).serverMetadata();
  },

  /** Asks for a code in the browser's place. */
  async authorize({ redirectUri, scope, parameters, ...input }) {
    const config = await configure(input);
    const [verifier, state, nonce] = [
      client.randomPKCECodeVerifier(),
      client.randomState(),
      client.randomNonce(),
    ];
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...parameters,
    });
    return { callback: await followToClient(url), verifier, state, nonce };
  },

  async redeem({ callback, verifier, state, nonce, ...input }) {
    const tokens = await client.authorizationCodeGrant(await configure(input), new URL(callback), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    return { ...tokens, claims: tokens.claims() };
  },

  async refresh({ refreshToken, ...input }) {
    const tokens = await client.refreshTokenGrant(await configure(input), refreshToken);
    return { ...tokens, claims: tokens.claims() };
  },

  async clientCredentials({ scope, ...input }) {
    return client.clientCredentialsGrant(await configure(input), scope === undefined ? {} : { scope });
  },

  async userInfo({ accessToken, subject, ...input }) {
    return client.fetchUserInfo(await configure(input), accessToken, subject);
  },

  async introspect({ token, ...input }) {
    return client.tokenIntrospection(await configure(input), token);
  },

  async revoke({ token, ...input }) {
    await client.tokenRevocation(await configure(input), token);
  },
});
