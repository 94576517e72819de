import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { startAuthorizationServer } from '../../../src/authorization-server/start.js';
import { INSTANT, orgFile, startEchoHook, startEmulatedOrg } from '../../support/emulated-org.js';
import { requestToken } from '../../support/emulator-requests.js';

const hook = await startEchoHook();
const org = orgFile({ hookUrl: hook.url });
const server = await startEmulatedOrg({ org, controlToken: 'control-token-of-these-tests' });
const issuer = server.issuer('ausHooked');

interface Call {
  readonly method?: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly type?: string;
}

async function control(path: string, call: Call = {}): Promise<{ status: number; body: unknown }> {
  const { body, method = body === undefined ? 'GET' : 'POST', token = server.controlToken, type } = call;
  const response = await fetch(`${server.url}/_mintmark/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': type ?? 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

/** `fetch` chooses the Host header itself. */
async function statusWithHost(host: string): Promise<number | undefined> {
  const { port } = new URL(server.url);
  const outgoing = request({ port, host: '127.0.0.1', path: '/oauth2/default/v1/keys', headers: { host } });
  outgoing.end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  incoming.resume();
  return incoming.statusCode;
}

describe('the mini authorization server', () => {
  it('does not start in production', async () => {
    const start = startAuthorizationServer({ org, environment: { NODE_ENV: 'production' } });
    await expect(start).rejects.toMatchObject({
      code: 'CONFIGURATION',
      faults: [{ variable: 'NODE_ENV' }],
    });
  });

  it.each(['0.0.0.0', '::', '192.0.2.1'])('does not listen on %s', async (host) => {
    const start = startAuthorizationServer({ org, address: { host }, environment: {} });
    await expect(start).rejects.toMatchObject({ code: 'CONFIGURATION' });
  });

  it('does not start with the file of an org that is at fault', async () => {
    const start = startAuthorizationServer({ org: 'version: 2', environment: {} });
    await expect(start).rejects.toMatchObject({ code: 'ORG_REFUSED' });
  });

  it('answers whoever asks for this machine, and nobody who asks for another', async () => {
    const { port } = new URL(server.url);
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      expect(await statusWithHost(`${host}:${port}`)).toBe(200);
    }
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      'localhost.evil.example',
      `127.0.0.1.evil.example:${port}`,
    ]) {
      expect(await statusWithHost(host)).toBe(421);
    }
  });

  it('may have issuers of another name, which it answers to as well', async () => {
    const named = await startEmulatedOrg({ publicUrl: 'https://login.test.example' });
    expect(named.issuer('default')).toBe('https://login.test.example/oauth2/default');
    const minted = await named.mint({ client: '0oaService', grant: 'client_credentials' });
    expect(minted.decoded.access.payload['iss']).toBe('https://login.test.example/oauth2/default');
    const response = await fetch(`${named.localUrl}/oauth2/default/v1/keys`);
    expect(response.status).toBe(200);
  });

  it.each([
    ['http://localhost:8081/', 'ends in a slash'],
    ['https://login.test.example/okta', 'has a path'],
    ['https://LOGIN.test.example', 'is written otherwise than a browser would'],
    ['http://[', 'is none'],
  ])('does not start with the public URL %s, which %s', async (publicUrl) => {
    const start = startAuthorizationServer({ org, publicUrl, environment: {} });
    await expect(start).rejects.toMatchObject({
      code: 'CONFIGURATION',
      faults: [{ variable: 'MINTMARK_AUTHORIZATION_SERVER_PUBLIC_URL' }],
    });
  });

  it('is controlled by nobody over HTTP where its control token is empty', async () => {
    const closed = await startEmulatedOrg({ controlToken: '' });
    for (const authorization of ['', 'Bearer', 'Bearer ']) {
      const response = await fetch(`${closed.url}/_mintmark/events`, { headers: { authorization } });
      expect(response.status).toBe(401);
    }
  });

  it('stops once, however often it is told', async () => {
    const stopped = await startEmulatedOrg();
    await Promise.all([stopped.stop(), stopped.stop()]);
    await expect(fetch(`${stopped.url}/oauth2/default/v1/keys`)).rejects.toThrow();
  });
});

describe('control over HTTP', () => {
  it.each([
    ...[
      'events',
      'exchanges',
      'clock',
      'faults',
      'org',
      'mint',
      '../_mintmark/events',
      '%65vents',
      'events/',
    ],
  ])('of %s wants the control token', async (path) => {
    for (const token of ['', 'wrong', `${server.controlToken}x`]) {
      const { status } = await control(path, { token });
      expect([401, 404]).toContain(status);
    }
    expect((await control('events', { token: 'wrong' })).body).toMatchObject({ errorCode: 'E0000011' });
  });

  it('mints through the hook, and shows the claims before and after', async () => {
    hook.answer({
      commands: [{ type: 'com.okta.access.patch', value: [{ op: 'add', path: '/claims/t', value: 1 }] }],
    });
    const { status, body } = await control('mint', {
      body: {
        client: '0oaService',
        grant: 'client_credentials',
        scopes: ['orders:read'],
        server: 'ausHooked',
        tenantHint: 'blue',
      },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      decoded: { access: { payload: { t: 1 } }, identity: null },
      before: { access: { claims: { cid: '0oaService' } } },
      after: { access: { claims: { t: 1 } } },
      refreshToken: null,
    });
    expect(body).not.toHaveProperty('before.access.claims.t');
    const { events } = body as { readonly events: readonly { readonly eventType: string }[] };
    expect(events.map(({ eventType }) => eventType)).toEqual([
      ...['inline_hook.executed', 'inline_hook.response.processed', 'app.oauth2.as.token.grant.access_token'],
    ]);
    hook.answer({});
  });

  it('refuses to mint what an endpoint would refuse, in the same words', async () => {
    const wish = {
      client: '0oaService',
      grant: 'client_credentials',
      scopes: ['nowhere'],
      server: 'ausHooked',
    };
    expect(await control('mint', { body: wish })).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope' },
    });
  });

  it.each([
    ['mint', { client: '0oaService', grant: 'implicit' }, 400],
    ['mint', { client: '0oaService', grant: 'client_credentials', extra: 1 }, 400],
    ['mint', { client: '0oaNobody', grant: 'client_credentials' }, 401],
    ['mint', { client: '0oaWeb', grant: 'authorization_code', server: 'default' }, 400],
    ['mint', { client: '0oaWeb', user: '00uNobody', grant: 'authorization_code', server: 'default' }, 404],
    ['mint', { client: '0oaService', grant: 'client_credentials', server: 'ausNowhere' }, 404],
    ['mint', [], 400],
    ['sessions', { user: '00uNobody' }, 404],
    ['keys/rotate', { server: 'ausNowhere' }, 404],
    ['faults', { kind: 'explode' }, 400],
  ])('of %s refuses %j', async (path, body, status) => {
    expect((await control(path, { body })).status).toBe(status);
  });

  it('lets one hook call go wrong, and records it', async () => {
    server.reset();
    server.clock.freeze(INSTANT);
    expect((await control('faults', { body: { kind: 'status', status: 500 } })).status).toBe(204);
    const form = { grant_type: 'client_credentials', scope: 'orders:read' };
    for (let times = 0; times < 2; times += 1) await requestToken(issuer, '0oaService', form);
    const { body } = await control('exchanges');
    expect(body).toMatchObject([
      { fault: { kind: 'status' }, result: { kind: 'skipped' } },
      { fault: null, result: { kind: 'unchanged' } },
    ]);
    expect(JSON.stringify(body)).not.toContain('secret-of-the-hook');
  });

  it('lets no more than a thousand hook calls to come go wrong', async () => {
    for (let count = 0; count < 1_000; count += 1) server.faults.add({ kind: 'drop' });
    const { status } = await control('faults', { body: { kind: 'drop' } });
    expect([status, server.faults.list().length]).toEqual([400, 1_000]);
    server.faults.clear();
  });

  it('moves the clock', async () => {
    const freezeAt = '2027-01-01T00:00:00.000Z';
    await control('clock', { method: 'PUT', body: { freezeAt } });
    const later = await control('clock', { method: 'PUT', body: { advanceMs: 1_000 } });
    expect(later.body).toEqual({ now: '2027-01-01T00:00:01.000Z' });
    expect((await control('clock', { method: 'PUT', body: { freezeAt: 'soon' } })).status).toBe(400);
    expect(server.clock.now()).toBe(Date.parse(freezeAt) + 1_000);
    await control('clock', { method: 'DELETE' });
    expect(Math.abs(server.clock.now() - Date.now())).toBeLessThan(10_000);
  });

  it.each([
    ['clock', 'PUT', { freezeAt: null }],
    ['clock', 'PUT', { freezeAt: '2026-W10' }],
    ['clock', 'PUT', { freezeAt: '2026-03-11T09:41:07' }],
    ['clock', 'PUT', { advanceMs: null }],
    ['mint', 'POST', { client: '0oaService', server: 'default', scopes: null }],
    ['mint', 'POST', { client: '0oaService', server: 'default', tenantHint: null }],
    ['mint', 'POST', { client: '0oaWeb', server: null }],
  ])('of %s by %s refuses %j, and goes on as before', async (path, method, body) => {
    server.clock.freeze(INSTANT);
    expect(await control(path, { method, body })).toMatchObject({
      ...{ status: 400, body: { errorCode: 'E0000001' } },
    });
    expect(server.clock.now()).toBe(INSTANT);
  });

  it('replaces the org, and keeps it where the new one is at fault', async () => {
    const type = 'application/yaml';
    const faulty = await control('org', { method: 'PUT', body: 'version: 2', type });
    expect(faulty).toMatchObject({ status: 400, body: { errorCode: 'E0000001' } });
    expect(server.issuer('ausHooked')).toBe(issuer);
    const another = org.replaceAll('ausHooked', 'ausOther');
    expect((await control('org', { method: 'PUT', body: another, type })).status).toBe(204);
    expect(() => server.issuer('ausHooked')).toThrow('Not found');
    await control('reset', { method: 'POST' });
    expect(server.issuer('ausHooked')).toBe(issuer);
  });

  it('gives a session token that signs in once, and forgets it on a reset', async () => {
    const { body } = await control('sessions', { body: { user: 'dana@test.example' } });
    expect(body).toEqual({ sessionToken: expect.stringMatching(/^[\w-]{43}$/) });
    expect((await control('signed-in-user', { method: 'PUT', body: { user: '00uDana' } })).status).toBe(204);
    expect((await control('signed-in-user', { method: 'PUT', body: { user: null } })).status).toBe(204);
    await control('reset', { method: 'POST' });
    expect(server.events()).toEqual([]);
  });
});

describe('minting in the process', () => {
  it('goes through every grant', async () => {
    const wish = {
      client: '0oaWeb',
      user: 'dana@test.example',
      scopes: ['openid', 'offline_access'],
    } as const;
    const signedIn = await server.mint({ ...wish, grant: 'authorization_code', server: 'default' });
    expect(signedIn.decoded.identity?.payload['sub']).toBe('00uDana');
    const refreshToken = signedIn.refreshToken ?? '';
    const again = await server.mint({
      client: '0oaWeb',
      grant: 'refresh_token',
      refreshToken,
      server: 'default',
    });
    expect(again.decoded.access.payload['uid']).toBe('00uDana');
    const afresh = await server.mint({ ...wish, grant: 'refresh_token', server: 'default' });
    expect(afresh.scope).toBe('openid offline_access');
  });

  it('serves a browser app, which has no secret', async () => {
    const minted = await server.mint({
      ...{ client: '0oaBrowser', user: '00uDana', grant: 'authorization_code', server: 'default' },
      scopes: ['openid'],
    });
    expect(minted.decoded.access.payload['cid']).toBe('0oaBrowser');
  });

  it('mints tokens of the org’s own server, which are for the org itself', async () => {
    const minted = await server.mint({
      ...{ client: '0oaWeb', user: '00uDana', grant: 'authorization_code', server: 'org' },
      scopes: ['openid', 'profile', 'email'],
    });
    const { access, identity } = minted.decoded;
    expect(access.payload).toMatchObject({ iss: server.url, aud: server.url, sub: 'dana@test.example' });
    expect(identity?.payload).toMatchObject({ iss: server.url, email: 'dana@test.example' });
    const refused = server.mint({ client: '0oaService', grant: 'client_credentials', server: 'org' });
    await expect(refused).rejects.toMatchObject({ code: 'unsupported_grant_type_client_creds_org_as' });
  });

  it('gets nothing through a client that is inactive', async () => {
    server.replaceOrg(org.replace('label: Service', 'label: Service\n    status: INACTIVE'));
    const refused = server.mint({ client: '0oaService', grant: 'client_credentials', server: 'default' });
    await expect(refused).rejects.toMatchObject({ code: 'invalid_client' });
    server.replaceOrg(org);
  });

  it('names what was wrong, as an endpoint would', async () => {
    const refused = server.mint({
      ...{ client: '0oaWeb', user: '00uEli', grant: 'authorization_code', server: 'default' },
      scopes: ['openid'],
    });
    await expect(refused).rejects.toMatchObject({
      ...{ status: 400, error: 'access_denied' },
      description: 'User is not assigned to the client application.',
    });
  });
});

describe('tokens that are minted at the same time', () => {
  it('come with their own events', async () => {
    hook.answer({});
    const wish = { client: '0oaService', grant: 'client_credentials', server: 'ausHooked' } as const;
    const minted = await Promise.all([1, 2, 3].map(() => server.mint({ ...wish, scopes: ['orders:read'] })));
    const types = minted.map(({ events }) => events.map(({ eventType }) => eventType));
    const own = [
      'inline_hook.executed',
      'inline_hook.response.processed',
      'app.oauth2.as.token.grant.access_token',
    ];
    expect(types).toEqual([own, own, own]);
  });
});
