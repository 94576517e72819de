import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { INSTANT, startEmulatedOrg } from '../../support/emulated-org.js';
import { basic, outcome, postForm, refusal, requestToken } from '../../support/emulator-requests.js';

const server = await startEmulatedOrg();
const issuer = server.issuer('default');
const endpoint = `${issuer}/v1/token`;
const MACHINE = { grant_type: 'client_credentials' } as const;
const service = basic('0oaService');

describe('client credentials', () => {
  it('yield a token of the machine itself, in the order of the wire', async () => {
    const { status, body } = await requestToken(issuer, '0oaService', { ...MACHINE, scope: 'read:invoices' });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['token_type', 'expires_in', 'access_token', 'scope']);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 1800, scope: 'read:invoices' });
    const claims = decodeJwt(String(body['access_token']));
    expect(Object.keys(claims)).toEqual(['ver', 'jti', 'iss', 'aud', 'iat', 'exp', 'cid', 'scp', 'sub']);
    expect(claims).toMatchObject({
      ...{ ver: 1, iss: issuer, aud: 'api://test', cid: '0oaService', sub: '0oaService' },
      jti: expect.stringMatching(/^AT\.[\w-]{43}$/),
      ...{ iat: INSTANT / 1000, exp: INSTANT / 1000 + 1800, scp: ['read:invoices'] },
    });
  });

  it('without a scope yield the default ones', async () => {
    const { body } = await requestToken(issuer, '0oaService', MACHINE);
    expect(body['scope']).toBe('read:invoices write:invoices');
  });

  it.each([
    [
      'nowhere',
      'invalid_scope',
      'One or more scopes are not configured for the authorization server resource.',
    ],
    ['openid', 'invalid_scope', "Cannot request 'openid' scopes using client credentials."],
  ])('with the scope %s are refused', async (scope, error, description) => {
    const answer = await requestToken(issuer, '0oaService', { ...MACHINE, scope });
    expect(outcome(answer)).toEqual(refusal(400, error, description));
  });

  it('are not answered with anything that may be kept', async () => {
    const { headers } = await requestToken(issuer, '0oaService', MACHINE);
    expect(headers.get('cache-control')).toBe('no-cache, no-store');
    expect(headers.get('pragma')).toBe('no-cache');
    expect(headers.get('content-type')).toMatch(/^application\/json/);
  });
});

describe('a token request', () => {
  it('without a grant type is refused after its client is known', async () => {
    expect(outcome(await postForm(endpoint, {}, service))).toEqual(
      refusal(
        400,
        'invalid_request',
        "The token request must specify a 'grant_type'. Valid values: [authorization_code, refresh_token, password, client_credentials]",
      ),
    );
    expect((await postForm(endpoint, {})).status).toBe(401);
  });

  it('with a grant type that there is not is refused', async () => {
    expect(outcome(await postForm(endpoint, { grant_type: 'implicit' }, service))).toEqual(
      refusal(
        400,
        'unsupported_grant_type',
        'The authorization grant type is not supported by the authorization server. Configured grant types: [authorization_code, refresh_token, password, client_credentials].',
      ),
    );
  });

  it('with a grant type that the client may not use is refused', async () => {
    expect(outcome(await postForm(endpoint, { grant_type: 'refresh_token' }, service))).toEqual(
      refusal(
        400,
        'unauthorized_client',
        'The client is not authorized to use the provided grant type. Configured grant types: [client_credentials].',
      ),
    );
  });

  it('with a parameter that comes twice is refused before its client is known', async () => {
    const answer = await postForm(endpoint, 'grant_type=client_credentials&scope=a&scope=b');
    expect(outcome(answer)).toEqual(
      refusal(400, 'invalid_request', 'The request contained multiple parameters with the same name.'),
    );
  });

  it('may have other parameters twice, in its query too', async () => {
    const answer = await postForm(
      `${endpoint}?tenant=a&tenant=b`,
      'grant_type=client_credentials&x=1&x=2',
      service,
    );
    expect(answer.status).toBe(200);
  });

  it.each(['ausNowhere', 'ausGone', 'org'])('to the server %s is refused', async (id) => {
    const answer = await postForm(`${server.url}/oauth2/${id}/v1/token`, MACHINE, service);
    expect(outcome(answer)).toEqual(
      refusal(400, 'invalid_request', 'The authorization server id is invalid.'),
    );
  });

  it('in JSON has no parameters', async () => {
    const headers = { ...service, 'content-type': 'application/json' };
    const answer = await postForm(endpoint, JSON.stringify(MACHINE), headers);
    expect(answer.body).toMatchObject({ error: 'invalid_request' });
    expect((await postForm(endpoint, '{', headers)).body).toMatchObject({ errorCode: 'E0000003' });
  });

  it.each(['text/plain', 'application/yaml'])('as %s has no parameters', async (type) => {
    const headers = { ...service, 'content-type': type };
    const { status, body } = await postForm(endpoint, 'grant_type=client_credentials', headers);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error_description: expect.stringContaining("must specify a 'grant_type'") });
  });

  it('by GET is refused', async () => {
    const response = await fetch(endpoint);
    expect(response.status).toBe(405);
    expect(await response.json()).toMatchObject({ errorCode: 'E0000022' });
  });

  it('that is too large is refused', async () => {
    const answer = await postForm(endpoint, `scope=${'a'.repeat(64 * 1024)}`, service);
    expect(answer.status).toBe(413);
  });
});

describe('a browser', () => {
  const origin = 'https://spa.test.example';

  it('may ask beforehand', async () => {
    const response = await fetch(endpoint, { method: 'OPTIONS', headers: { origin } });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    expect(response.headers.get('access-control-allow-methods')).toBe('POST');
    expect(response.headers.get('access-control-max-age')).toBe('3600');
    expect(response.headers.get('vary')).toBe('Origin');
  });

  it('gets no client credentials', async () => {
    expect(outcome(await postForm(endpoint, MACHINE, { ...service, origin }))).toEqual(
      refusal(
        400,
        'unauthorized_client',
        'Browser requests to the token endpoint may only use the authorization_code grant_type.',
      ),
    );
  });

  it('redeems no code without PKCE', async () => {
    const form = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'x' };
    expect(outcome(await postForm(endpoint, form, { ...basic('0oaWeb'), origin }))).toEqual(
      refusal(
        401,
        'invalid_client',
        'Browser requests to the token endpoint must use Proof Key for Code Exchange.',
      ),
    );
  });
});

describe('the system log', () => {
  it('says why a request was refused, in more words than the client is told', async () => {
    server.reset();
    await requestToken(issuer, '0oaService', { ...MACHINE, scope: 'nowhere' });
    expect(server.events()).toMatchObject([
      {
        eventType: 'app.oauth2.as.token.grant',
        outcome: {
          result: 'FAILURE',
          reason: 'no_matching_scope: the server "default" has no scope "nowhere"',
        },
        actor: { id: '0oaService', type: 'PublicClientApp' },
        debugContext: { debugData: { issuer, requestUri: '/oauth2/default/v1/token' } },
      },
    ]);
  });

  it('holds no secret and no token', async () => {
    server.reset();
    const { body } = await requestToken(issuer, '0oaService', MACHINE);
    await postForm(endpoint, {
      ...MACHINE,
      client_id: '0oaOther',
      client_secret: 'wrong-secret-of-a-client',
    });
    const text = JSON.stringify(server.events());
    expect(text).toContain('app.oauth2.as.token.grant.access_token');
    for (const secret of ['wrong-secret', 'secret-of-the-service', String(body['access_token'])]) {
      expect(text).not.toContain(secret);
    }
  });
});
