import { describe, expect, it } from '@jest/globals';
import { orgFile, startEmulatedOrg } from '../../support/emulated-org.js';
import {
  outcome,
  refusal,
  requestToken,
  signIn,
  type EmulatorAnswer,
} from '../../support/emulator-requests.js';

const INVALID = refusal(400, 'invalid_grant', 'The refresh token is invalid or expired.');
const MINUTE_MS = 60_000;

const rotating = orgFile().replace(
  'secret: secret-of-the-web-app-of-tests',
  'secret: secret-of-the-web-app-of-tests\n    refreshToken: { rotationType: ROTATE, leewaySeconds: 30 }',
);

type Fields = Readonly<Record<string, string>>;

async function startSignedIn(org: string) {
  const server = await startEmulatedOrg({ org });
  const issuer = server.issuer('default');
  const first = await signIn(server);
  const refresh = (token: unknown, changes: Fields = {}): Promise<EmulatorAnswer> =>
    requestToken(issuer, '0oaWeb', {
      ...{ grant_type: 'refresh_token', refresh_token: String(token) },
      ...changes,
    });
  return { server, issuer, token: first['refresh_token'], refresh };
}

describe('a refresh token that stays', () => {
  it('is repeated, with new tokens beside it', async () => {
    const { token, refresh } = await startSignedIn(orgFile());
    const { status, body } = await refresh(token);
    expect(status).toBe(200);
    expect(body).toMatchObject({ refresh_token: token, scope: 'openid email offline_access' });
    expect(body['id_token']).toEqual(expect.any(String));
  });

  it('may not be idle for longer than its window, which every use opens anew', async () => {
    const { server, token, refresh } = await startSignedIn(orgFile());
    server.clock.advance(59 * MINUTE_MS);
    expect((await refresh(token)).status).toBe(200);
    server.clock.advance(59 * MINUTE_MS);
    expect((await refresh(token)).status).toBe(200);
    server.clock.advance(60 * MINUTE_MS);
    expect(outcome(await refresh(token))).toEqual(INVALID);
  });

  it('lives no longer than the chain, whose end no use moves', async () => {
    const { server, token, refresh } = await startSignedIn(orgFile());
    for (let minutes = 0; minutes < 1430; minutes += 55) {
      server.clock.advance(Math.min(55, 1430 - minutes) * MINUTE_MS);
      expect((await refresh(token)).status).toBe(200);
    }
    server.clock.advance(10 * MINUTE_MS);
    expect(outcome(await refresh(token))).toEqual(INVALID);
  });
});

describe('a refresh token that rotates', () => {
  it('is replaced by another, and stays usable for the leeway', async () => {
    const { server, token, refresh } = await startSignedIn(rotating);
    const { body } = await refresh(token);
    expect(body['refresh_token']).not.toBe(token);
    server.clock.advance(29_000);
    expect((await refresh(token)).status).toBe(200);
    expect((await refresh(body['refresh_token'])).status).toBe(200);
  });

  it('that comes again after its leeway ends the whole chain, and the log says so', async () => {
    const { server, token, refresh } = await startSignedIn(rotating);
    const { body } = await refresh(token);
    server.clock.advance(30_000);
    expect(outcome(await refresh(token))).toEqual(INVALID);
    expect(outcome(await refresh(body['refresh_token']))).toEqual(INVALID);
    expect(server.events()).toContainEqual(
      expect.objectContaining({ eventType: 'app.oauth2.as.token.detect_reuse' }),
    );
  });

  it('without a leeway serves two that come at once, and nobody after them', async () => {
    const { token, refresh } = await startSignedIn(rotating.replace('leewaySeconds: 30', 'leewaySeconds: 0'));
    expect((await refresh(token)).status).toBe(200);
    expect(outcome(await refresh(token))).toEqual(INVALID);
  });
});

describe('a refresh', () => {
  it('may ask for fewer scopes, and without openid gets no ID token', async () => {
    const { token, refresh } = await startSignedIn(orgFile());
    const { body } = await refresh(token, { scope: 'offline_access' });
    expect(body).toMatchObject({ scope: 'offline_access' });
    expect(body).not.toHaveProperty('id_token');
    expect((await refresh(token)).body).toMatchObject({ scope: 'openid email offline_access' });
  });

  it('may ask in 4,096 characters, and in no more', async () => {
    const { token, refresh } = await startSignedIn(orgFile());
    const { status, body } = await refresh(token, { scope: 'openid '.repeat(585) });
    expect([status, body['scope']]).toEqual([200, 'openid']);
    expect(outcome(await refresh(token, { scope: 'openid '.repeat(586) }))).toMatchObject({
      ...{ status: 400, body: { error: 'invalid_scope' } },
    });
  });

  it('may not ask for scopes that were not granted first', async () => {
    const { token, refresh } = await startSignedIn(orgFile());
    expect(outcome(await refresh(token, { scope: 'openid read:invoices phone' }))).toEqual(
      refusal(
        400,
        'access_denied',
        'Some of the scopes requested for the refresh request were not granted in the original authorize request. Denied scopes: read:invoices, phone.',
      ),
    );
  });

  it('is evaluated by the policies of now', async () => {
    const { server, token, refresh } = await startSignedIn(orgFile());
    server.replaceOrg(orgFile().replace('grantTypes: [authorization_code]', 'grantTypes: [implicit]'));
    expect(outcome(await refresh(token))).toEqual(
      refusal(
        401,
        'access_denied',
        'Policy evaluation failed for this request, please check the policy configurations.',
      ),
    );
  });

  it.each([
    ['is suspended', '{ id: 00uDana,', '{ id: 00uDana, status: SUSPENDED,', { error: 'invalid_grant' }],
    [
      'is no longer assigned',
      'assignments: { groups: [Staff], users: [00uFay] }',
      'assignments: {}',
      { error: 'access_denied' },
    ],
  ])('of somebody who %s is refused', async (_what, before, after, error) => {
    const { server, token, refresh } = await startSignedIn(orgFile());
    server.replaceOrg(orgFile().replace(before, after));
    expect((await refresh(token)).body).toMatchObject(error);
  });

  it('by another client, at another server, or without a token is refused', async () => {
    const { server, issuer, token, refresh } = await startSignedIn(orgFile());
    const form = { grant_type: 'refresh_token', refresh_token: String(token) };
    expect((await requestToken(issuer, '0oaOther', form)).body).toMatchObject({
      error: 'invalid_grant',
      error_description: expect.stringMatching(/^The grant was issued to another client/) as unknown,
    });
    const elsewhere = await requestToken(`${server.url}/oauth2`, '0oaWeb', form);
    expect(elsewhere.body).toMatchObject({
      error_description: 'The grant was issued for another authorization server.',
    });
    expect((await refresh('')).body).toMatchObject({
      error_description: "The required parameter 'refresh_token' is missing.",
    });
    expect(outcome(await refresh('nobody-knows-it'))).toEqual(INVALID);
  });
});

describe('offline_access', () => {
  it('yields no refresh token to a client without that grant', async () => {
    const org = orgFile().replace(
      'grantTypes: [authorization_code, refresh_token]',
      'grantTypes: [authorization_code]',
    );
    const server = await startEmulatedOrg({ org });
    const tokens = await signIn(server);
    expect(tokens).toMatchObject({ scope: 'openid email offline_access' });
    expect(tokens).not.toHaveProperty('refresh_token');
  });
});
