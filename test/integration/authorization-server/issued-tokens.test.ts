import { describe, expect, it } from '@jest/globals';
import { decodeJwt, SignJWT } from 'jose';
import { INSTANT, startEmulatedOrg } from '../../support/emulated-org.js';
import {
  authorize,
  basic,
  outcome,
  postForm,
  refusal,
  type EmulatorAnswer,
  type Members,
} from '../../support/emulator-requests.js';
import { API_SECRET, peopleOrg, WEB_SECRET } from '../../support/people-org.js';

const server = await startEmulatedOrg({ org: peopleOrg() });
const issuer = server.issuer('default');
const CALLBACK = 'https://app.people.example/callback';
const WEB = basic('0oaWeb', WEB_SECRET);
const API = basic('0oaApi', API_SECRET);
const INACTIVE = { status: 200, body: { active: false } };

type Fields = Readonly<Record<string, string>>;

interface Tokens {
  readonly access: string;
  readonly identity: string;
  readonly refresh: string;
}

const SCOPE = 'openid profile email offline_access news:read';

async function signIn({ scope = SCOPE, at = issuer, user = '00uDana' } = {}): Promise<Tokens> {
  const { redirect } = await authorize(at, {
    ...{ client_id: '0oaWeb', response_type: 'code', redirect_uri: CALLBACK, scope, state: 's' },
    sessionToken: server.createSession(user),
  });
  const code = redirect?.['code'] ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
  return tokensOf(await postForm(`${at}/v1/token`, form, WEB));
}

function tokensOf({ body }: EmulatorAnswer): Tokens {
  const { access_token: access, id_token: identity, refresh_token: refresh } = body;
  return { access: String(access), identity: String(identity), refresh: String(refresh) };
}

function refresh(token: string): Promise<EmulatorAnswer> {
  return postForm(`${issuer}/v1/token`, { grant_type: 'refresh_token', refresh_token: token }, WEB);
}

interface Asking {
  readonly client?: Fields;
  readonly at?: string;
  readonly more?: Fields;
}

function introspect(
  token: string,
  { client = WEB, at = issuer, more = {} }: Asking = {},
): Promise<EmulatorAnswer> {
  return postForm(`${at}/v1/introspect`, { token, ...more }, client);
}

async function revoke(token: string, { client = WEB, at = issuer } = {}): Promise<unknown> {
  const body = new URLSearchParams({ token });
  const response = await fetch(`${at}/v1/revoke`, { method: 'POST', headers: client, body });
  return { status: response.status, text: await response.text() };
}

const REVOKED = { status: 200, text: '' };

/** Which of some tokens are active. */
async function activity(tokens: readonly string[]): Promise<readonly unknown[]> {
  const answers = await Promise.all(tokens.map((token) => introspect(token)));
  return answers.map(({ body }) => body['active']);
}

describe('introspection', () => {
  it('tells of an access token what the token says, and whose it is', async () => {
    const { access } = await signIn();
    const { status, body, headers } = await introspect(access);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-cache, no-store');
    expect(Object.keys(body).slice(0, 12)).toEqual([
      ...[
        'active',
        'token_type',
        'scope',
        'client_id',
        'username',
        'exp',
        'iat',
        'sub',
        'aud',
        'iss',
        'jti',
        'ver',
      ],
    ]);
    const { scp, ...claims } = decodeJwt(access);
    expect(body).toEqual({
      ...claims,
      ...{ active: true, token_type: 'Bearer', scope: SCOPE, client_id: '0oaWeb', scp },
      ...{ username: 'Dana@people.example', uid: '00uDana', plan: 'gold' },
    });
  });

  it('says for itself whether a token is good, whose it is and what for, whatever claims the org adds', async () => {
    const names = ['active', 'token_type', 'scope', 'client_id', 'username'];
    const claims = names.map((name) => `      - { name: ${name}, value: '"planted"' }\n`).join('');
    server.replaceOrg(peopleOrg().replace('      - { name: plan,', `${claims}      - { name: plan,`));
    const { access } = await signIn();
    const { body } = await introspect(access);
    server.replaceOrg(peopleOrg());
    expect(decodeJwt(access)).toMatchObject(Object.fromEntries(names.map((name) => [name, 'planted'])));
    expect(body).toMatchObject({
      ...{ active: true, token_type: 'Bearer', scope: SCOPE, client_id: '0oaWeb' },
      ...{ username: 'Dana@people.example', plan: 'gold' },
    });
  });

  it('tells of an ID token and of a refresh token', async () => {
    const tokens = await signIn();
    const { body: identity } = await introspect(tokens.identity);
    expect(identity).toEqual({
      ...decodeJwt(tokens.identity),
      ...{ active: true, token_type: 'Bearer', client_id: '0oaWeb', username: 'Dana@people.example' },
    });
    expect((await introspect(tokens.refresh)).body).toEqual({
      ...{ active: true, token_type: 'Bearer', scope: SCOPE, client_id: '0oaWeb' },
      ...{ username: 'Dana@people.example', sub: 'Dana@people.example', exp: INSTANT / 1000 + 3600 },
    });
  });

  it('tells of a machine’s token no user', async () => {
    const form = { grant_type: 'client_credentials', scope: 'news:read' };
    const { access } = tokensOf(await postForm(`${issuer}/v1/token`, form, API));
    const { body } = await introspect(access, { client: API });
    expect(body).toMatchObject({ active: true, client_id: '0oaApi', sub: '0oaApi', scope: 'news:read' });
    expect(body).not.toHaveProperty('uid');
    expect(body).not.toHaveProperty('username');
  });

  it('is open to a resource server for access tokens alone, which a switch closes', async () => {
    const { access, identity, refresh: refreshToken } = await signIn();
    expect((await introspect(access, { client: API })).body).toMatchObject({
      active: true,
      client_id: '0oaWeb',
    });
    expect(outcome(await introspect(identity, { client: API }))).toEqual(INACTIVE);
    expect(outcome(await introspect(refreshToken, { client: API }))).toEqual(INACTIVE);
    server.replaceOrg(peopleOrg({ switches: 'introspectOthersAccessTokens: false' }));
    const closed = await introspect(access, { client: API });
    server.replaceOrg(peopleOrg());
    expect(outcome(closed)).toEqual(INACTIVE);
  });

  it('wants no more of a public client than its id', async () => {
    const { access } = await signIn();
    const { body } = await introspect(access, { client: {}, more: { client_id: '0oaSpa' } });
    expect(body).toMatchObject({ active: true });
  });

  it('takes an assertion that is for its own endpoint, and no other', async () => {
    const jwt = (aud: string): Promise<string> =>
      new SignJWT({ iss: '0oaHmac', sub: '0oaHmac', aud, exp: INSTANT / 1000 + 60 })
        .setProtectedHeader({ alg: 'HS512' })
        .sign(new TextEncoder().encode(WEB_SECRET));
    const hmac = { id: '0oaHmac', label: 'HMAC', applicationType: 'service', secret: WEB_SECRET };
    const client = JSON.stringify({ ...hmac, authenticationMethod: 'client_secret_jwt' });
    server.replaceOrg(peopleOrg().replace('inlineHooks:', `  - ${client}\ninlineHooks:`));
    const { access } = await signIn();
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const ask = async (endpoint: string): Promise<EmulatorAnswer> =>
      introspect(access, {
        client: {},
        more: { client_assertion_type: type, client_assertion: await jwt(`${issuer}/v1/${endpoint}`) },
      });
    const [right, wrong] = [await ask('introspect'), await ask('token')];
    server.replaceOrg(peopleOrg());
    expect(right.body).toMatchObject({ active: true });
    expect(outcome(wrong)).toEqual(
      refusal(
        401,
        'invalid_client',
        'The audience claim for client_assertion must be the endpoint invoked for the request.',
      ),
    );
  });

  it.each([
    [
      'without a token',
      { token: '' },
      WEB,
      refusal(400, 'invalid_request', "The 'token' parameter is required."),
    ],
    [
      'without credentials',
      { token: 'x' },
      {},
      refusal(401, 'invalid_client', 'No client credentials found.'),
    ],
    [
      'with a wrong secret',
      { token: 'x' },
      basic('0oaWeb', 'wrong'),
      refusal(401, 'invalid_client', 'The client secret supplied for a confidential client is invalid.'),
    ],
  ])('and revocation %s are refused', async (_what, form: Fields, client: Fields, expected) => {
    for (const endpoint of ['introspect', 'revoke']) {
      expect(outcome(await postForm(`${issuer}/v1/${endpoint}`, form, client))).toEqual(expected);
    }
  });

  it('with a parameter that comes twice is refused, and so is a server that there is not', async () => {
    expect((await postForm(`${issuer}/v1/introspect`, 'token=a&token=b', WEB)).body).toMatchObject({
      error_description: 'The request contained multiple parameters with the same name.',
    });
    expect((await introspect('x', { at: `${server.url}/oauth2/ausNowhere` })).body).toMatchObject({
      error_description: 'The authorization server id is invalid.',
    });
    expect((await fetch(`${issuer}/v1/introspect`)).status).toBe(405);
  });

  it('passes over a wrong hint, unless a switch says otherwise', async () => {
    const tokens = await signIn();
    const wrong = { access: 'refresh_token', identity: 'access_token', refresh: 'id_token' } as const;
    const kinds = ['access', 'identity', 'refresh'] as const;
    const ask = (): Promise<readonly EmulatorAnswer[]> =>
      Promise.all(kinds.map((kind) => introspect(tokens[kind], { more: { token_type_hint: wrong[kind] } })));
    const lenient = await ask();
    server.replaceOrg(peopleOrg({ switches: 'wrongTokenTypeHint: inactive' }));
    const strict = await ask();
    const right = await introspect(tokens.refresh, { more: { token_type_hint: 'refresh_token' } });
    server.replaceOrg(peopleOrg());
    expect(lenient.map(({ body }) => body['active'])).toEqual([true, true, true]);
    expect(strict.map(({ body }) => body['active'])).toEqual([false, false, false]);
    expect(right.body).toMatchObject({ active: true });
  });

  describe('calls a token inactive', () => {
    it.each(['', 'abc', 'a.b.c'])('that is none: %j', async (text) => {
      expect(outcome(await introspect(`x${text}`))).toEqual(INACTIVE);
    });

    it('whose signature or content was changed', async () => {
      const { access } = await signIn();
      const [header = '', payload = '', signature = ''] = access.split('.');
      const claims = { ...decodeJwt(access), scp: ['mail:read'] } as Members;
      const forged = Buffer.from(JSON.stringify(claims)).toString('base64url');
      for (const text of [
        `${header}.${forged}.${signature}`,
        `${header}.${payload}.`,
        `${header}.${payload}.AAAA`,
      ]) {
        expect(outcome(await introspect(text))).toEqual(INACTIVE);
      }
    });

    it('of another server of the same org', async () => {
      const custom = await signIn();
      const org = await signIn({ at: `${server.url}/oauth2`, scope: 'openid offline_access' });
      const atOrg = { at: `${server.url}/oauth2` };
      for (const token of Object.values(custom))
        expect(outcome(await introspect(token, atOrg))).toEqual(INACTIVE);
      for (const token of Object.values(org)) expect(outcome(await introspect(token))).toEqual(INACTIVE);
      for (const token of Object.values(org)) {
        expect((await introspect(token, atOrg)).body).toMatchObject({ active: true });
      }
    });

    it('that has expired, by the second', async () => {
      const { access, identity } = await signIn();
      server.clock.advance(3_599_999);
      expect(await activity([access, identity])).toEqual([true, true]);
      server.clock.advance(1);
      expect(await activity([access, identity])).toEqual([false, false]);
    });

    it.each([
      ['person is suspended', WEB, '- id: 00uDana', '- id: 00uDana\n    status: SUSPENDED'],
      ['person has gone', WEB, '- id: 00uDana', '- id: 00uOther'],
      ['client is inactive', API, 'label: Web <b>', 'status: INACTIVE\n    label: Web <b>'],
    ])('whose %s', async (_what, client, before, after) => {
      const { access, identity, refresh: refreshToken } = await signIn();
      server.replaceOrg(peopleOrg().replace(before, after));
      const answers = [access, identity, refreshToken].map((token) => introspect(token, { client }));
      const bodies = (await Promise.all(answers)).map(outcome);
      server.replaceOrg(peopleOrg());
      expect(bodies).toEqual([INACTIVE, INACTIVE, INACTIVE]);
    });

    it('whose key is no longer published', async () => {
      const { access } = await signIn();
      await server.rotateKeys('default');
      expect(await activity([access])).toEqual([true]);
      await server.rotateKeys('default');
      expect(await activity([access])).toEqual([false]);
    });
  });
});

describe('revocation', () => {
  it('of an access token ends that token alone', async () => {
    const [first, second] = [await signIn(), await signIn()];
    expect(await revoke(first.access)).toEqual(REVOKED);
    expect(await activity([first.access, first.identity, first.refresh, second.access])).toEqual([
      ...[false, true, true, true],
    ]);
    expect((await refresh(first.refresh)).status).toBe(200);
  });

  it('of a refresh token ends it with every access token since the sign-in, and nothing of another sign-in', async () => {
    const [tokens, others] = [await signIn(), await signIn()];
    const refreshed = tokensOf(await refresh(tokens.refresh));
    expect(await revoke(tokens.refresh)).toEqual(REVOKED);
    expect(await activity([tokens.refresh, tokens.access, refreshed.access])).toEqual([false, false, false]);
    expect((await refresh(tokens.refresh)).body).toMatchObject({ error: 'invalid_grant' });
    expect(await activity([others.refresh, others.access])).toEqual([true, true]);
  });

  it('knows which access tokens go with a refresh token also where they do not name it', async () => {
    server.replaceOrg(peopleOrg({ switches: 'accessJtiNamesRefreshToken: false' }));
    const { access, refresh: refreshToken } = await signIn();
    await revoke(refreshToken);
    server.replaceOrg(peopleOrg());
    expect(await activity([access])).toEqual([false]);
  });

  it('is what the reuse of a rotated token comes to, for access tokens too', async () => {
    server.replaceOrg(
      peopleOrg().replace(
        'label: Web <b>',
        'refreshToken: { rotationType: ROTATE, leewaySeconds: 0 }\n    label: Web <b>',
      ),
    );
    const tokens = await signIn();
    const refreshed = tokensOf(await refresh(tokens.refresh));
    const reused = await refresh(tokens.refresh);
    server.replaceOrg(peopleOrg());
    expect(reused.body).toMatchObject({ error: 'invalid_grant' });
    expect(await activity([tokens.access, refreshed.access, refreshed.refresh])).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('of what is unknown, revoked already, another client’s, another server’s or an ID token does nothing, and says so to nobody', async () => {
    const { access, identity, refresh: refreshToken } = await signIn();
    expect(await revoke('unknown')).toEqual(REVOKED);
    expect(await revoke(identity)).toEqual(REVOKED);
    expect(await revoke(access, { client: API })).toEqual(REVOKED);
    expect(await revoke(refreshToken, { client: API })).toEqual(REVOKED);
    expect(await revoke(access, { at: `${server.url}/oauth2` })).toEqual(REVOKED);
    expect(await activity([access, identity, refreshToken])).toEqual([true, true, true]);
    expect(await revoke(access)).toEqual(REVOKED);
    expect(await revoke(access)).toEqual(REVOKED);
  });

  it('is in the system log by the id of what was revoked, and a refusal with its reason', async () => {
    const { access, refresh: refreshToken } = await signIn();
    const before = server.events().length;
    await revoke(access);
    await revoke(refreshToken);
    await postForm(`${issuer}/v1/revoke`, { token: access }, basic('0oaWeb', 'wrong'));
    const events = server.events().slice(before);
    expect(events).toMatchObject([
      { eventType: 'app.oauth2.as.token.revoke', outcome: { result: 'SUCCESS' }, actor: { id: '0oaWeb' } },
      {
        target: [{ id: '00uDana' }, { type: 'refresh_token', id: expect.stringMatching(/^oar/) as unknown }],
      },
      { eventType: 'app.oauth2.as.token.revoke', outcome: { result: 'FAILURE' } },
    ]);
    expect(JSON.stringify(events)).not.toContain(refreshToken);
    expect(JSON.stringify(events)).not.toContain(access);
  });
});

interface UserInfo {
  readonly status: number;
  readonly challenge: string | null;
  readonly text: string;
}

async function userInfo(init: RequestInit, { at = issuer, query = '' } = {}): Promise<UserInfo> {
  const response = await fetch(`${at}/v1/userinfo${query}`, init);
  const challenge = response.headers.get('www-authenticate');
  return { status: response.status, challenge, text: await response.text() };
}

function bearer(token: string): RequestInit {
  return { headers: { authorization: `Bearer ${token}` } };
}

function challenged(status: number, error: string, description: string): UserInfo {
  return { status, challenge: `Bearer error="${error}", error_description="${description}"`, text: '' };
}

describe('user info', () => {
  it('tells every claim of the granted scopes, those that ID tokens leave out among them', async () => {
    const { access, identity } = await signIn({ scope: 'openid profile email address phone' });
    const { status, text } = await userInfo(bearer(access));
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      sub: '00uDana',
      ...{ name: 'Dana Rivers', preferred_username: 'Dana@people.example', nickname: 'Dee' },
      ...{ given_name: 'Dana', family_name: 'Rivers', zoneinfo: 'America/Los_Angeles', locale: 'en_US' },
      updated_at: Date.parse('2026-02-03T04:05:06.000Z') / 1000,
      ...{ email: 'dana@people.example', email_verified: true, phone_number: '+1 555 0100' },
      address: { street_address: '1 Main Street', locality: 'Springfield', country: 'US' },
      team: 'staff',
    });
    expect(decodeJwt(identity)).not.toHaveProperty('team');
  });

  it('tells no claim of a scope that was not granted, and custom ones of those that were', async () => {
    const { access } = await signIn({ scope: 'openid email news:read' });
    expect(JSON.parse((await userInfo(bearer(access))).text)).toEqual({
      ...{ sub: '00uDana', email: 'dana@people.example', email_verified: true, mood: 'fine' },
    });
  });

  it('may be asked for by POST, with the token in the header or in a form', async () => {
    const { access } = await signIn();
    const inHeader = await userInfo({ method: 'POST', ...bearer(access) });
    const inForm = await userInfo({ method: 'POST', body: new URLSearchParams({ access_token: access }) });
    expect([inHeader.status, inForm]).toEqual([200, inHeader]);
  });

  it('is there at the org’s own server, for its own tokens', async () => {
    const at = `${server.url}/oauth2`;
    const { access } = await signIn({ at, scope: 'openid email' });
    expect(JSON.parse((await userInfo(bearer(access), { at })).text)).toMatchObject({
      email: 'dana@people.example',
    });
    expect((await userInfo(bearer(access))).status).toBe(401);
  });

  const INVALID = challenged(401, 'invalid_token', 'The access token is invalid');

  it('wants a token of a person, that is good', async () => {
    const { access, identity, refresh: refreshToken } = await signIn();
    for (const token of [identity, refreshToken, 'x', `${access}x`]) {
      expect(await userInfo(bearer(token))).toEqual(INVALID);
    }
    expect(await userInfo({ headers: { authorization: `Basic ${access}` } })).toEqual(INVALID);
    const form = { grant_type: 'client_credentials', scope: 'news:read' };
    const machine = tokensOf(await postForm(`${issuer}/v1/token`, form, API));
    expect(await userInfo(bearer(machine.access))).toEqual(INVALID);
    await revoke(access);
    expect(await userInfo(bearer(access))).toEqual(INVALID);
    const late = await signIn();
    server.clock.advance(3_600_000);
    expect(await userInfo(bearer(late.access))).toEqual(INVALID);
  });

  it('wants a scope that speaks about a person', async () => {
    const { access } = await signIn({ scope: 'openid news:read' });
    expect(await userInfo(bearer(access))).toEqual(
      challenged(
        403,
        'insufficient_scope',
        'The access token must provide access to at least one of these scopes - profile, email, address or phone',
      ),
    );
  });

  it('wants one token, and not in the query', async () => {
    const { access } = await signIn();
    const body = new URLSearchParams({ access_token: access });
    expect(await userInfo({})).toEqual(challenged(401, 'invalid_request', 'The access token is missing'));
    expect(await userInfo({}, { query: `?access_token=${access}` })).toEqual(
      challenged(400, 'invalid_request', 'The access token cannot be presented in a query string'),
    );
    expect(await userInfo({ method: 'POST', ...bearer(access), body })).toEqual(
      challenged(
        400,
        'invalid_request',
        'The access token cannot be specified in both the Authorization header and the request-body',
      ),
    );
  });
});

describe('the discovery document', () => {
  it('names these endpoints where Okta does', async () => {
    const documentOf = async (name: string): Promise<Members> =>
      (await (await fetch(`${issuer}/.well-known/${name}`)).json()) as Members;
    const openid = await documentOf('openid-configuration');
    const oauth = await documentOf('oauth-authorization-server');
    const methods = [
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
      'none',
    ];
    const both = {
      introspection_endpoint: `${issuer}/v1/introspect`,
      introspection_endpoint_auth_methods_supported: methods,
      revocation_endpoint: `${issuer}/v1/revoke`,
      revocation_endpoint_auth_methods_supported: methods,
      end_session_endpoint: `${issuer}/v1/logout`,
    };
    expect(openid).toMatchObject({ userinfo_endpoint: `${issuer}/v1/userinfo`, ...both });
    expect(oauth).toMatchObject(both);
    expect(oauth).not.toHaveProperty('userinfo_endpoint');
    expect(Object.keys(openid)).toEqual([
      ...['issuer', 'authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri'],
      ...[
        'response_types_supported',
        'response_modes_supported',
        'grant_types_supported',
        'subject_types_supported',
      ],
      ...[
        'id_token_signing_alg_values_supported',
        'scopes_supported',
        'token_endpoint_auth_methods_supported',
      ],
      ...[
        'claims_supported',
        'code_challenge_methods_supported',
        ...Object.keys(both),
        'request_parameter_supported',
      ],
    ]);
  });
});
