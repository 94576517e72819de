// `@okta/okta-auth-js` outside a browser: what it does there with a code, and with the tokens that come of it.
import { OktaAuth } from '@okta/okta-auth-js';
import { followToClient, serveOperations } from './serve-operations.mjs';

let auth;

serveOperations({
  async configure({ issuer, clientId, redirectUri, scopes }) {
    auth = new OktaAuth({ issuer, clientId, redirectUri, scopes, pkce: true });
    return { verifies: auth.features.isTokenVerifySupported() };
  },

  /** Asks for a code in the browser's place, with the parameters that the library prepares. */
  async authorize(parameters) {
    const prepared = await auth.token.prepareTokenParams();
    const url = new URL(
      (await auth.invokeApiMethod({ method: 'GET', url: wellKnown() })).authorization_endpoint,
    );
    url.search = new URLSearchParams({
      client_id: prepared.clientId,
      response_type: 'code',
      redirect_uri: prepared.redirectUri,
      scope: prepared.scopes.join(' '),
      state: prepared.state,
      nonce: prepared.nonce,
      code_challenge: prepared.codeChallenge,
      code_challenge_method: prepared.codeChallengeMethod,
      ...parameters,
    });
    const { searchParams } = new URL(await followToClient(url));
    return { code: searchParams.get('code'), verifier: prepared.codeVerifier, nonce: prepared.nonce };
  },

  async exchange({ code, verifier }) {
    const { tokens } = await auth.token.exchangeCodeForTokens({
      authorizationCode: code,
      codeVerifier: verifier,
    });
    auth.tokenManager.setTokens(tokens);
    return tokens;
  },

  async renew() {
    const tokens = await auth.token.renewTokens();
    auth.tokenManager.setTokens(tokens);
    return tokens;
  },

  async userInfo() {
    const { accessToken, idToken } = auth.tokenManager.getTokensSync();
    return auth.token.getUserInfo(accessToken, idToken);
  },

  /** Checks the ID token at hand once more, against what is expected of it. */
  async verify(expected) {
    const { idToken } = auth.tokenManager.getTokensSync();
    return (await auth.token.verify(idToken, { issuer: auth.options.issuer, ...expected })).claims;
  },

  async revoke() {
    const { accessToken, refreshToken } = auth.tokenManager.getTokensSync();
    await auth.revokeAccessToken(accessToken);
    await auth.revokeRefreshToken(refreshToken);
  },
});

function wellKnown() {
  return `${auth.options.issuer}/.well-known/openid-configuration`;
}
