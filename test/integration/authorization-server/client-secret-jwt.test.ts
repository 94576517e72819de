import { describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { INSTANT, orgFile, startEmulatedOrg } from '../../support/emulated-org.js';
import {
  outcome,
  postForm,
  refusal,
  type EmulatorAnswer,
  type Members,
} from '../../support/emulator-requests.js';

const SECRET = 'a-secret-of-the-client-of-32-characters-or-more';
const SHORT = 'a-secret-of-31-characters-only.';

function clientFile(id: string, secret: string): string {
  const client = {
    id,
    label: id,
    applicationType: 'service',
    secret,
    authenticationMethod: 'client_secret_jwt',
  };
  return `  - ${JSON.stringify(client)}\n`;
}

const server = await startEmulatedOrg({
  org: orgFile().replace(
    'inlineHooks:',
    `${clientFile('0oaHmac', SECRET)}${clientFile('0oaShort', SHORT)}inlineHooks:`,
  ),
});
const endpoint = `${server.issuer('default')}/v1/token`;
const NOW = INSTANT / 1000;

interface Assertion {
  readonly alg?: string;
  readonly secret?: string;
  readonly claims?: Members;
}

async function present({ alg = 'HS256', secret = SECRET, claims = {} }: Assertion): Promise<EmulatorAnswer> {
  const usual = { iss: '0oaHmac', sub: '0oaHmac', aud: endpoint, exp: NOW + 300, iat: NOW };
  const jwt = new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg });
  return postForm(endpoint, {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await jwt.sign(new TextEncoder().encode(secret)),
  });
}

describe('an assertion by the client’s secret', () => {
  it.each(['HS256', 'HS384', 'HS512'])('proves the client with %s', async (alg) => {
    // jose wants a key as long as the hash.
    const secret = alg === 'HS512' ? SECRET.padEnd(64, '.') : SECRET;
    server.replaceOrg(orgFile().replace('inlineHooks:', `${clientFile('0oaHmac', secret)}inlineHooks:`));
    expect((await present({ alg, secret })).status).toBe(200);
    server.reset();
    server.clock.freeze(INSTANT);
  });

  it.each<[string, Assertion, string]>([
    ['by another secret', { secret: SECRET.toUpperCase() }, 'The client_assertion signature is invalid.'],
    [
      'by a secret that is too short',
      { secret: SHORT.padEnd(32, '.'), claims: { iss: '0oaShort', sub: '0oaShort' } },
      'The client secret is too short to verify a JWT HMAC.',
    ],
    ['that has expired', { claims: { exp: NOW } }, 'The client_assertion token is expired.'],
    [
      'for the issuer instead of the endpoint',
      { claims: { aud: server.issuer('default') } },
      'The audience claim for client_assertion must be the endpoint invoked for the request.',
    ],
    [
      'of a client that sends its secret itself',
      { claims: { iss: '0oaService', sub: '0oaService' } },
      'Client authentication failed. Either the client or the client credentials are invalid.',
    ],
  ])('%s is refused', async (_what, assertion, description) => {
    expect(outcome(await present(assertion))).toEqual(refusal(401, 'invalid_client', description));
  });

  it('can be used once where it has an id', async () => {
    expect((await present({ claims: { jti: 'once' } })).status).toBe(200);
    expect((await present({ claims: { jti: 'once' } })).body).toMatchObject({
      error_description: 'The client_assertion token has already been used.',
    });
  });
});
