import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { orgFile, startEchoHook, startEmulatedOrg } from '../../support/emulated-org.js';
import {
  authorize,
  basic,
  outcome,
  postForm,
  refusal,
  REDIRECT_URI,
  requestToken,
  signIn,
  WEB_REQUEST,
} from '../../support/emulator-requests.js';

const hook = await startEchoHook();
const server = await startEmulatedOrg({ org: orgFile({ hookUrl: hook.url }) });
const issuer = server.issuer('ausHooked');
const SCOPE = 'openid offline_access orders:read';
const STAMP = {
  commands: [
    { type: 'com.okta.access.patch', value: [{ op: 'add', path: '/claims/tenant', value: 'blue' }] },
    { type: 'com.okta.identity.patch', value: [{ op: 'add', path: '/claims/tenant', value: 'blue' }] },
  ],
};
const DENY = { error: { errorSummary: 'not today' } };

/** Bodies that a piece of work made the hook receive. */
async function callsOf(work: () => Promise<unknown>): Promise<typeof hook.bodies> {
  const before = hook.bodies.length;
  await work();
  return hook.bodies.slice(before);
}

describe('the hook', () => {
  it('is called at /authorize in the code flow, and not again when the code is redeemed', async () => {
    hook.answer(STAMP);
    const calls = await callsOf(async () => {
      const tokens = await signIn(server, { issuer, scope: SCOPE });
      expect(decodeJwt(tokens['access_token'] ?? '')).toMatchObject({ tenant: 'blue' });
      expect(decodeJwt(tokens['id_token'] ?? '')).toMatchObject({ tenant: 'blue' });
    });
    expect(calls).toMatchObject([
      {
        source: `${issuer}/v1/authorize`,
        data: {
          context: {
            request: { method: 'GET', ipAddress: '127.0.0.1' },
            protocol: { request: { response_mode: 'query', response_type: 'code', scope: SCOPE } },
            session: { userId: '00uDana', login: 'dana@test.example' },
            user: { id: '00uDana' },
          },
          identity: { claims: { sub: '00uDana' } },
          access: { claims: { uid: '00uDana' } },
          refresh_token: { jti: expect.stringMatching(/^oar/) as unknown },
        },
      },
    ]);
    expect(calls[0]?.data['context']).not.toHaveProperty('protocol.request.grant_type');
  });

  it('is shown the whole query, with what only the hook understands', async () => {
    hook.answer({});
    const query = {
      ...WEB_REQUEST,
      scope: SCOPE,
      tenant: 'green',
      sessionToken: server.createSession('00uDana'),
    };
    const [call] = await callsOf(() => authorize(issuer, query));
    expect(call?.data['context']).toMatchObject({
      request: { url: { value: `${issuer}/v1/authorize?${new URLSearchParams(query).toString()}` } },
    });
  });

  it('is called at /token for a machine, which has neither user nor session nor ID token', async () => {
    hook.answer({ commands: STAMP.commands.slice(0, 1) });
    const form = { grant_type: 'client_credentials', scope: 'orders:read' };
    const [call] = await callsOf(async () => {
      const { body } = await postForm(`${issuer}/v1/token?tenant=blue`, form, basic('0oaService'));
      expect(decodeJwt(String(body['access_token']))).toMatchObject({ tenant: 'blue', sub: '0oaService' });
    });
    expect(call?.source).toBe(`${issuer}/v1/token`);
    expect(call?.data['context']).toMatchObject({
      request: { method: 'POST', url: { value: `${issuer}/v1/token?tenant=blue` } },
      protocol: { request: { ...form, client_id: '0oaService' } },
    });
    expect(Object.keys(call?.data['context'] ?? {})).toEqual(['request', 'protocol', 'policy']);
    expect(Object.keys(call?.data ?? {})).toEqual(['context', 'access']);
  });

  it('is called again on a refresh, and told of the request that began it', async () => {
    hook.answer(STAMP);
    const calls = await callsOf(async () => {
      const { refresh_token: token = '' } = await signIn(server, { issuer, scope: SCOPE });
      hook.answer({});
      const form = { grant_type: 'refresh_token', refresh_token: token, redirect_uri: REDIRECT_URI };
      const { body } = await requestToken(issuer, '0oaWeb', form);
      expect(decodeJwt(String(body['access_token']))).not.toHaveProperty('tenant');
    });
    const [first, second] = calls;
    expect(second?.data['context']).toMatchObject({
      request: { method: 'POST' },
      protocol: {
        request: { grant_type: 'refresh_token', redirect_uri: REDIRECT_URI, client_id: '0oaWeb' },
        originalGrant: {
          authorization: {
            ...{ scope: SCOPE, redirect_uri: REDIRECT_URI, response_type: 'code' },
            grant_type: 'authorization_code',
          },
          refresh_token: { jti: first?.data['refresh_token']?.['jti'] },
        },
      },
      user: { id: '00uDana' },
    });
    expect(second?.data['context']).not.toHaveProperty('session');
    expect(calls).toHaveLength(2);
  });

  it('is not called where a request is refused before', async () => {
    const calls = await callsOf(async () => {
      await requestToken(issuer, '0oaService', { grant_type: 'client_credentials', scope: 'nowhere' });
      await authorize(issuer, {
        ...WEB_REQUEST,
        scope: 'nowhere',
        sessionToken: server.createSession('00uDana'),
      });
    });
    expect(calls).toEqual([]);
  });

  it('is not called by a rule that names none, nor by the org’s own server', async () => {
    const calls = await callsOf(async () => {
      await signIn(server);
      await server.mint({
        ...{ client: '0oaWeb', user: '00uDana', grant: 'authorization_code', server: 'org' },
        scopes: ['openid'],
      });
    });
    expect(calls).toEqual([]);
  });
});

describe('a hook that denies', () => {
  it('stops the token request', async () => {
    hook.answer(DENY);
    const form = { grant_type: 'client_credentials', scope: 'orders:read' };
    expect(outcome(await requestToken(issuer, '0oaService', form))).toEqual(
      refusal(400, 'server_error', 'not today'),
    );
  });

  it('stops the sign-in, and the client is told by redirect', async () => {
    hook.answer(DENY);
    const sessionToken = server.createSession('00uDana');
    const { redirect } = await authorize(issuer, { ...WEB_REQUEST, scope: SCOPE, sessionToken });
    expect(redirect).toEqual({ error: 'server_error', error_description: 'not today', state: 'st-1' });
  });

  it('spends no refresh token', async () => {
    hook.answer({});
    const { refresh_token: token = '' } = await signIn(server, { issuer, scope: SCOPE });
    const form = { grant_type: 'refresh_token', refresh_token: token };
    hook.answer(DENY);
    expect((await requestToken(issuer, '0oaWeb', form)).status).toBe(400);
    hook.answer({});
    expect((await requestToken(issuer, '0oaWeb', form)).status).toBe(200);
  });
});

describe('a lifetime that the hook sets', () => {
  it('is what the token request says, and counts from the redemption of the code', async () => {
    const lifetime = { op: 'replace', path: '/token/lifetime/expiration', value: 300 };
    hook.answer({ commands: [{ type: 'com.okta.access.patch', value: [lifetime] }] });
    const sessionToken = server.createSession('00uDana');
    const { redirect } = await authorize(issuer, { ...WEB_REQUEST, scope: SCOPE, sessionToken });
    server.clock.advance(120_000);
    const form = {
      grant_type: 'authorization_code',
      code: redirect?.['code'] ?? '',
      redirect_uri: REDIRECT_URI,
    };
    const { body } = await requestToken(issuer, '0oaWeb', form);
    const { iat, exp } = decodeJwt(String(body['access_token']));
    expect(body['expires_in']).toBe(300);
    expect([iat, exp]).toEqual([server.clock.now() / 1000, server.clock.now() / 1000 + 300]);
  });
});
