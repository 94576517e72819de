import { describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, createLocalJWKSet, type JWTPayload } from 'jose';
import {
  AccessTokenError,
  createTokenVerifier,
  readBearerToken,
  type TokenVerifierOptions,
} from './verify-access-token.js';

const ISSUER = 'https://login.acme.example/oauth2/aus7k2m9QxRtYb4Vw1d7';
const AUDIENCE = 'api://invoicing';
const NOW = Date.parse('2026-03-11T09:41:07.000Z');
const SECONDS = NOW / 1000;

const [own, foreign] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(own.publicKey)), kid: 'one', alg: 'RS256' }] });

const CLAIMS = {
  ver: 1,
  jti: 'AT.abc',
  iss: ISSUER,
  aud: AUDIENCE,
  iat: SECONDS,
  exp: SECONDS + 3600,
  cid: '0oa3w6e8DvKyPu2Na1d7',
  sub: '0oa3w6e8DvKyPu2Na1d7',
  scp: ['read:invoices'],
  mintmark: { v: 1 },
  tenant_id: 'blue',
  tenant_selection: 'bound',
  tenant_roles: ['batch'],
  tenant_entitlements: { 'orders.max_per_day': 5000 },
};

type Changes = Readonly<Record<string, unknown>>;

function signed(changes: Changes = {}, header: Changes = {}, { privateKey } = own): Promise<string> {
  const claims: JWTPayload = { ...CLAIMS, ...changes };
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one', ...header }).sign(privateKey);
}

function verifier(options: Partial<TokenVerifierOptions> = {}) {
  return createTokenVerifier({ issuer: ISSUER, audience: AUDIENCE, keys, now: () => NOW, ...options });
}

async function problemOf(
  token: string | Promise<string>,
  options: Partial<TokenVerifierOptions> = {},
): Promise<unknown> {
  const error: unknown = await verifier(options)
    .verify(await token, { scopes: ['read:invoices'] })
    .catch((thrown: unknown) => thrown);
  return error instanceof AccessTokenError ? error.code : error;
}

function segment(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

describe('a verified token', () => {
  it('says whose it is, what it may do, and for which tenant', async () => {
    const token = await verifier().verify(await signed(), { scopes: ['read:invoices'] });
    expect(token).toMatchObject({
      clientId: '0oa3w6e8DvKyPu2Na1d7',
      userId: null,
      scopes: ['read:invoices'],
      tenant: {
        tenantId: 'blue',
        selection: 'bound',
        roles: ['batch'],
        entitlements: { 'orders.max_per_day': 5000 },
      },
      claims: { jti: 'AT.abc' },
    });
  });

  it('names the user where it has one', async () => {
    const token = await signed({ uid: '00u4t9y2JkLmWq7Rz1d7' });
    expect((await verifier().verify(token)).userId).toBe('00u4t9y2JkLmWq7Rz1d7');
  });

  it('may have no roles and no entitlements', async () => {
    const token = await signed({ tenant_roles: undefined, tenant_entitlements: undefined });
    expect((await verifier().verify(token)).tenant).toMatchObject({ roles: [], entitlements: {} });
  });

  it('may be 30 seconds older or younger than the clock says', async () => {
    expect(await problemOf(signed({ exp: SECONDS - 29 }))).toMatchObject({ tenant: { tenantId: 'blue' } });
    expect(await problemOf(signed({ exp: SECONDS - 30 }))).toBe('expired');
    expect(await problemOf(signed({ nbf: SECONDS + 30 }))).toMatchObject({ tenant: { tenantId: 'blue' } });
    expect(await problemOf(signed({ nbf: SECONDS + 31 }))).toBe('not_yet_valid');
  });
});

describe('a token is refused', () => {
  it.each([
    ['of the org server, for its issuer', { iss: 'https://login.acme.example' }, 'wrong_issuer'],
    ['of an issuer with a slash more', { iss: `${ISSUER}/` }, 'wrong_issuer'],
    ['that is an ID token by its number', { jti: 'ID.abc' }, 'not_an_access_token'],
    ['that names no client', { cid: undefined }, 'not_an_access_token'],
    ['that lists no scopes', { scp: undefined }, 'not_an_access_token'],
    ['for another audience', { aud: 'api://orders' }, 'wrong_audience'],
    ['for no audience', { aud: undefined }, 'wrong_audience'],
    ['without an end', { exp: undefined }, 'malformed'],
    ['with a word for an end', { exp: 'never' }, 'malformed'],
    ['with a number for a word', { jti: 5, aud: 5 }, 'wrong_audience'],
    ['that the hook never saw', { mintmark: undefined }, 'not_stamped'],
    ['with a marker that is no object', { mintmark: true }, 'not_stamped'],
    ['with a stamp of another version', { mintmark: { v: 2 } }, 'wrong_stamp_version'],
    [
      'for which nothing chose a tenant',
      { tenant_selection: 'ambiguous', tenant_id: undefined },
      'no_tenant',
    ],
    ['with a tenant that was not selected', { tenant_selection: 'refused' }, 'no_tenant'],
    ['with a selection and no tenant', { tenant_id: undefined }, 'no_tenant'],
    ['with a tenant without a name', { tenant_id: '' }, 'no_tenant'],
    ['without the scope', { scp: ['write:invoices'] }, 'insufficient_scope'],
  ])('%s', async (_title, changes, problem) => {
    expect(await problemOf(signed(changes))).toBe(problem);
  });

  it.each([
    ['signed by somebody else', () => signed({}, {}, foreign), 'bad_signature'],
    ['with a key that the issuer does not publish', () => signed({}, { kid: 'two' }), 'unknown_key'],
    ['without the name of its key', () => signed({}, { kid: undefined }), 'malformed'],
    ['of another type', () => signed({}, { typ: 'dpop+jwt' }), 'malformed'],
    ['without a signature', () => `${segment({ alg: 'none' })}.${segment(CLAIMS)}.`, 'malformed'],
    [
      'with another algorithm',
      () => `${segment({ alg: 'HS256', kid: 'one' })}.${segment(CLAIMS)}.AA`,
      'wrong_algorithm',
    ],
    [
      'with a payload that is no object',
      () => `${segment({ alg: 'RS256', kid: 'one' })}.${segment([])}.AA`,
      'malformed',
    ],
    ['that goes on after its end', async () => `${await signed()}\n`, 'malformed'],
    ['that is too long', () => signed({ filler: 'x'.repeat(16_384) }), 'malformed'],
    ['that is a word', () => 'token', 'malformed'],
  ])('%s', async (_title, make, problem) => {
    expect(await problemOf(Promise.resolve(make()))).toBe(problem);
  });

  it('for a way of finding the tenant that the API does not trust', async () => {
    const options = { selections: ['bound'] } as const;
    expect(await problemOf(signed({ tenant_selection: 'hinted' }), options)).toBe('no_tenant');
    expect(await problemOf(signed(), options)).toMatchObject({ tenant: { selection: 'bound' } });
  });

  it('for a version that the API does not read', async () => {
    expect(await problemOf(signed(), { stampVersion: 2 })).toBe('wrong_stamp_version');
  });

  it('by no fault of its own while the keys cannot be had', async () => {
    const unreachable = () => Promise.reject(new TypeError('fetch failed'));
    expect(await problemOf(signed(), { keys: unreachable })).toBe('keys_unavailable');
  });
});

describe('a refusal', () => {
  it.each([
    ['no_token', 401, 'Bearer'],
    ['expired', 401, 'Bearer error="invalid_token", error_description="The token is expired."'],
    [
      'not_stamped',
      401,
      'Bearer error="invalid_token", error_description="The token was minted without its tenant and entitlements. Request a new one."',
    ],
    [
      'no_tenant',
      403,
      'Bearer error="insufficient_scope", error_description="The token is for no tenant that this API accepts."',
    ],
    ['keys_unavailable', 503, null],
  ] as const)('for %s is a status and a header', (code, status, wwwAuthenticate) => {
    expect(new AccessTokenError(code)).toMatchObject({ code, status, wwwAuthenticate });
  });

  it('for scopes names those that the request needs', async () => {
    const error: unknown = await verifier()
      .verify(await signed(), { scopes: ['read:invoices', 'write:invoices'] })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      status: 403,
      wwwAuthenticate:
        'Bearer error="insufficient_scope", error_description="The token does not have the scopes that this request needs.", scope="read:invoices write:invoices"',
    });
  });
});

describe('the Authorization header', () => {
  it.each(['Bearer abc.def.ghi', 'bearer abc.def.ghi'])('%s has a token', (header) => {
    expect(readBearerToken(header)).toBe('abc.def.ghi');
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic abc', 'Bearer a b', 'Bearer a, Bearer b'])(
    '%j has none',
    (header) => {
      expect(() => readBearerToken(header)).toThrow(
        expect.objectContaining({ code: 'no_token', status: 401 }),
      );
    },
  );
});

describe('a verifier', () => {
  it.each([
    ['without an audience', { audience: '' }],
    ['of an issuer over plain HTTP', { issuer: 'http://login.acme.example' }],
    ['of an issuer that is no URL', { issuer: 'acme' }],
    ['of keys over plain HTTP', { keys: new URL('http://login.acme.example/keys') }],
    ['with a tolerance that is no number', { clockToleranceSeconds: Number.NaN }],
    ['with a tolerance without an end', { clockToleranceSeconds: Number.POSITIVE_INFINITY }],
    ['with a tolerance below zero', { clockToleranceSeconds: -1 }],
  ])('%s is not made', (_title, options) => {
    expect(() => verifier(options)).toThrow(TypeError);
  });

  it('may be of an issuer on this machine over plain HTTP', () => {
    expect(verifier({ issuer: 'http://127.0.0.1:8081/oauth2/default' })).toBeDefined();
  });
});
