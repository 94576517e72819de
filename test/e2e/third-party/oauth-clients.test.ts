import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Document } from 'yaml';
import { CLIENT, USER } from '../../support/calls.js';
import { CLIENT_SECRET } from '../../support/test-org.js';
import { startClientProgram, type ClientProgram } from './client-program.js';
import { certificatesOnDisk, startThirdPartyOrg } from './third-party-org.js';

// Two certified client libraries, over HTTPS, with every check that they have: both do the same here.

type Json = Readonly<Record<string, unknown>>;

const REDIRECT_URI = 'https://app.acme.example/callback';
const SCOPE = 'openid profile email offline_access orders:read';
const KEY_ID = 'key-of-the-report-service';
const HMAC_SECRET = 'sample-secret-of-a-service-that-signs-with-it';
const HMAC_SERVICE = '0oa1h2m3HmAcSv4Rv1d7';
const RESOURCE_SERVER = '0oa1r2s3ReSrCe4Rv1d7';
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });

const certificates = await certificatesOnDisk();
const { server, issuer } = await startThirdPartyOrg(certificates, addClients);

/** The report service proves itself by a key instead of its secret; two more have a secret each. */
function addClients(file: Document): void {
  const index = (file.toJS() as { clients: { id: string }[] }).clients.findIndex(
    ({ id }) => id === CLIENT.reporter,
  );
  file.deleteIn(['clients', index, 'secret']);
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' };
  file.setIn(['clients', index, 'jwks'], file.createNode({ keys: [jwk] }));
  const service = { applicationType: 'service', grantTypes: ['client_credentials'] };
  file.addIn(['clients'], {
    ...{ id: HMAC_SERVICE, label: 'Signing service', ...service },
    ...{ authenticationMethod: 'client_secret_jwt', secret: HMAC_SECRET },
  });
  file.addIn(['clients'], { id: RESOURCE_SERVER, label: 'API', ...service, secret: HMAC_SECRET });
}

const WEB = { id: CLIENT.web, method: 'client_secret_basic', secret: CLIENT_SECRET.web };
/** What assertions are for. */
const audience = `${issuer}/v1/token`;
const KEY_SERVICE = {
  ...{ id: CLIENT.reporter, method: 'private_key_jwt' },
  privateKey: { pem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), kid: KEY_ID },
};
const SERVICES: readonly Json[] = [
  { id: CLIENT.batch, method: 'client_secret_basic', secret: CLIENT_SECRET.batch },
  { id: CLIENT.exporter, method: 'client_secret_post', secret: CLIENT_SECRET.exporter },
  { id: HMAC_SERVICE, method: 'client_secret_jwt', secret: HMAC_SECRET, audience },
  { ...KEY_SERVICE, audience },
];

describe.each(['openid-client', 'oauth4webapi'])('%s', (name) => {
  let program: ClientProgram;

  beforeAll(() => {
    program = startClientProgram(name, certificates.caFile);
  });

  function ask(operation: string, input: Json = {}): Promise<Json> {
    return program.ask(operation, { issuer, client: WEB, ...input });
  }

  /** A code for Dana, and what the client remembers of having asked for it. */
  function authorize(parameters: Json = {}): Promise<Json> {
    const sessionToken = server.createSession(USER.dana);
    const asked = { sessionToken, tenant: 'blue', ...parameters };
    return ask('authorize', { redirectUri: REDIRECT_URI, scope: SCOPE, parameters: asked });
  }

  async function signIn(): Promise<Json> {
    return ask('redeem', await authorize());
  }

  it.each(['oidc', 'oauth2'])('discovers the server (%s)', async (algorithm) => {
    expect(await ask('discover', { algorithm })).toMatchObject({
      issuer,
      token_endpoint: `${issuer}/v1/token`,
      introspection_endpoint: `${issuer}/v1/introspect`,
      code_challenge_methods_supported: ['S256'],
    });
  });

  it('turns a code into tokens that are stamped', async () => {
    const { claims, ...tokens } = await signIn();
    expect(tokens).toMatchObject({ expires_in: 3600, scope: expect.stringContaining('orders:read') });
    expect(claims).toMatchObject({
      ...{ iss: issuer, sub: USER.dana, aud: CLIENT.web },
      ...{ tenant_id: 'blue', tenant_selection: 'hinted', mintmark: { v: 1 } },
    });
  });

  it.each([
    ['another nonce', { nonce: 'another' }, /nonce/],
    ['another state', { state: 'another' }, /state/],
  ])('does not take an answer to %s', async (_title, expected, message) => {
    await expect(ask('redeem', { ...(await authorize()), ...expected })).rejects.toThrow(message);
  });

  it('is told that a verifier is not the challenge’s, and a code that it was used', async () => {
    const asked = await authorize();
    const failed = ask('redeem', { ...asked, verifier: 'x'.repeat(43) });
    await expect(failed).rejects.toMatchObject({
      error: 'invalid_grant',
      error_description: 'PKCE verification failed.',
    });
    const again = await authorize();
    await ask('redeem', again);
    await expect(ask('redeem', again)).rejects.toMatchObject({
      error: 'invalid_grant',
      error_description: 'The authorization code is invalid or has expired.',
    });
  });

  it('is told by redirect what the server would not grant', async () => {
    await expect(ask('redeem', await authorize({ scope: 'openid no:such' }))).rejects.toMatchObject({
      error: 'invalid_scope',
      error_description: 'One or more scopes are not configured for the authorization server resource.',
    });
  });

  it('renews tokens, whose tenant is remembered', async () => {
    const { refresh_token: refreshToken, access_token: first } = await signIn();
    const { claims, access_token: second } = await ask('refresh', { refreshToken });
    expect(second).not.toBe(first);
    expect(claims).toMatchObject({ sub: USER.dana, tenant_id: 'blue', tenant_selection: 'remembered' });
  });

  it('renews the tokens of an app without a secret, whose refresh token is replaced', async () => {
    const client = { id: CLIENT.native, method: 'none' };
    const parameters = { sessionToken: server.createSession(USER.dana) };
    const redirectUri = 'https://spa.acme.example/cb';
    const asked = await ask('authorize', { client, redirectUri, scope: SCOPE, parameters });
    const { refresh_token: refreshToken } = await ask('redeem', { client, ...asked });
    const { claims, refresh_token: next } = await ask('refresh', { client, refreshToken });
    expect(claims).toMatchObject({ aud: CLIENT.native, tenant_id: 'green', tenant_selection: 'bound' });
    expect(next).not.toBe(refreshToken);
  });

  it('asks who somebody is', async () => {
    const { access_token: accessToken } = await signIn();
    expect(await ask('userInfo', { accessToken, subject: USER.dana })).toMatchObject({
      sub: USER.dana,
      given_name: 'Dana',
      email: 'dana.rivers@acme.example',
      zoneinfo: 'America/Los_Angeles',
    });
    await expect(ask('userInfo', { accessToken, subject: USER.eli })).rejects.toThrow(/sub/);
  });

  it('learns of a token whether it is active, and revokes it', async () => {
    const { access_token: token, refresh_token: refreshToken } = await signIn();
    expect(await ask('introspect', { token })).toMatchObject({
      ...{ active: true, client_id: CLIENT.web, uid: USER.dana, iss: issuer },
      ...{ username: 'dana.rivers@acme.example', tenant_id: 'blue' },
    });
    await ask('revoke', { token });
    expect(await ask('introspect', { token })).toEqual({ active: false });
    expect(await ask('introspect', { token: refreshToken })).toMatchObject({ active: true });
    await ask('revoke', { token: refreshToken });
    await expect(ask('refresh', { refreshToken })).rejects.toMatchObject({
      error: 'invalid_grant',
      error_description: 'The refresh token is invalid or expired.',
    });
  });

  it.each(SERVICES.map((service) => [service['method'], service] as const))(
    'gets a token for a service by %s',
    async (_method, service) => {
      const answer = await ask('clientCredentials', { client: service, scope: 'orders:read' });
      expect(answer).toMatchObject({ token_type: 'bearer', expires_in: 3600, scope: 'orders:read' });
      const api = { id: RESOURCE_SERVER, method: 'client_secret_basic', secret: HMAC_SECRET };
      const token = answer['access_token'];
      expect(await ask('introspect', { client: api, token })).toMatchObject({
        ...{ active: true, client_id: service['id'], mintmark: { v: 1 } },
      });
    },
  );

  it('is told that an assertion is for the issuer, not for the endpoint', async () => {
    await expect(ask('clientCredentials', { client: KEY_SERVICE })).rejects.toMatchObject({
      error: 'invalid_client',
      error_description:
        'The audience claim for client_assertion must be the endpoint invoked for the request.',
    });
  });

  it('is told that a secret is wrong', async () => {
    const client = { ...SERVICES[0], secret: 'not-the-secret-of-the-batch-service' };
    await expect(ask('clientCredentials', { client })).rejects.toMatchObject({
      status: 401,
      error: 'invalid_client',
      error_description: 'The client secret supplied for a confidential client is invalid.',
    });
  });
});

describe('oauth4webapi', () => {
  it('takes no access token for one of RFC 9068: Okta’s have no type', async () => {
    const program = startClientProgram('oauth4webapi', certificates.caFile);
    const service = { issuer, client: SERVICES[0] };
    const { access_token: token } = await program.ask('clientCredentials', service);
    const checked = program.ask('validateAccessToken', { ...service, token, audience: 'api://acme-orders' });
    await expect(checked).rejects.toThrow(/typ/);
  });
});
