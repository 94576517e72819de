import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { startBrowser } from '../../support/emulated-browser.js';
import { INSTANT, startEchoHook, startEmulatedOrg } from '../../support/emulated-org.js';
import { basic, outcome, postForm, refusal, type EmulatorAnswer } from '../../support/emulator-requests.js';
import { NATIVE_SECRET, PASSWORDS, peopleOrg, WEB_SECRET } from '../../support/people-org.js';

const hook = await startEchoHook();
const server = await startEmulatedOrg({ org: peopleOrg({ hookUrl: hook.url }) });
const issuer = server.issuer('default');
const ROTATING = 'refreshToken: { rotationType: ROTATE, leewaySeconds: 0 }';

type Fields = Readonly<Record<string, string>>;

const DANA: Fields = { username: 'dana@people.example', password: PASSWORDS.dana };
const NATIVE: Fields = { client_id: '0oaNative', client_secret: NATIVE_SECRET };

function ask(changes: Fields = {}, at = issuer): Promise<EmulatorAnswer> {
  const form = { grant_type: 'password', ...NATIVE, ...DANA, scope: 'openid profile offline_access' };
  return postForm(`${at}/v1/token`, { ...form, ...changes });
}

const WRONG = refusal(400, 'invalid_grant', 'The credentials provided were invalid.');

describe('the password grant', () => {
  it('yields the tokens of the person, a thin ID token among them, by the rule of this grant', async () => {
    const { status, body } = await ask();
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual([
      ...['token_type', 'expires_in', 'access_token', 'scope', 'refresh_token', 'id_token'],
    ]);
    expect(body).toMatchObject({ expires_in: 1200, scope: 'openid profile offline_access' });
    expect(decodeJwt(String(body['access_token']))).toMatchObject({
      ...{ uid: '00uDana', cid: '0oaNative', sub: 'Dana@people.example', auth_time: INSTANT / 1000 },
      jti: expect.stringMatching(/^AT\.[\w-]{43}\.oar\w{17}$/) as unknown,
    });
    const identity = decodeJwt(String(body['id_token']));
    expect(identity).toMatchObject({ sub: '00uDana', aud: '0oaNative', amr: ['pwd'], name: 'Dana Rivers' });
    expect(identity).not.toHaveProperty('nickname');
  });

  it('yields no more than an access token where no more is asked for', async () => {
    const { body } = await ask({ scope: 'news:read' });
    expect(Object.keys(body)).toEqual(['token_type', 'expires_in', 'access_token', 'scope']);
  });

  it('is there at the org’s own server', async () => {
    const { status, body } = await ask({ scope: 'openid email' }, `${server.url}/oauth2`);
    expect(status).toBe(200);
    expect(decodeJwt(String(body['id_token']))).toMatchObject({
      iss: server.url,
      email: 'dana@people.example',
    });
  });

  it('is minted by the control as the endpoint mints it, with the password alone', async () => {
    const wish = { client: '0oaNative', user: '00uDana', grant: 'password', server: 'default' } as const;
    const minted = await server.mint({ ...wish, scopes: ['news:read'], password: PASSWORDS.dana });
    expect(minted.decoded.access.payload).toMatchObject({ uid: '00uDana', scp: ['news:read'] });
    const refused = server.mint({ ...wish, password: 'wrong' });
    await expect(refused).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it.each([
    ['a wrong password', { password: 'wrong' }, 'the password is wrong'],
    ['an unknown login name', { username: 'nobody' }, 'there is no such user'],
    ['somebody without a password', { username: 'eli@people.example' }, 'the user has no password'],
    [
      'somebody who is suspended',
      { username: 'fay@people.example', password: PASSWORDS.fay },
      'the user is SUSPENDED',
    ],
  ])('refuses %s, and only the log says why', async (_what, changes, why) => {
    expect(outcome(await ask(changes))).toEqual(WRONG);
    const last = server.events().at(-1);
    expect(last?.outcome.reason).toBe(`invalid_password_credentials: ${why}`);
    expect(JSON.stringify(server.events())).not.toContain(PASSWORDS.dana);
  });

  it.each([
    [
      'a password that has expired',
      { username: 'gus@people.example', password: PASSWORDS.gus },
      'invalid_grant',
      'Password has expired.',
    ],
    ['no login name', { username: '' }, 'invalid_request', "The required parameter 'username' is missing."],
    ['no password', { password: '' }, 'invalid_request', "The required parameter 'password' is missing."],
    [
      'an unknown scope',
      { scope: 'nowhere' },
      'invalid_scope',
      'One or more scopes are not configured for the authorization server resource.',
    ],
  ])('refuses %s', async (_what, changes: Fields, error, description) => {
    expect(outcome(await ask(changes))).toEqual(refusal(400, error, description));
  });

  it('refuses a client that may not use it, and pages of a browser', async () => {
    const form = { grant_type: 'password', ...DANA, scope: 'openid' };
    expect(outcome(await postForm(`${issuer}/v1/token`, form, basic('0oaWeb', WEB_SECRET)))).toEqual(
      refusal(
        400,
        'unauthorized_client',
        'The client is not authorized to use the provided grant type. Configured grant types: [authorization_code, refresh_token].',
      ),
    );
    const headers = { origin: 'https://docs.people.example' };
    const { body } = await postForm(`${issuer}/v1/token`, { ...form, ...NATIVE }, headers);
    expect(body).toMatchObject({ error: 'unauthorized_client' });
  });

  it('refuses somebody who is not assigned, and where no rule has this grant', async () => {
    server.replaceOrg(peopleOrg().replace('assignments: { groups: [Staff] }', 'assignments: {}'));
    const unassigned = await ask();
    server.replaceOrg(
      peopleOrg().replace('grantTypes: [password], access', 'grantTypes: [implicit], access'),
    );
    const unruled = await ask();
    server.replaceOrg(peopleOrg({ hookUrl: hook.url }));
    expect(unassigned.body).toMatchObject({
      error_description: 'User is not assigned to the client application.',
    });
    expect([unruled.status, unruled.body]).toMatchObject([401, { error: 'access_denied' }]);
  });
});

describe('consent to a client with the password grant', () => {
  const asking = { grant_type: 'password', ...DANA, scope: 'openid mail:read' };
  const client = basic('0oaAsking', WEB_SECRET);

  it('cannot be asked for, and will do where it was given on a page before', async () => {
    expect(outcome(await postForm(`${issuer}/v1/token`, asking, client))).toEqual(
      refusal(
        400,
        'consent_required',
        'The following scopes require user consent: [mail:read]. To access protected scopes using the resource owner ' +
          "password grant type, please uncheck 'Require consent' in the app settings or set the 'consent_method' to " +
          "'TRUSTED' through the apps API.",
      ),
    );
    const browser = startBrowser(server.url);
    const query = new URLSearchParams({
      ...{ client_id: '0oaAsking', redirect_uri: 'https://asking.people.example/callback' },
      ...{
        response_type: 'code',
        scope: 'openid mail:read',
        state: 's',
        sessionToken: server.createSession('00uDana'),
      },
    });
    const page = await browser.open(`${issuer}/v1/authorize?${query.toString()}`);
    await browser.submit(page, { consent: 'allow' });
    expect((await postForm(`${issuer}/v1/token`, asking, client)).status).toBe(200);
  });
});

describe('the hook of a password grant', () => {
  it('is shown the request, without the password and without a session', async () => {
    const { body } = await ask();
    const sent = hook.bodies.at(-1);
    expect(sent?.source).toBe(`${issuer}/v1/token`);
    expect(sent?.data['context']).toMatchObject({
      request: { method: 'POST', url: { value: `${issuer}/v1/token` } },
      protocol: {
        request: { scope: 'openid profile offline_access', grant_type: 'password', client_id: '0oaNative' },
        client: { id: '0oaNative', type: 'CONFIDENTIAL' },
      },
      user: { id: '00uDana' },
    });
    expect(sent?.data['context']).not.toHaveProperty('session');
    const jti = String(sent?.data['refresh_token']?.['jti']);
    expect(String(decodeJwt(String(body['access_token'])).jti).endsWith(jti)).toBe(true);
    expect(JSON.stringify(sent)).not.toContain(PASSWORDS.dana);
  });

  it('is shown a session where a switch says so', async () => {
    server.replaceOrg(peopleOrg({ hookUrl: hook.url, switches: 'sessionOnPasswordGrant: true' }));
    await ask();
    server.replaceOrg(peopleOrg({ hookUrl: hook.url }));
    expect(hook.bodies.at(-1)?.data['context']).toMatchObject({
      session: { userId: '00uDana', amr: ['PASSWORD'] },
    });
  });

  it('changes the tokens, or denies them', async () => {
    const value = [{ op: 'add', path: '/claims/tenant', value: 'blue' }];
    hook.answer({ commands: [{ type: 'com.okta.access.patch', value }] });
    expect(decodeJwt(String((await ask()).body['access_token']))).toMatchObject({ tenant: 'blue' });
    hook.answer({ error: { errorSummary: 'Not today.' } });
    const denied = await ask();
    hook.answer({});
    expect(outcome(denied)).toEqual(refusal(400, 'server_error', 'Not today.'));
  });
});

describe('a refresh after a password grant', () => {
  it('is matched by the rule of that grant, and the hook is told how it began', async () => {
    server.replaceOrg(
      peopleOrg({ hookUrl: hook.url }).replace('label: Native', `${ROTATING}\n    label: Native`),
    );
    const { body: first } = await ask();
    const form = { grant_type: 'refresh_token', refresh_token: String(first['refresh_token']), ...NATIVE };
    const { status, body } = await postForm(`${issuer}/v1/token`, form);
    server.replaceOrg(peopleOrg({ hookUrl: hook.url }));
    expect([status, body['expires_in']]).toEqual([200, 1200]);
    expect(body['refresh_token']).not.toBe(first['refresh_token']);
    expect(hook.bodies.at(-1)?.data['context']?.['protocol']).toMatchObject({
      request: { grant_type: 'refresh_token' },
      originalGrant: {
        authorization: { grant_type: 'password', scope: 'openid profile offline_access' },
        refresh_token: { jti: expect.stringMatching(/^oar/) as unknown },
      },
    });
  });
});
