import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { USER, CLIENT } from '../support/calls.js';
import { requestToken, type TestClient } from '../support/oauth-requests.js';
import { onTeardown } from '../support/teardown.js';
import { startTestOrg } from '../support/test-org.js';

// The story of examples/invoicing-api: the API runs as a program of its own, and knows nothing but what tokens say.

const org = await startTestOrg({ org: 'invoicing-api/org.yaml', inRealTime: true });
const { server, endpoints } = org;
const api = await startApi();

const PAYMENTS: TestClient = { id: '0oa2p4s6PaYsVc8Mn1d7', secret: 'sample-secret-of-the-payment-service' };
const SIGNED_IN = { client: CLIENT.web, user: USER.dana, tenantHint: 'blue' } as const;

/** `examples/invoicing-api/main.mjs`, which imports the package as its users do. @returns where the invoices are */
async function startApi(): Promise<string> {
  const env = { PATH: process.env['PATH'], ISSUER: org.issuer, KEYS_URL: org.keys.href, PORT: '0' };
  const program = spawn(process.execPath, ['examples/invoicing-api/main.mjs'], { env, stdio: 'pipe' });
  onTeardown(async () => {
    if (program.exitCode !== null) return;
    program.kill();
    await once(program, 'exit');
  });
  let output = '';
  for (const stream of [program.stdout, program.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()));
  while (!output.includes('\n')) {
    if (program.exitCode !== null) throw new Error('the API did not start');
    await new Promise((done) => setTimeout(done, 20));
  }
  const [url] = /http:\S+/.exec(output) ?? [];
  if (url === undefined) throw new Error(`the API did not start:\n${output}`);
  return url;
}

async function paymentToken(scope?: string) {
  const request = { grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) };
  const { status, body, access } = await requestToken(endpoints, PAYMENTS, request);
  return { status, body, access, token: String(body['access_token']) };
}

interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly challenge: string | null;
}

async function callApi(token: string | null, invoice?: unknown): Promise<ApiAnswer> {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const writing = { method: 'POST', body: JSON.stringify(invoice) };
  const response = await fetch(api, { headers, ...(invoice === undefined ? {} : writing) });
  return {
    status: response.status,
    body: await response.json(),
    challenge: response.headers.get('www-authenticate'),
  };
}

const INVOICE = { customer: 'Quay Kitchen', amount: 340 };

describe('the payment service', () => {
  it('reads and writes the invoices of its tenant, and of no other', async () => {
    const { token, access } = await paymentToken('read:invoices write:invoices');
    expect(access).toMatchObject({
      aud: 'api://invoicing',
      scp: ['read:invoices', 'write:invoices'],
      tenant_id: 'blue',
    });
    expect(await callApi(token, INVOICE)).toMatchObject({
      status: 201,
      body: { tenant: 'blue', invoice: INVOICE },
    });
    const { status, body: list } = await callApi(token);
    expect(status).toBe(200);
    expect(list).toMatchObject({
      tenant: 'blue',
      invoices: [{ id: 'inv-blue-1' }, { id: 'inv-blue-2' }],
    });
  });

  it('is refused both scopes once the rule allows one', async () => {
    tighten();
    expect(await paymentToken('read:invoices write:invoices')).toMatchObject({
      status: 401,
      body: {
        error: 'access_denied',
        error_description:
          'Policy evaluation failed for this request, please check the policy configurations.',
      },
    });
  });

  it('reads and does not write where it relies on default scopes, and its token shows why', async () => {
    tighten();
    const { token, access } = await paymentToken();
    expect(access).toMatchObject({ scp: ['read:invoices'], tenant_id: 'blue' });
    expect((await callApi(token)).status).toBe(200);
    expect(await callApi(token, INVOICE)).toMatchObject({
      status: 403,
      body: { error: 'insufficient_scope' },
      challenge: expect.stringMatching(/^Bearer error="insufficient_scope".* scope="write:invoices"$/),
    });
  });
});

describe('the API', () => {
  it('asks for a token', async () => {
    expect(await callApi(null)).toMatchObject({ status: 401, challenge: 'Bearer' });
  });

  it('refuses a token of the org server for its issuer', async () => {
    const { accessToken } = await server.mint({
      ...{ client: CLIENT.web, user: USER.dana, grant: 'authorization_code' },
      ...{ server: 'org', scopes: ['openid'] },
    });
    expect(await callApi(accessToken)).toMatchObject({ status: 401, body: { error: 'wrong_issuer' } });
  });

  it('refuses an ID token, and takes the access token that came with it', async () => {
    const { idToken, accessToken } = await server.mint({
      ...SIGNED_IN,
      ...{ server: 'aus7k2m9QxRtYb4Vw1d7', scopes: ['openid', 'read:invoices'], grant: 'authorization_code' },
    });
    expect(await callApi(idToken)).toMatchObject({ status: 401, body: { error: 'not_an_access_token' } });
    expect(await callApi(accessToken)).toMatchObject({ status: 200, body: { tenant: 'blue' } });
  });

  it('refuses a token that the hook never saw, with an error of its own', async () => {
    server.faults.add({ kind: 'drop' });
    const { status, token, access } = await paymentToken('read:invoices');
    expect({ status, scopes: access?.['scp'] }).toEqual({ status: 200, scopes: ['read:invoices'] });
    expect(await callApi(token)).toMatchObject({
      status: 401,
      body: { error: 'not_stamped' },
      challenge: expect.stringContaining('error="invalid_token"'),
    });
  });

  it('refuses a person for whom no tenant was selected', async () => {
    const { accessToken } = await server.mint({
      ...{ ...SIGNED_IN, tenantHint: 'violet', grant: 'authorization_code' },
      ...{ server: 'aus7k2m9QxRtYb4Vw1d7', scopes: ['read:invoices'] },
    });
    expect(await callApi(accessToken)).toMatchObject({ status: 403, body: { error: 'no_tenant' } });
  });
});

/** The rule allows reading, and no longer writing. */
function tighten(): void {
  const scopes = ['authorizationServers', 0, 'policies', 0, 'rules', 0, 'scopes'];
  org.changeOrg((file) => file.setIn(scopes, ['read:invoices']));
}
