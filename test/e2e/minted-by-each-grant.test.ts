import { generateKeyPair, exportJWK, SignJWT } from 'jose';
import { describe, expect, it } from '@jest/globals';
import { createTokenVerifier } from '../../src/verify/verify-access-token.js';
import { CLIENT, USER } from '../support/calls.js';
import { authorize, PKCE, requestToken, type TestClient } from '../support/oauth-requests.js';
import { CLIENT_SECRET, postingClient, startTestOrg } from '../support/test-org.js';

// Every grant over real sockets, as a client sends it: each token is stamped by the running hook.

const org = await startTestOrg();
const { issuer, endpoints, server } = org;

const WEB: TestClient = { id: CLIENT.web, secret: CLIENT_SECRET.web };
const NATIVE: TestClient = { id: CLIENT.native, proof: { client_id: CLIENT.native } };
const CALLBACK = 'https://app.acme.example/callback';

const verifier = createTokenVerifier({
  issuer,
  audience: 'api://acme-orders',
  keys: org.keys,
  now: () => server.clock.now(),
});

const { publicKey, privateKey } = await generateKeyPair('RS256');
const jwk = { ...(await exportJWK(publicKey)), kid: 'reporter', use: 'sig', alg: 'RS256' };

function signIn(user: string, query: Readonly<Record<string, string>> = {}): Promise<URLSearchParams> {
  return authorize(endpoints, {
    client_id: WEB.id,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid profile offline_access orders:read',
    state: 'st-1',
    nonce: 'n-1',
    code_challenge: PKCE.challenge,
    code_challenge_method: 'S256',
    sessionToken: server.createSession(user),
    ...query,
  });
}

function redeem(code: string | null, more: Readonly<Record<string, string>> = {}, client = WEB) {
  const grant = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
  return requestToken(endpoints, client, { ...grant, code: code ?? '', ...more });
}

/** Everything that a resource server checks, over the published keys. */
async function stampOf(token: unknown): Promise<unknown> {
  const { tenant, clientId, userId } = await verifier.verify(String(token));
  return { tenant: tenant.tenantId, selection: tenant.selection, clientId, userId };
}

describe('client credentials', () => {
  it.each<[string, TestClient]>([
    ['a Basic header', { id: CLIENT.batch, secret: CLIENT_SECRET.batch }],
    ['a secret in the body', postingClient(CLIENT.exporter, CLIENT_SECRET.exporter)],
  ])('by %s yield a stamped token', async (_title, client) => {
    const { status, body } = await requestToken(endpoints, client, {
      grant_type: 'client_credentials',
      scope: 'orders:read tenant:blue',
    });
    expect({ status, type: body['token_type'], scope: body['scope'] }).toEqual({
      status: 200,
      type: 'Bearer',
      scope: 'orders:read tenant:blue',
    });
    expect(body).not.toHaveProperty('refresh_token');
    expect(body).not.toHaveProperty('id_token');
    expect(await stampOf(body['access_token'])).toMatchObject({
      tenant: 'blue',
      clientId: client.id,
      userId: null,
    });
  });

  it('by an assertion of a private key yield a stamped token', async () => {
    org.changeOrg((file) => {
      const clients = file.toJS().clients as readonly { readonly id: string }[];
      const at = ['clients', clients.findIndex(({ id }) => id === CLIENT.reporter)];
      file.deleteIn([...at, 'secret']);
      file.setIn([...at, 'jwks'], { keys: [jwk] });
    });
    const seconds = Math.floor(server.clock.now() / 1000);
    const assertion = await new SignJWT({ iss: CLIENT.reporter, sub: CLIENT.reporter, jti: 'one' })
      .setProtectedHeader({ alg: 'RS256', kid: 'reporter' })
      .setAudience(`${issuer}/v1/token`)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 60)
      .sign(privateKey);
    const client = {
      id: CLIENT.reporter,
      proof: {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      },
    };
    const { body } = await requestToken(endpoints, client, { grant_type: 'client_credentials' });
    expect(await stampOf(body['access_token'])).toMatchObject({ tenant: 'violet', selection: 'only' });
    org.changeOrg(() => undefined);
  });

  it('may name the tenant in the query of the token request', async () => {
    const client = { id: CLIENT.operations, secret: 'sample-secret-of-operations' };
    const body = { grant_type: 'client_credentials' };
    const { access } = await requestToken(`${endpoints}?tenant=green`, client, body);
    expect(access).toMatchObject({ tenant_id: 'green', tenant_selection: 'hinted' });
  });
});

describe('an authorization code', () => {
  it('yields tokens that were stamped when it was issued', async () => {
    const calls = server.exchanges().length;
    const redirect = await signIn(USER.dana, { tenant: 'blue' });
    expect(redirect.get('state')).toBe('st-1');
    expect(server.exchanges()).toHaveLength(calls + 1);

    const { status, body, identity } = await redeem(redirect.get('code'));
    expect(status).toBe(200);
    expect(server.exchanges()).toHaveLength(calls + 1);
    expect(await stampOf(body['access_token'])).toEqual({
      tenant: 'blue',
      selection: 'hinted',
      clientId: WEB.id,
      userId: USER.dana,
    });
    expect(identity).toMatchObject({
      sub: USER.dana,
      aud: WEB.id,
      nonce: 'n-1',
      tenant_id: 'blue',
      mintmark: { v: 1 },
    });
    expect(body['refresh_token']).toEqual(expect.any(String));
  });

  it('comes in the fragment where that is asked for', async () => {
    const redirect = await signIn(USER.eli, { response_mode: 'fragment' });
    const { access } = await redeem(redirect.get('code'));
    expect(access).toMatchObject({ tenant_id: 'blue', tenant_selection: 'only' });
  });

  it('of a public client needs its verifier and nothing else', async () => {
    const native = { client_id: NATIVE.id, redirect_uri: 'https://spa.acme.example/cb', tenant: 'blue' };
    const code = (await signIn(USER.dana, native)).get('code');
    const { access } = await redeem(code, { redirect_uri: native.redirect_uri }, NATIVE);
    expect(access).toMatchObject({ tenant_id: 'green', tenant_selection: 'bound' });
  });

  it('is not issued where the hook denies: the redirect says why', async () => {
    org.answerOnce({ error: { errorSummary: 'No tenant, no token' } });
    const redirect = await signIn(USER.dana);
    expect(Object.fromEntries(redirect)).toMatchObject({
      error: 'server_error',
      error_description: 'No tenant, no token',
      state: 'st-1',
    });
  });

  it('yields no second token', async () => {
    const code = (await signIn(USER.dana)).get('code');
    await redeem(code);
    expect(await redeem(code)).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_grant',
        error_description: 'The authorization code is invalid or has expired.',
      },
    });
  });
});

describe('a refresh token', () => {
  it('yields tokens that are stamped anew', async () => {
    const { body } = await redeem((await signIn(USER.dana, { tenant: 'blue' })).get('code'));
    const refreshed = await requestToken(endpoints, WEB, {
      grant_type: 'refresh_token',
      refresh_token: String(body['refresh_token']),
    });
    expect(refreshed.status).toBe(200);
    expect(await stampOf(refreshed.body['access_token'])).toMatchObject({
      tenant: 'blue',
      selection: 'remembered',
    });
    expect(refreshed.identity).toMatchObject({ tenant_id: 'blue', tenant_selection: 'remembered' });
  });
});

describe('after a rotation of the keys', () => {
  it('old tokens and new ones verify', async () => {
    const batch = { id: CLIENT.batch, secret: CLIENT_SECRET.batch };
    const first = await requestToken(endpoints, batch, { grant_type: 'client_credentials' });
    await server.rotateKeys('aus7k2m9QxRtYb4Vw1d7');
    const second = await requestToken(endpoints, batch, { grant_type: 'client_credentials' });
    const fresh = createTokenVerifier({
      issuer,
      audience: 'api://acme-orders',
      keys: org.keys,
      now: () => server.clock.now(),
    });
    for (const { body } of [first, second])
      expect((await fresh.verify(String(body['access_token']))).tenant.tenantId).toBe('blue');
  });
});
