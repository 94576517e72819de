import { describe, expect, it } from '@jest/globals';
import { CLIENT, USER } from '../support/calls.js';
import { examplePayload } from '../support/payloads.js';
import { startTestOrg } from '../support/test-org.js';

// What is in a token that the hook has stamped, besides its tenant.

const org = await startTestOrg();

const WEB = { client: CLIENT.web, user: USER.dana, scopes: ['openid', 'profile', 'orders:read'] };
const LIMIT = 'https://acme.example/claims/order_limit';

describe('the claims of a stamped token', () => {
  it('are those of the draft, the hook’s, and what comes after it', async () => {
    const { access, before } = await org.mint({ ...WEB, tenantHint: 'blue' });
    const { iat, ...rest } = access;
    expect(rest).toEqual({
      ...before.access,
      exp: Number(iat) + 3600,
      scp: expect.arrayContaining(['openid', 'profile', 'orders:read']),
      mintmark: { v: 1 },
      tenant_id: 'blue',
      tenant_selection: 'hinted',
      tenant_roles: ['admin'],
      tenant_entitlements: {
        'api.webhooks': true,
        'orders.export': true,
        'orders.max_per_day': 5000,
        regions: ['eu', 'us'],
        'support.tier': 'priority',
      },
      [LIMIT]: 5000,
    });
    expect(before.access).toMatchObject({ sub: 'dana.rivers@acme.example', department: 'Fulfilment' });
    for (const late of ['iat', 'exp', 'scp']) expect(before.access).not.toHaveProperty([late]);
  });

  it('are in the ID token the marker, the tenant and how it was found', async () => {
    const { identity, before } = await org.mint({ ...WEB, tenantHint: 'blue' });
    const { iat, exp, at_hash: hash, ...rest } = identity;
    expect(rest).toEqual({
      ...before.identity,
      mintmark: { v: 1 },
      tenant_id: 'blue',
      tenant_selection: 'hinted',
    });
    expect(Number(exp) - Number(iat)).toBe(3600);
    expect(hash).toEqual(expect.any(String));
  });

  it('may be named by a URI, and follow the scopes', async () => {
    const granted = await org.mint({ client: CLIENT.batch, scopes: ['orders:read'] });
    expect(granted.access[LIMIT]).toBe(5000);
    const other = await org.mint({ client: CLIENT.batch, scopes: ['tenant:blue'] });
    expect(other.access).toMatchObject({ tenant_id: 'blue' });
    expect(other.access).not.toHaveProperty([LIMIT]);
  });

  it('have no tenant_id of the draft’s own where none was selected', async () => {
    const { before, access } = await org.mint({
      client: CLIENT.web,
      user: USER.gus,
      scopes: ['orders:read'],
    });
    expect(before.access).toMatchObject({ tenant_id: 'blue' });
    expect(access).toMatchObject({ mintmark: { v: 1 }, tenant_selection: 'none' });
    expect(access).not.toHaveProperty('tenant_id');
  });
});

describe('the lifetime of a token', () => {
  it('ends with the subscription that its claims rest on, less what a code may wait', async () => {
    const { access, expiresIn } = await org.mint({ client: CLIENT.native, user: USER.dana });
    expect(access).toMatchObject({ tenant_id: 'green' });
    expect(Number(access['exp']) - Number(access['iat'])).toBe(1800 - 300);
    expect(expiresIn).toBe(1800 - 300);
  });

  it('ends with it to the second where nothing waits', async () => {
    const { access, expiresIn } = await org.mint({ client: CLIENT.operations, tenantHint: 'green' });
    expect(Number(access['exp']) - Number(access['iat'])).toBe(1800);
    expect(expiresIn).toBe(1800);
  });

  it.each([300, 86_400])('may be %d seconds', async (seconds) => {
    org.answerOnce(lifetime(seconds));
    const { access, expiresIn } = await org.mint({ client: CLIENT.batch });
    expect(Number(access['exp']) - Number(access['iat'])).toBe(seconds);
    expect(expiresIn).toBe(seconds);
  });

  it.each([299, 86_401, 300.5, '900', null])(
    'cannot be %j seconds, and then nothing applies',
    async (seconds) => {
      org.answerOnce(lifetime(seconds));
      const { access, expiresIn } = await org.mint({ client: CLIENT.batch });
      expect(access).not.toHaveProperty('tier');
      expect(expiresIn).toBe(3600);
    },
  );

  it('is each token’s own', async () => {
    org.answerOnce(examplePayload('response_lifetimes'));
    const { access, identity, expiresIn } = await org.mint(WEB);
    expect(Number(access['exp']) - Number(access['iat'])).toBe(900);
    expect(Number(identity['exp']) - Number(identity['iat'])).toBe(1800);
    expect(expiresIn).toBe(900);
  });
});

function lifetime(value: unknown): unknown {
  const operations = [
    { op: 'add', path: '/claims/tier', value: 'gold' },
    { op: 'replace', path: '/token/lifetime/expiration', value },
  ];
  return { commands: [{ type: 'com.okta.access.patch', value: operations }] };
}
