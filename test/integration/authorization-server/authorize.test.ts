import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { orgFile, startEmulatedOrg } from '../../support/emulated-org.js';
import {
  asPage,
  authorize,
  outcome,
  refusal,
  REDIRECT_URI,
  requestToken,
  WEB_REQUEST,
  type EmulatorAnswer,
} from '../../support/emulator-requests.js';

const server = await startEmulatedOrg();
const issuer = server.issuer('default');
const SPA_URI = 'https://spa.test.example/callback';
const VERIFIER = 'a-verifier-of-at-least-43-characters-is-what-pkce-wants';
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

type Fields = Readonly<Record<string, string>>;

/** A request of the web app for Dana, who signs in by a session token. */
function danaAsks(changes: Fields = {}): ReturnType<typeof authorize> {
  return authorize(issuer, { ...WEB_REQUEST, sessionToken: server.createSession('00uDana'), ...changes });
}

function redeem(code: string | undefined, changes: Fields = {}): Promise<EmulatorAnswer> {
  const form = { grant_type: 'authorization_code', code: code ?? '', redirect_uri: REDIRECT_URI };
  return requestToken(issuer, '0oaWeb', { ...form, ...changes });
}

describe('an authorization request', () => {
  it('is answered with a code and its state, which nobody may keep or pass on', async () => {
    const { status, headers, location, redirect } = await danaAsks();
    expect(status).toBe(302);
    expect(location).toMatch(/^https:\/\/app\.test\.example\/callback\?code=/);
    expect(redirect).toEqual({ code: expect.stringMatching(/^[\w-]{43}$/), state: 'st-1' });
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-cache, no-store');
  });

  it('is answered in the fragment where it asks for that', async () => {
    const { location } = await danaAsks({ response_mode: 'fragment' });
    expect(location).toMatch(/^https:\/\/app\.test\.example\/callback#code=/);
  });

  it('is answered by a form that sends itself where it asks for that', async () => {
    const { status, html, headers } = await danaAsks({ response_mode: 'form_post' });
    expect(status).toBe(200);
    expect(html).toMatch(/<form method="post" action="https:\/\/app\.test\.example\/callback">/);
    expect(html).toMatch(/name="code" value="[\w-]{43}"/);
    expect(headers.get('content-security-policy')).toMatch(/script-src 'sha256-/);
  });

  it('keeps the query of its redirect URI', async () => {
    const { location } = await danaAsks({ redirect_uri: 'https://app.test.example/other?x=1' });
    expect(location).toMatch(/^https:\/\/app\.test\.example\/other\?x=1&code=/);
  });

  it('may come by POST', async () => {
    const body = new URLSearchParams({ ...WEB_REQUEST, sessionToken: server.createSession('00uDana') });
    const response = await fetch(`${issuer}/v1/authorize`, { method: 'POST', body, redirect: 'manual' });
    expect((await asPage(response)).redirect).toMatchObject({ state: 'st-1' });
  });
});

describe('a page, and never a redirect, is shown', () => {
  it.each([
    ['an unknown client', { client_id: '0oaNobody' }, 'invalid_client'],
    ['no client', { client_id: '' }, 'invalid_client'],
    ['a redirect URI that is not registered', { redirect_uri: `${REDIRECT_URI}/` }, 'invalid_request'],
    ['no redirect URI', { redirect_uri: '' }, 'invalid_request'],
    ['a service', { client_id: '0oaService' }, 'invalid_request'],
  ])('to %s', async (_what, changes, error) => {
    const { status, html, location } = await danaAsks(changes);
    expect([status, location]).toEqual([400, null]);
    expect(html).toContain(`<code>${error}</code>`);
  });

  it('where a parameter comes twice', async () => {
    const query = new URLSearchParams(WEB_REQUEST).toString();
    const page = await asPage(await fetch(`${issuer}/v1/authorize?${query}&state=2`, { redirect: 'manual' }));
    expect([page.status, page.location]).toEqual([400, null]);
  });

  it('by a server that there is not', async () => {
    const { status, html } = await authorize(
      server.issuer('default').replace('default', 'ausGone'),
      WEB_REQUEST,
    );
    expect(status).toBe(400);
    expect(html).toContain('The authorization server id is invalid.');
  });
});

describe('the client is told by redirect', () => {
  const STATE = "The authentication request has an invalid 'state' parameter.";

  it.each([
    ['no state', { state: '' }, 'invalid_request', STATE],
    [
      'another response type',
      { response_type: 'token' },
      'unsupported_response_type',
      'The response type is not supported by the authorization server. Configured response types: [code].',
    ],
    [
      'a response mode that there is not',
      { response_mode: 'x' },
      'unsupported_response_mode',
      'The response mode is not supported by the authorization server. Valid response modes: [query, fragment, form_post, okta_post_message].',
    ],
    [
      'okta_post_message',
      { response_mode: 'okta_post_message' },
      'unsupported_response_mode',
      "'okta_post_message' response mode cannot be used with the 'code' response type.",
    ],
    [
      'a plain challenge',
      { code_challenge: CHALLENGE, code_challenge_method: 'plain' },
      'invalid_request',
      'PKCE code challenge method is not supported. Valid values: [S256]',
    ],
    [
      'a challenge without a method',
      { code_challenge: CHALLENGE },
      'invalid_request',
      'PKCE code challenge method is not supported. Valid values: [S256]',
    ],
    [
      'a challenge of other characters',
      { code_challenge: '+'.repeat(43), code_challenge_method: 'S256' },
      'invalid_request',
      'PKCE code challenge contains illegal characters.',
    ],
    [
      'an unknown prompt',
      { prompt: 'x' },
      'invalid_request',
      "Invalid value for 'prompt' parameter. Supported values: [none, login, consent, login consent]",
    ],
    [
      'a max_age that is none',
      { max_age: '-1' },
      'invalid_request',
      "Invalid value for 'max_age' parameter. It should be within range 0 - 2^31-1.",
    ],
    [
      'an unknown scope',
      { scope: 'openid nowhere' },
      'invalid_scope',
      'One or more scopes are not configured for the authorization server resource.',
    ],
    [
      'a profile without openid',
      { scope: 'email' },
      'invalid_scope',
      "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.",
    ],
    [
      'a request object',
      { request: 'x' },
      'request_not_supported',
      'The authorize request object is not supported by this client.',
    ],
  ])('of %s', async (_what, changes, error, description) => {
    const { status, redirect } = await danaAsks(changes);
    const state = 'state' in changes ? {} : { state: 'st-1' };
    expect(status).toBe(302);
    expect(redirect).toEqual({ error, error_description: description, ...state });
  });

  it('that somebody is not assigned to it', async () => {
    const { redirect } = await danaAsks({ sessionToken: server.createSession('Eli@test.example') });
    expect(redirect).toEqual({
      ...{ error: 'access_denied', error_description: 'User is not assigned to the client application.' },
      state: 'st-1',
    });
  });

  it('that somebody is suspended', async () => {
    const { redirect } = await danaAsks({ sessionToken: server.createSession('00uFay') });
    expect(redirect).toMatchObject({ error: 'access_denied' });
  });

  it('that a public client needs PKCE', async () => {
    const { redirect } = await danaAsks({ client_id: '0oaBrowser', redirect_uri: SPA_URI });
    expect(redirect).toMatchObject({
      error_description: 'PKCE code challenge is required by the application.',
    });
  });

  it('in the fragment where it asked for that', async () => {
    const { location } = await danaAsks({ response_mode: 'fragment', scope: 'nowhere' });
    expect(location).toMatch(/callback#state=st-1&error=invalid_scope/);
  });
});

describe('who signs in', () => {
  it('is not asked where the client wants no page', async () => {
    const { redirect } = await authorize(issuer, { ...WEB_REQUEST, prompt: 'none' });
    expect(redirect).toEqual({
      error: 'login_required',
      error_description: 'The client specified not to prompt, but the user is not logged in.',
      state: 'st-1',
    });
  });

  it('is told on a page instead where a switch says so', async () => {
    server.replaceOrg(
      orgFile().replace('allowHttpHooks: true', 'promptNoneWithoutSession: page, allowHttpHooks: true'),
    );
    const { status, html } = await authorize(issuer, { ...WEB_REQUEST, prompt: 'none' });
    server.replaceOrg(orgFile());
    expect([status, html.includes('<code>login_required</code>')]).toEqual([400, true]);
  });

  it('is who the test says, where nobody else is signed in', async () => {
    server.signInAs('DANA@test.example');
    const { redirect } = await authorize(issuer, { ...WEB_REQUEST, prompt: 'none' });
    server.signInAs(null);
    expect(redirect).toMatchObject({ code: expect.any(String) as unknown });
  });

  it('is asked where a session token was used before', async () => {
    const sessionToken = server.createSession('00uDana');
    expect((await danaAsks({ sessionToken })).status).toBe(302);
    expect((await danaAsks({ sessionToken })).status).toBe(200);
  });
});

describe('a code', () => {
  it('yields the tokens of the person who signed in', async () => {
    const { redirect } = await danaAsks({ nonce: 'n-1' });
    const { status, body } = await redeem(redirect?.['code']);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual([
      ...['token_type', 'expires_in', 'access_token', 'scope', 'refresh_token', 'id_token'],
    ]);
    expect(decodeJwt(String(body['access_token']))).toMatchObject({
      ...{ uid: '00uDana', sub: 'dana@test.example', cid: '0oaWeb' },
      jti: expect.stringMatching(/^AT\.[\w-]{43}\.oar\w{17}$/),
    });
    const identity = decodeJwt(String(body['id_token']));
    expect(identity).toMatchObject({
      sub: '00uDana',
      aud: '0oaWeb',
      nonce: 'n-1',
      email: 'dana@test.example',
    });
    const digest = createHash('sha256').update(String(body['access_token'])).digest();
    expect(identity['at_hash']).toBe(digest.subarray(0, 16).toString('base64url'));
  });

  it('can be redeemed once', async () => {
    const { redirect } = await danaAsks();
    expect((await redeem(redirect?.['code'])).status).toBe(200);
    expect(outcome(await redeem(redirect?.['code']))).toEqual(
      refusal(400, 'invalid_grant', 'The authorization code is invalid or has expired.'),
    );
  });

  it('is good for 300 seconds', async () => {
    const [early, late] = [await danaAsks(), await danaAsks()];
    server.clock.advance(299_999);
    expect((await redeem(early.redirect?.['code'])).status).toBe(200);
    server.clock.advance(1);
    expect((await redeem(late.redirect?.['code'])).body).toMatchObject({ error: 'invalid_grant' });
  });

  it.each([
    ['without a code', { code: '' }, 'invalid_request', "The required parameter 'code' is missing."],
    [
      'without its redirect URI',
      { redirect_uri: '' },
      'invalid_request',
      "The required parameter 'redirect_uri' is missing.",
    ],
    [
      'with another redirect URI',
      { redirect_uri: 'https://app.test.example/other?x=1' },
      'invalid_grant',
      "The 'redirect_uri' does not match the redirection URI used in the authorization request.",
    ],
    [
      'with a verifier that it has no challenge for',
      { code_verifier: VERIFIER },
      'invalid_request',
      'PKCE code challenge should be specified in the authorize request for code verification.',
    ],
  ])('is not redeemed %s', async (_how, changes, error, description) => {
    const { redirect } = await danaAsks();
    expect(outcome(await redeem(redirect?.['code'], changes))).toEqual(refusal(400, error, description));
  });

  it('of another client is not redeemed, and stays good', async () => {
    const { redirect } = await danaAsks();
    const code = redirect?.['code'] ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI };
    expect(outcome(await requestToken(issuer, '0oaOther', form))).toEqual(
      refusal(
        400,
        'invalid_grant',
        "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the authorize request.",
      ),
    );
    expect((await redeem(code)).status).toBe(200);
  });

  it('of another server is not redeemed', async () => {
    const { redirect } = await danaAsks();
    const form = {
      grant_type: 'authorization_code',
      code: redirect?.['code'] ?? '',
      redirect_uri: REDIRECT_URI,
    };
    expect(outcome(await requestToken(server.issuer('org').concat('/oauth2'), '0oaWeb', form))).toEqual(
      refusal(400, 'invalid_request', 'The grant was issued for another authorization server.'),
    );
  });

  it('of somebody who has been suspended since is not redeemed', async () => {
    const { redirect } = await danaAsks();
    server.replaceOrg(orgFile().replace('{ id: 00uDana,', '{ id: 00uDana, status: SUSPENDED,'));
    const answer = await redeem(redirect?.['code']);
    server.replaceOrg(orgFile());
    expect(answer.body).toMatchObject({ error: 'invalid_grant' });
  });

  it('with a challenge wants its verifier', async () => {
    const pkce = { code_challenge: CHALLENGE, code_challenge_method: 'S256' };
    const [right, none, wrong] = [await danaAsks(pkce), await danaAsks(pkce), await danaAsks(pkce)];
    expect((await redeem(right.redirect?.['code'], { code_verifier: VERIFIER })).status).toBe(200);
    expect(outcome(await redeem(none.redirect?.['code']))).toEqual(
      refusal(400, 'invalid_request', 'PKCE code verifier is required by the application.'),
    );
    expect(outcome(await redeem(wrong.redirect?.['code'], { code_verifier: CHALLENGE }))).toEqual(
      refusal(400, 'invalid_grant', 'PKCE verification failed.'),
    );
  });
});

describe('consent', () => {
  const asking = orgFile().replace("{ name: 'write:invoices'", "{ name: 'write:invoices', consent: REQUIRED");
  const scope = 'openid write:invoices';

  it('is not asked for by a client that is trusted', async () => {
    server.replaceOrg(asking);
    const { redirect } = await danaAsks({ scope });
    server.replaceOrg(orgFile());
    expect(redirect).toHaveProperty('code');
  });

  it('is what a client cannot have that wants no page, even of somebody who has just signed in', async () => {
    server.replaceOrg(asking.replace('label: Web', 'label: Web\n    consentMethod: REQUIRED'));
    const { redirect } = await danaAsks({ scope, prompt: 'none' });
    const shown = await danaAsks({ scope });
    server.replaceOrg(orgFile());
    expect(redirect).toEqual({
      ...{ state: 'st-1', error: 'consent_required' },
      error_description: 'The following scopes require user consent: [write:invoices].',
    });
    expect([shown.status, shown.html.includes('Allow access?')]).toEqual([200, true]);
  });
});
