import { describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { INSTANT, orgFile, startEmulatedOrg } from '../../support/emulated-org.js';
import {
  basic,
  outcome,
  postForm,
  refusal,
  requestToken,
  type Members,
} from '../../support/emulator-requests.js';
import { makeSigningKey } from '../../support/token-forge.js';

const [known, unknown] = [makeSigningKey('RS256', 'k1'), makeSigningKey('RS256', 'k1')];
const HMAC_SECRET = 'secret-of-32-characters-and-some-more';

const server = await startEmulatedOrg({
  org: withClients(orgFile(), [
    {
      ...{ id: '0oaSigning', label: 'Signing', applicationType: 'service' },
      jwks: { keys: [known.jwk] },
    },
    {
      ...{ id: '0oaHmac', label: 'HMAC', applicationType: 'service', secret: HMAC_SECRET },
      authenticationMethod: 'client_secret_jwt',
    },
    {
      ...{ id: '0oa+Plus', label: 'Plus', applicationType: 'service', secret: 'secret+of+the+plus' },
    },
    {
      ...{ id: '0oaInactive', label: 'Inactive', applicationType: 'service', status: 'INACTIVE' },
      secret: 'secret-of-the-inactive-service',
    },
  ]),
});
const endpoint = `${server.issuer('default')}/v1/token`;
const MACHINE = { grant_type: 'client_credentials' } as const;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const NOW = INSTANT / 1000;

function withClients(file: string, clients: readonly object[]): string {
  const lines = clients.map((client) => `  - ${JSON.stringify(client)}`).join('\n');
  return file.replace('inlineHooks:', `${lines}\ninlineHooks:`);
}

const refusedClient = (description: string): Members => refusal(401, 'invalid_client', description);
const WRONG_METHOD = refusedClient(
  'Client authentication failed. Either the client or the client credentials are invalid.',
);

describe('a client with a secret', () => {
  it('proves itself by the way that it is registered for', async () => {
    expect((await postForm(endpoint, MACHINE, basic('0oaService'))).status).toBe(200);
    const other = await requestToken(server.issuer('default'), '0oaOther', MACHINE);
    expect(other.body).toMatchObject({ error: 'unauthorized_client' });
  });

  it('may encode its id and secret as RFC 6749 says', async () => {
    const encoded = 'secret%2Dof%2Dthe%2Dservice%2Dof%2Dtests';
    expect((await postForm(endpoint, MACHINE, basic('0oaService', encoded))).status).toBe(200);
  });

  it.each([
    ['0oa+Plus', 'secret+of+the+plus'],
    ['0oa%2BPlus', 'secret%2Bof%2Bthe%2Bplus'],
  ])('may have plus signs, sent as %s', async (id, secret) => {
    expect((await postForm(endpoint, MACHINE, basic(id, secret))).status).toBe(200);
  });

  it('is refused where the secret is wrong', async () => {
    const answer = await postForm(endpoint, MACHINE, basic('0oaService', 'wrong'));
    expect(outcome(answer)).toEqual(
      refusedClient('The client secret supplied for a confidential client is invalid.'),
    );
  });

  it.each([
    [
      'the body in place of the header',
      { client_id: '0oaService', client_secret: 'secret-of-the-service-of-tests' },
      {},
    ],
    ['its id alone', { client_id: '0oaService' }, {}],
    ['another id in the body', { client_id: '0oaWeb' }, basic('0oaService')],
    ['the credentials of an inactive client', {}, basic('0oaInactive', 'secret-of-the-inactive-service')],
  ])('is refused with %s', async (_what, form, headers) => {
    expect(outcome(await postForm(endpoint, { ...MACHINE, ...form }, headers))).toEqual(WRONG_METHOD);
  });
});

describe('a request', () => {
  it('without credentials is refused', async () => {
    expect(outcome(await postForm(endpoint, MACHINE))).toEqual(refusedClient('No client credentials found.'));
  });

  it('whose header names a public client alone comes from it: Okta’s own library revokes in that way', async () => {
    const alone = (id: string) => ({ authorization: `Basic ${btoa(id)}` });
    const form = { grant_type: 'refresh_token', refresh_token: 'x' };
    expect((await postForm(endpoint, form, alone('0oaBrowser'))).body).toMatchObject({
      error: 'invalid_grant',
    });
    expect((await postForm(endpoint, MACHINE, alone('0oaService'))).status).toBe(401);
  });

  it.each(['Bearer abc', 'Basic', 'Basic !!!', `Basic ${btoa('no colon')}`, `Basic ${btoa(':no id')}`])(
    'whose header is %j is refused',
    async (authorization) => {
      expect(outcome(await postForm(endpoint, MACHINE, { authorization }))).toEqual(
        refusedClient('Found Authentication header but was not valid client credentials.'),
      );
    },
  );

  it('by a client that nobody knows is refused in the shape of Okta’s API', async () => {
    for (const [form, headers] of [
      [{ client_id: '0oaNobody' }, {}],
      [{}, basic('0oaNobody', 'x')],
    ] as const) {
      const { status, body } = await postForm(endpoint, { ...MACHINE, ...form }, headers);
      expect(status).toBe(401);
      expect(body).toMatchObject({
        errorCode: 'invalid_client',
        errorSummary: "Invalid value for 'client_id' parameter.",
      });
    }
  });

  it('with two kinds of credentials is refused', async () => {
    const answer = await postForm(endpoint, { ...MACHINE, client_secret: 'x' }, basic('0oaService'));
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringMatching(/^Cannot supply multiple client credentials\./) as unknown,
    });
  });

  it('with credentials in its query is refused', async () => {
    const answer = await postForm(`${endpoint}?client_secret=x`, MACHINE, basic('0oaService'));
    expect(outcome(answer)).toEqual(
      refusal(400, 'invalid_request', 'Client credentials cannot be supplied via query parameters.'),
    );
  });
});

interface Assertion {
  readonly claims?: Members;
  readonly header?: Members;
  readonly key?: typeof known;
}

function sign({ claims = {}, header = {}, key = known }: Assertion): Promise<string> {
  const usual = { iss: '0oaSigning', sub: '0oaSigning', aud: endpoint, exp: NOW + 300 };
  const jwt = new SignJWT(JSON.parse(JSON.stringify({ ...usual, ...claims })) as Members);
  return jwt.setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key.privateKey);
}

function present(assertion: string): ReturnType<typeof postForm> {
  return postForm(endpoint, {
    ...MACHINE,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: assertion,
  });
}

describe('a client assertion', () => {
  it('proves a client by its registered key, with its id in the body or without', async () => {
    const form = { ...MACHINE, client_assertion_type: ASSERTION_TYPE, client_assertion: await sign({}) };
    expect((await postForm(endpoint, form)).status).toBe(200);
    expect((await postForm(endpoint, { ...form, client_id: '0oaSigning' })).status).toBe(200);
  });

  it.each([
    [
      'has another issuer',
      { claims: { iss: '0oaNobody' } },
      'The issuer claim for client_assertion is not a valid client_id.',
    ],
    [
      'has another subject',
      { claims: { sub: '0oaWeb' } },
      'The subject claim for client_assertion is not a valid client_id.',
    ],
    [
      'is for the issuer',
      { claims: { aud: server.issuer('default') } },
      'The audience claim for client_assertion must be the endpoint invoked for the request.',
    ],
    [
      'never ends',
      { claims: { exp: undefined } },
      "The client_assertion must contain the 'exp' claim as seconds since epoch.",
    ],
    ['has ended', { claims: { exp: NOW } }, 'The client_assertion token is expired.'],
    [
      'lasts for more than an hour',
      { claims: { exp: NOW + 3601 } },
      'The client_assertion token has an expiration too far into the future.',
    ],
    [
      'comes from the future',
      { claims: { iat: NOW + 1 } },
      'The client_assertion token must be issued before the current time.',
    ],
    ['names another key', { header: { kid: 'k2' } }, 'The client_assertion JWT kid is invalid.'],
    ['is signed by another key', { key: unknown }, 'The client_assertion signature is invalid.'],
  ] as const)('that %s is refused', async (_what, assertion, description) => {
    expect(outcome(await present(await sign(assertion)))).toEqual(refusedClient(description));
  });

  it('can be used once where it has an id', async () => {
    const assertion = await sign({ claims: { jti: 'once' } });
    expect((await present(assertion)).status).toBe(200);
    expect(outcome(await present(assertion))).toEqual(
      refusedClient('The client_assertion token has already been used.'),
    );
  });

  it('that is none is refused', async () => {
    expect(outcome(await present('abc'))).toEqual(
      refusedClient('The parsing of the client_assertion failed.'),
    );
  });

  it('of another type is refused', async () => {
    const form = { ...MACHINE, client_assertion_type: 'jwt', client_assertion: await sign({}) };
    expect(outcome(await postForm(endpoint, form))).toEqual(
      refusal(400, 'invalid_request', 'The client_assertion_type is invalid.'),
    );
  });

  it('with a secret in place of a key proves a client that is registered for it', async () => {
    const jwt = new SignJWT({ iss: '0oaHmac', sub: '0oaHmac', aud: endpoint, exp: NOW + 60 });
    const assertion = await jwt
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(HMAC_SECRET));
    expect((await present(assertion)).status).toBe(200);
  });

  it('signed with the public key as if it were a secret proves nobody', async () => {
    const jwt = new SignJWT({ iss: '0oaSigning', sub: '0oaSigning', aud: endpoint, exp: NOW + 60 });
    const publicPem = known.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const assertion = await jwt
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(new TextEncoder().encode(publicPem));
    expect(outcome(await present(assertion))).toEqual(WRONG_METHOD);
  });
});
