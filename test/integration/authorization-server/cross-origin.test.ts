import { describe, expect, it } from '@jest/globals';
import { startEmulatedOrg } from '../../support/emulated-org.js';
import { outcome, postForm, refusal } from '../../support/emulator-requests.js';
import { peopleOrg } from '../../support/people-org.js';

const server = await startEmulatedOrg({ org: peopleOrg() });
const issuer = server.issuer('default');
const [SPA, DOCS] = ['https://spa.people.example:8443', 'https://docs.people.example'];
const STRANGERS = [
  'https://evil.example',
  'https://portal.people.example',
  'https://spa.people.example',
  'null',
];

const ENDPOINTS = [
  ['GET', '/.well-known/openid-configuration'],
  ['GET', '/.well-known/oauth-authorization-server'],
  ['GET', '/v1/keys'],
  ['POST', '/v1/token'],
  ['POST', '/v1/introspect'],
  ['POST', '/v1/revoke'],
  ['GET', '/v1/userinfo'],
] as const;

async function call(url: string, origin: string, init: RequestInit = {}): Promise<Headers> {
  return (await fetch(url, { redirect: 'manual', ...init, headers: { origin } })).headers;
}

function isReadable(headers: Headers, origin: string): boolean {
  return headers.get('access-control-allow-origin') === origin;
}

describe('pages of another origin', () => {
  it.each(ENDPOINTS)(
    'may read what %s %s answers where the org trusts them, or a client lives there',
    async (method, path) => {
      for (const origin of [SPA, DOCS]) {
        const headers = await call(`${issuer}${path}`, origin, { method });
        expect(isReadable(headers, origin)).toBe(true);
        expect(headers.get('access-control-allow-credentials')).toBe('true');
        expect(headers.get('vary')).toBe('Origin');
      }
      for (const origin of STRANGERS) {
        const headers = await call(`${issuer}${path}`, origin, { method });
        expect(headers.get('access-control-allow-origin')).toBeNull();
        expect(headers.get('vary')).toBe('Origin');
      }
    },
  );

  it.each(ENDPOINTS)('may ask before they send %s %s, with headers of their own', async (method, path) => {
    const asked = {
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,x-okta-user-agent-extended',
    };
    const response = await fetch(`${issuer}${path}`, {
      method: 'OPTIONS',
      headers: { origin: SPA, ...asked },
    });
    expect(response.status).toBe(204);
    expect(isReadable(response.headers, SPA)).toBe(true);
    expect(response.headers.get('access-control-allow-methods')).toContain(method);
    expect(response.headers.get('access-control-allow-headers')).toBe(
      'authorization,x-okta-user-agent-extended',
    );
    expect(response.headers.get('access-control-max-age')).toBe('3600');
    const stranger = await call(`${issuer}${path}`, 'https://evil.example', { method: 'OPTIONS' });
    expect(stranger.get('access-control-allow-origin')).toBeNull();
  });

  it('may read what is not found, too large, or the wrong method', async () => {
    const nowhere = `${server.url}/oauth2/ausNowhere`;
    const large = { method: 'POST', body: new URLSearchParams({ scope: 'a'.repeat(64 * 1024) }) };
    const refused: readonly (readonly [number, string, RequestInit])[] = [
      [404, `${nowhere}/.well-known/openid-configuration`, {}],
      [404, `${server.url}/.well-known/oauth-authorization-server/oauth2/ausNowhere`, {}],
      [400, `${nowhere}/v1/token`, { method: 'POST' }],
      [413, `${issuer}/v1/token`, large],
      [405, `${issuer}/v1/token`, {}],
    ];
    for (const [status, url, init] of refused) {
      const response = await fetch(url, { ...init, headers: { origin: SPA } });
      expect([response.status, isReadable(response.headers, SPA)]).toEqual([status, true]);
    }
  });

  it('may read why a bearer token was refused', async () => {
    const headers = await call(`${issuer}/v1/userinfo`, SPA);
    expect(headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
  });

  it('read nothing that goes by a cookie, nor what controls the emulator', async () => {
    for (const path of [
      '/oauth2/default/v1/authorize',
      '/oauth2/default/v1/logout',
      '/login/login.htm',
      '/_mintmark/events',
    ]) {
      for (const method of ['GET', 'OPTIONS']) {
        const headers = await call(`${server.url}${path}`, SPA, { method });
        expect(headers.get('access-control-allow-origin')).toBeNull();
      }
    }
  });
});

describe('a code', () => {
  it('is redeemed only by pages of its own client, or of an origin that the org trusts', async () => {
    const form = {
      grant_type: 'authorization_code',
      client_id: '0oaSpa',
      code: 'x',
      redirect_uri: 'x',
      code_verifier: 'x',
    };
    const redeem = (origin: string) => postForm(`${issuer}/v1/token`, form, { origin });
    expect(outcome(await redeem('https://app.people.example'))).toEqual(
      refusal(
        400,
        'invalid_request',
        'Browser requests to the token endpoint must be part of at least one whitelisted redirect_uri.',
      ),
    );
    for (const origin of [SPA, DOCS, server.url]) {
      expect((await redeem(origin)).body).toMatchObject({ error: 'invalid_grant' });
    }
  });
});
