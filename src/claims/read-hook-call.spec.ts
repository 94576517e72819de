import { describe, expect, it } from '@jest/globals';
import { CLIENT_ID, readRequest, REFRESH_JTI, USER_ID } from '../../test/support/claims-fixtures.js';
import type { DraftAccessToken, DraftToken, TokenHookRequest } from '../okta/token-hook-request.js';
import type { HookCall } from './hook-call.js';
import { readHookCall } from './read-hook-call.js';

const ISSUER = 'https://login.acme.example/oauth2/aus7k2m9QxRtYb4Vw1d7';

interface Payload {
  readonly source?: unknown;
  readonly access?: DraftAccessToken | null;
  readonly identity?: DraftToken | null;
  readonly user?: { readonly id?: string | null } | null;
  readonly session?: unknown;
  readonly request?: unknown;
  readonly clientId?: string;
  readonly protocol?: Partial<TokenHookRequest['data']['context']['protocol']>;
  readonly refreshToken?: { readonly jti?: string | null } | null;
}

/** The payload of a call at `/token`, reduced to what is read, as the contract's section 1 has it. */
function payload(parts: Payload): TokenHookRequest {
  const { access, identity, refreshToken, clientId = CLIENT_ID, protocol } = parts;
  const context = {
    ...('request' in parts ? { request: parts.request } : {}),
    ...('session' in parts ? { session: parts.session } : {}),
    ...('user' in parts ? { user: parts.user ?? null } : {}),
    protocol: {
      request: { grant_type: 'password' },
      issuer: { uri: ISSUER },
      client: { id: clientId },
      ...protocol,
    },
  };
  return {
    eventType: 'com.okta.oauth2.tokens.transform',
    source: 'source' in parts ? parts.source : `${ISSUER}/v1/token`,
    data: {
      context,
      ...(access === undefined ? {} : { access }),
      ...(identity === undefined ? {} : { identity }),
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    },
  };
}

function read(request: TokenHookRequest): HookCall {
  const reading = readHookCall(request);
  if (reading.kind === 'unusable') throw new Error(reading.why);
  return reading.call;
}

const accessOf = (uid: unknown, more: Readonly<Record<string, unknown>> = {}): DraftAccessToken => ({
  claims: { uid, cid: CLIENT_ID, ...more },
});
const identityOf = (sub: unknown): DraftToken => ({ claims: { sub } });
const MACHINE = { request: { grant_type: 'client_credentials' } };

describe('readHookCall', () => {
  describe('who the token is for', () => {
    it.each([
      ['both drafts', { access: accessOf(USER_ID), identity: identityOf(USER_ID) }],
      ['the access token alone', { access: accessOf(USER_ID) }],
      ['the ID token alone', { identity: identityOf(USER_ID) }],
      [
        'an ID token beside an access token without a uid',
        { access: accessOf(null), identity: identityOf(USER_ID) },
      ],
      ['drafts that the context agrees with', { access: accessOf(USER_ID), user: { id: USER_ID } }],
      ['drafts, where the context has no user', { access: accessOf(USER_ID), user: null }],
      ['drafts, where the context’s user has no id', { access: accessOf(USER_ID), user: { id: null } }],
    ])('is the user that is named by %s', (_, parts) => {
      expect(read(payload(parts)).subject).toEqual({ kind: 'user', userId: USER_ID });
    });

    it.each([
      [
        'the two drafts name different users',
        { access: accessOf(USER_ID), identity: identityOf('00uOther') },
      ],
      ['the context names another user', { access: accessOf(USER_ID), user: { id: '00uOther' } }],
      ['the context’s user is empty', { access: accessOf(USER_ID), user: { id: '' } }],
      ['one draft names something that is no id', { access: accessOf(USER_ID), identity: identityOf(42) }],
      ['the draft names another client', { access: accessOf(USER_ID, { cid: '0oaOther' }) }],
      ['a machine call has a uid', { access: accessOf(USER_ID), protocol: MACHINE }],
      [
        'a machine call has a user in its context',
        { access: accessOf(null), user: { id: USER_ID }, protocol: MACHINE },
      ],
      [
        'a machine call mints an ID token',
        { access: accessOf(null), identity: { claims: {} }, protocol: MACHINE },
      ],
      [
        'a machine call’s draft names another client',
        { access: { claims: { cid: '0oaOther' } }, protocol: MACHINE },
      ],
    ])('is a conflict where %s', (_, parts) => {
      expect(read(payload(parts)).subject.kind).toBe('conflict');
    });

    it('is a machine only by its grant type', () => {
      expect(read(payload({ access: accessOf(undefined), protocol: MACHINE })).subject).toEqual({
        kind: 'machine',
      });
    });

    it('is never made a machine by a missing user', () => {
      expect(readHookCall(payload({ access: accessOf(undefined) })).kind).toBe('unusable');
    });

    it('is never taken from the session', () => {
      const session = { id: '102', userId: USER_ID, login: 'dana.rivers@acme.example' };
      expect(readHookCall(payload({ access: accessOf(undefined), session })).kind).toBe('unusable');
      const call = read(payload({ access: accessOf(USER_ID), session: { ...session, userId: '00uOther' } }));
      expect(call.subject).toEqual({ kind: 'user', userId: USER_ID });
    });

    it('is never taken from the context alone', () => {
      expect(readHookCall(payload({ access: accessOf(null), user: { id: USER_ID } })).kind).toBe('unusable');
    });
  });

  it.each([
    ['no draft token', {}],
    ['drafts that are null', { access: null, identity: null }],
    ['a uid that is not a string', { access: accessOf({ not: USER_ID }) }],
    ['a uid with a control character', { access: accessOf('00u\u0000') }],
    ['an empty uid', { access: accessOf('') }],
    ['an empty client id', { access: accessOf(USER_ID), clientId: '' }],
  ])('cannot use a payload with %s', (_, parts) => {
    expect(readHookCall(payload(parts)).kind).toBe('unusable');
  });

  it('reads a draft without claims or lifetime as empty', () => {
    const call = read(payload({ access: { claims: null, token: null }, identity: identityOf(USER_ID) }));
    expect(call.drafts).toEqual({
      access: { claims: {}, lifetimeSeconds: undefined },
      identity: { claims: { sub: USER_ID }, lifetimeSeconds: undefined },
    });
  });

  it('reads each draft’s own lifetime', () => {
    const token = (expiration: number) => ({ token: { lifetime: { expiration } } });
    const call = read(
      payload({
        access: { ...accessOf(USER_ID), ...token(900) },
        identity: { ...identityOf(USER_ID), ...token(3600) },
      }),
    );
    expect(call.drafts.access?.lifetimeSeconds).toBe(900);
    expect(call.drafts.identity?.lifetimeSeconds).toBe(3600);
  });

  it('reads the granted scopes, and nothing that is not granted', () => {
    const scopes = {
      openid: { id: 'scp1', action: 'GRANT' },
      'tenant:blue': { id: 'scp2', action: 'DENY' },
      odd: null,
      odder: 'GRANT',
      'orders:read': { action: 'GRANT' },
    };
    const call = read(payload({ access: { ...accessOf(USER_ID), scopes } }));
    expect(call.scopes).toEqual(['openid', 'orders:read']);
    expect(call.hint).toEqual({ kind: 'none' });
  });

  it('never takes the requested scopes for granted ones', () => {
    const request = { grant_type: 'password', scope: 'openid tenant:blue' };
    const call = read(payload({ access: accessOf(USER_ID), protocol: { request } }));
    expect(call).toMatchObject({ scopes: [], hint: { kind: 'none' } });
  });

  it.each([
    42,
    'GET',
    { url: 42 },
    { url: { value: 'not a url' } },
    { url: { value: `${ISSUER}?tenant=%00` } },
  ])('counts the hint as refused where the request is %j, and goes on', (request) => {
    const call = read(payload({ access: accessOf(USER_ID), request }));
    expect(call).toMatchObject({ subject: { kind: 'user' }, hint: { kind: 'refused' } });
  });

  it.each([
    ['code', 'authorization_code'],
    ['code id_token', 'authorization_code'],
    ['id_token code token', 'authorization_code'],
    ['token id_token', 'implicit'],
    ['id_token', 'implicit'],
    [undefined, 'authorization_code'],
  ])('at /authorize, the response type %s means the grant type %s', (responseType, grantType) => {
    const request = responseType === undefined ? {} : { response_type: responseType };
    const source = `${ISSUER}/v1/authorize`;
    const call = read(payload({ access: accessOf(USER_ID), source, protocol: { request } }));
    expect(call).toMatchObject({ grantType, atAuthorize: true });
  });

  it.each([
    ['the source is /authorize', `${ISSUER}/v1/authorize`, 'authorization_code', true],
    ['the source is /authorize with a query', `${ISSUER}/v1/authorize?x=1`, 'authorization_code', true],
    ['the source is /token', `${ISSUER}/v1/token`, 'password', false],
    ['the source only resembles /authorize', `${ISSUER}/v1/authorized`, 'password', false],
    ['the source is missing and a grant type is there', undefined, 'password', false],
    ['the source is odd and no grant type is there', 42, undefined, true],
  ])('knows whether a code may wait where %s', (_, source, grantType, atAuthorize) => {
    const request = grantType === undefined ? {} : { grant_type: grantType };
    const call = read(payload({ access: accessOf(USER_ID), source, protocol: { request } }));
    expect(call.atAuthorize).toBe(atAuthorize);
  });

  describe('the refresh token', () => {
    const access = accessOf(USER_ID);
    const refresh = { request: { grant_type: 'refresh_token' } };

    it('is the presented one of the original grant', () => {
      const originalGrant = { refresh_token: { jti: REFRESH_JTI } };
      const call = read(
        payload({ access, protocol: { ...refresh, originalGrant }, refreshToken: { jti: 'oarNext' } }),
      );
      expect(call.refresh).toEqual({ presentedJti: REFRESH_JTI, issuedJti: 'oarNext' });
    });

    it('is presented under the id in data where the original grant has none', () => {
      const call = read(payload({ access, protocol: refresh, refreshToken: { jti: REFRESH_JTI } }));
      expect(call.refresh).toEqual({ presentedJti: REFRESH_JTI, issuedJti: REFRESH_JTI });
    });

    it('is only issued by a first call', () => {
      const call = read(payload({ access, refreshToken: { jti: REFRESH_JTI } }));
      expect(call.refresh).toEqual({ presentedJti: null, issuedJti: REFRESH_JTI });
    });

    it.each(['', 'oar\u0000', 'x'.repeat(256)])('is unknown under the id %j, which is none', (jti) => {
      const originalGrant = { refresh_token: { jti } };
      const call = read(payload({ access, protocol: { ...refresh, originalGrant }, refreshToken: { jti } }));
      expect(call.refresh).toEqual({ presentedJti: null, issuedJti: null });
    });
  });

  describe('of the example payloads', () => {
    const at = { authorize: true, token: false } as const;

    it.each([
      ['request_01_authorization_code_user.json', 'user', 'authorization_code', at.authorize, 'blue', 'both'],
      ['request_02_implicit_token_id_token.json', 'user', 'implicit', at.authorize, null, 'both'],
      ['request_03_implicit_id_token_only.json', 'user', 'implicit', at.authorize, null, 'identity'],
      ['request_04_hybrid_code_id_token.json', 'user', 'authorization_code', at.authorize, null, 'both'],
      [
        'request_05_authorization_code_no_openid.json',
        'user',
        'authorization_code',
        at.authorize,
        null,
        'access',
      ],
      ['request_06_refresh_token.json', 'user', 'refresh_token', at.token, null, 'both'],
      ['request_07_client_credentials.json', 'machine', 'client_credentials', at.token, null, 'access'],
      ['request_08_resource_owner_password.json', 'user', 'password', at.token, null, 'both'],
      [
        'request_09_device_code.json',
        'user',
        'urn:ietf:params:oauth:grant-type:device_code',
        at.token,
        null,
        'both',
      ],
      [
        'request_10_token_exchange.json',
        'user',
        'urn:ietf:params:oauth:grant-type:token-exchange',
        at.token,
        null,
        'both',
      ],
      [
        'request_11_saml2_bearer.json',
        'user',
        'urn:ietf:params:oauth:grant-type:saml2-bearer',
        at.token,
        null,
        'access',
      ],
      ['request_12_interaction_code.json', 'user', 'interaction_code', at.token, null, 'both'],
      ['request_13_rich_claims.json', 'user', 'authorization_code', at.authorize, 'blue', 'both'],
    ])('reads %s', (name, kind, grantType, atAuthorize, hinted, drafts) => {
      const call = read(readRequest(name));
      expect(call.subject.kind).toBe(kind);
      expect(call).toMatchObject({ grantType, atAuthorize });
      expect(call.hint).toEqual(
        hinted === null ? { kind: 'none' } : { kind: 'tenant', tenantId: hinted, fromQuery: true },
      );
      expect(Object.keys(call.drafts)).toEqual(drafts === 'both' ? ['access', 'identity'] : [drafts]);
    });

    it('finds the presented refresh token of a refresh', () => {
      const { refresh } = read(readRequest('request_06_refresh_token.json'));
      expect(refresh).toEqual({ presentedJti: REFRESH_JTI, issuedJti: REFRESH_JTI });
    });
  });
});
