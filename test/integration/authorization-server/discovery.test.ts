import { describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { orgFile, startEmulatedOrg } from '../../support/emulated-org.js';

const server = await startEmulatedOrg();
const DAY_MS = 24 * 3_600_000;

async function get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${server.url}${path}`, { headers });
}

async function bodyOf(path: string): Promise<unknown> {
  return (await get(path)).json();
}

async function keysOf(issuerPath: string): Promise<JSONWebKeySet> {
  return (await bodyOf(`${issuerPath}/v1/keys`)) as JSONWebKeySet;
}

describe('a discovery document', () => {
  it('of a custom server names its own endpoints', async () => {
    const issuer = `${server.url}/oauth2/default`;
    expect(await bodyOf('/oauth2/default/.well-known/openid-configuration')).toMatchObject({
      issuer,
      authorization_endpoint: `${issuer}/v1/authorize`,
      token_endpoint: `${issuer}/v1/token`,
      jwks_uri: `${issuer}/v1/keys`,
    });
  });

  it('of the org names the endpoints of the org, which has no custom scopes', async () => {
    expect(await bodyOf('/.well-known/oauth-authorization-server')).toMatchObject({
      issuer: server.url,
      token_endpoint: `${server.url}/oauth2/v1/token`,
      grant_types_supported: ['authorization_code', 'refresh_token', 'password'],
      scopes_supported: ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'groups'],
    });
  });

  it('is also where RFC 8414 wants it', async () => {
    const usual = await bodyOf('/oauth2/default/.well-known/oauth-authorization-server');
    expect(await bodyOf('/.well-known/oauth-authorization-server/oauth2/default')).toEqual(usual);
  });

  it('lists a custom scope only where it is published to all clients, before those of the system', async () => {
    expect(await bodyOf('/oauth2/default/.well-known/oauth-authorization-server')).toMatchObject({
      scopes_supported: [
        'read:invoices',
        ...['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'device_sso'],
      ],
    });
  });

  it('for OpenID Connect lists no client credentials, as the recorded ones do not', async () => {
    const openid = await bodyOf('/oauth2/default/.well-known/openid-configuration');
    expect(openid).toMatchObject({
      grant_types_supported: ['authorization_code', 'refresh_token', 'password'],
    });
    expect(await bodyOf('/oauth2/default/.well-known/oauth-authorization-server')).toMatchObject({
      grant_types_supported: ['authorization_code', 'refresh_token', 'password', 'client_credentials'],
    });
  });

  it('may be kept for a day, and be read by pages of other origins', async () => {
    const origin = 'https://spa.test.example';
    const { headers } = await get('/oauth2/default/.well-known/openid-configuration', { origin });
    expect(headers.get('cache-control')).toBe('max-age=86400, must-revalidate');
    expect(headers.get('vary')).toBe('Origin');
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('x-okta-request-id')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('refuses the id of a client that there is not', async () => {
    const response = await get('/oauth2/default/.well-known/openid-configuration?client_id=0oaNobody');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errorCode: 'invalid_client',
      errorSummary: "Invalid value for 'client_id' parameter",
    });
  });
});

describe('a server', () => {
  it.each([
    ['nobody knows', 'ausNowhere'],
    ['is inactive', 'ausGone'],
    ['is called as the org is inside the emulator', 'org'],
  ])('that %s has neither documents nor keys', async (_why, id) => {
    for (const path of [
      ...['.well-known/openid-configuration', '.well-known/oauth-authorization-server', 'v1/keys'],
    ]) {
      const response = await get(`/oauth2/${id}/${path}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({
        errorCode: 'E0000007',
        errorSummary: `Not found: Resource not found: ${id} (AuthorizationServer)`,
        errorLink: 'E0000007',
        errorId: expect.stringMatching(/^oae\w{17}$/),
        errorCauses: [],
      });
    }
  });
});

describe('a path that is no endpoint', () => {
  it.each([
    '/oauth2/default/.well-known/security.txt',
    '/.well-known/oauth-authorization-server/oauth2',
    `/oauth2/${'a'.repeat(200)}/v1/keys`,
    '/oauth2/%ff/v1/keys',
  ])('is not found: %s', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(response.headers.get('x-okta-request-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(await response.json()).toEqual({
      errorCode: 'E0000008',
      errorSummary: 'The requested path was not found',
      errorLink: 'E0000008',
      errorId: expect.stringMatching(/^oae\w{17}$/),
      errorCauses: [],
    });
  });
});

describe('the keys of a server', () => {
  it('are RSA keys under opaque ids, each server’s its own', async () => {
    const [custom, org] = [await keysOf('/oauth2/default'), await keysOf('/oauth2')];
    expect(custom.keys).toEqual([
      {
        ...{ kty: 'RSA', alg: 'RS256', use: 'sig', e: 'AQAB' },
        kid: expect.stringMatching(/^[\w-]{43}$/),
        n: expect.any(String),
      },
    ]);
    expect(org.keys[0]?.kid).not.toBe(custom.keys[0]?.kid);
  });

  it('rotate by the clock: the next one is published weeks before, and the last one stays', async () => {
    const emulator = await startEmulatedOrg();
    const keys = async (): Promise<readonly (string | undefined)[]> => {
      const response = await fetch(`${emulator.issuer('default')}/v1/keys`);
      return ((await response.json()) as JSONWebKeySet).keys.map(({ kid }) => kid);
    };
    const first = await keys();
    emulator.clock.advance(70 * DAY_MS);
    const announced = await keys();
    expect(announced).toEqual([...first, expect.any(String)]);
    emulator.clock.advance(20 * DAY_MS);
    expect(await keys()).toEqual([announced[1], first[0]]);
  });

  it('may be kept no longer than until the next rotation', async () => {
    const emulator = await startEmulatedOrg();
    const maxAge = async (): Promise<string | null> =>
      (await fetch(`${emulator.issuer('default')}/v1/keys`)).headers.get('cache-control');
    expect(await maxAge()).toBe(`max-age=${String(90 * 24 * 3600)}, must-revalidate`);
    emulator.clock.advance(89 * DAY_MS);
    expect(await maxAge()).toBe(`max-age=${String(24 * 3600)}, must-revalidate`);
  });

  it('sign at once when they are rotated by hand, and what was signed before still verifies', async () => {
    const emulator = await startEmulatedOrg();
    const mint = () =>
      emulator.mint({ client: '0oaService', grant: 'client_credentials', server: 'default' });
    const before = await mint();
    await emulator.rotateKeys('default');
    const after = await mint();
    expect(after.decoded.access.header['kid']).not.toBe(before.decoded.access.header['kid']);
    const response = await fetch(`${emulator.issuer('default')}/v1/keys`);
    const jwks = createLocalJWKSet((await response.json()) as JSONWebKeySet);
    const options = { currentDate: new Date(emulator.clock.now()) };
    for (const { accessToken } of [before, after]) await jwtVerify(accessToken, jwks, options);
  });

  it('stay when a server rotates by hand from now on', async () => {
    const emulator = await startEmulatedOrg();
    const keys = async (): Promise<unknown> => (await fetch(`${emulator.issuer('default')}/v1/keys`)).json();
    const before = await keys();
    emulator.replaceOrg(
      orgFile().replace('audience: api://test', 'audience: api://test\n    rotationMode: MANUAL'),
    );
    expect(await keys()).toEqual(before);
    emulator.clock.advance(200 * DAY_MS);
    expect(await keys()).toEqual(before);
  });

  it('stay when the org is described anew', async () => {
    const before = await keysOf('/oauth2/default');
    server.replaceOrg(orgFile());
    expect(await keysOf('/oauth2/default')).toEqual(before);
  });
});
