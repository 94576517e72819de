import { describe, expect, it } from '@jest/globals';
import { startTestAdmin } from '../../support/test-admin.js';
import { fillTwoTenants, GREEN_KEYS, GREEN_RECORDS } from '../../support/two-tenants.js';

const admin = await startTestAdmin();
const { call, database } = admin;
await fillTwoTenants(call);

const INSTANT = '2027-03-01T00:00:00.000Z';

function pathOf(noun: string, key: Readonly<Record<string, string>> = GREEN_KEYS[noun] ?? {}): string {
  return `/v1/${noun}/${Object.values(key).map(encodeURIComponent).join('/')}`;
}

/** A change of one member of each noun, and how the record shows it. */
const CHANGES: Readonly<Record<string, object>> = {
  orgs: { url: 'https://renamed.okta.example' },
  issuers: { aliases: ['https://id.acme.example/oauth2/default'], claimsBudgetBytes: 512, mode: 'shadow' },
  features: { description: 'How many people' },
  plans: { rank: 2, features: { seats: 9 } },
  tenants: { status: 'suspended' },
  users: { login: null },
  clients: { mode: 'off', failurePolicy: 'deny' },
  memberships: { roles: ['admin', 'member'], default: true, from: null, until: INSTANT },
  bindings: { roles: ['service'], until: INSTANT },
  subscriptions: { until: INSTANT },
  grants: { value: 12, reason: 'Contract of March', until: INSTANT },
  'claim-mappings': { priority: 10, scopes: ['orders'] },
};

describe.each(Object.keys(GREEN_RECORDS))('of %s, one', (noun) => {
  it('is read, listed, patched, put back and found by each way', async () => {
    const path = pathOf(noun);
    const read = await call('GET', path);
    expect(read).toMatchObject({ status: 200, body: GREEN_KEYS[noun] });
    const listed = await call('GET', `/v1/${noun}?limit=500`);
    expect((listed.body as { items: unknown[] }).items).toContainEqual(read.body);
    const { body: before } = read;
    const patched = await call('PATCH', path, { body: CHANGES[noun] });
    expect(patched).toMatchObject({ status: 200, body: CHANGES[noun] });
    expect((await call('GET', path)).body).toEqual(patched.body);
    expect(await call('PUT', path, { body: before })).toMatchObject({ status: 200, body: before });
  });

  it('is refused where it is there, and with members that it does not have', async () => {
    const { body } = await call('GET', pathOf(noun));
    const again = await call('POST', `/v1/${noun}`, { body });
    expect([again.status, again.body]).toMatchObject([409, { type: 'urn:mintmark:problem:already-exists' }]);
    const unknown = await call('PUT', pathOf(noun), { body: { ...(body as object), surplus: 1 } });
    expect(unknown).toMatchObject({ status: 422, body: { errors: [{ pointer: '/surplus' }] } });
  });

  it('is not found under another key', async () => {
    const key = Object.fromEntries(Object.keys(GREEN_KEYS[noun] ?? {}).map((name) => [name, 'absent']));
    for (const method of ['GET', 'DELETE', 'PATCH']) {
      const sent = method === 'PATCH' ? { body: {} } : {};
      expect((await call(method, pathOf(noun, key), sent)).status).toBe(404);
    }
  });
});

describe('a filter', () => {
  it.each<[string, number]>([
    ['users?org=acme&tenant=green', 2],
    ['users?login=nobody', 0],
    ['users?status=active&org=absent', 0],
    ['clients?tenant=blue', 1],
    ['clients?tenantMode=choose&org=acme', 2],
    ['memberships?user=both', 2],
    ['memberships?tenant=blue&role=member', 2],
    ['bindings?client=shared-client', 2],
    ['subscriptions?plan=basic', 2],
    ['subscriptions?tenant=blue', 1],
    ['grants?org=acme&user=gus', 0],
    ['grants?feature=seats&tenant=blue', 1],
    ['issuers?uri=https://acme.okta.example/oauth2/default', 1],
    ['issuers?mode=off', 0],
    ['features?type=integer', 1],
    ['plans?feature=seats', 1],
    ['claim-mappings?claim=tenant_id', 1],
    ['orgs?url=https://acme.okta.example', 1],
    ['tenants?status=suspended', 0],
  ])('finds with %s so many: %i', async (query, count) => {
    const { status, body } = await call('GET', `/v1/${query}`);
    expect([status, (body as { items: unknown[] }).items.length]).toEqual([200, count]);
  });

  it('pages through keys of several parts', async () => {
    const users: string[] = [];
    let cursor = '';
    do {
      const { body } = await call('GET', `/v1/memberships?limit=1${cursor}`);
      const { items, nextCursor } = body as {
        items: { user: string; tenant: string }[];
        nextCursor: string | null;
      };
      users.push(...items.map(({ user, tenant }) => `${user}/${tenant}`));
      cursor = nextCursor === null ? '' : `&cursor=${nextCursor}`;
    } while (cursor !== '');
    expect(users).toEqual(['bea/blue', 'both/blue', 'both/green', 'gus/green']);
  });
});

describe('a reference', () => {
  it.each<[string, object, readonly string[]]>([
    ['issuers', { id: 'i', org: 'absent', uri: 'https://a.example/x' }, ['/org']],
    ['users', { org: 'absent', id: 'u' }, ['/org']],
    [
      'clients',
      { org: 'absent', id: 'c', name: 'c', bindings: [{ tenant: 'absent' }] },
      ['/bindings/0/tenant', '/org'],
    ],
    ['memberships', { org: 'acme', user: 'absent', tenant: 'absent' }, ['/tenant', '/user']],
    ['bindings', { org: 'acme', client: 'absent', tenant: 'absent' }, ['/client', '/tenant']],
    ['subscriptions', { tenant: 'absent', plan: 'absent' }, ['/plan', '/tenant']],
    [
      'grants',
      { tenant: 'absent', feature: 'absent', value: 1, reason: 'x', org: 'acme', user: 'absent' },
      ['/feature', '/tenant', '/user'],
    ],
    ['plans', { id: 'p', rank: 9, features: { absent: 1 } }, ['/features/absent']],
    ['claim-mappings', { id: 'm', claim: 'm', expression: '1', issuers: ['absent'] }, ['/issuers/0']],
  ])('of %s to nothing is refused, all of them at once', async (noun, body, pointers) => {
    const answer = await call('POST', `/v1/${noun}`, { body });
    const { errors = [] } = answer.body as { errors?: readonly { readonly pointer: string }[] };
    expect([answer.status, errors.map(({ pointer }) => pointer).toSorted()]).toEqual([422, pointers]);
  });

  it.each(['orgs', 'features', 'plans', 'tenants'])('keeps what it refers to: %s', async (noun) => {
    const answer = await call('DELETE', pathOf(noun));
    expect(answer).toMatchObject({ status: 409, body: { type: 'urn:mintmark:problem:in-use' } });
  });
});

describe('a rule of directory files', () => {
  const created = (noun: string, body: object) => call('POST', `/v1/${noun}`, { body });

  it('holds for values: they have the type of their feature', async () => {
    for (const value of ['5', 5.5, true, [], null]) {
      const grant = { tenant: 'green', feature: 'seats', value, reason: 'x' };
      expect(await created('grants', grant)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/value' }] },
      });
    }
    expect(await call('PATCH', pathOf('plans'), { body: { features: { seats: 'many' } } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/features/seats' }] },
    });
    expect(await call('PATCH', pathOf('features'), { body: { type: 'boolean' } })).toMatchObject({
      status: 409,
      body: { detail: 'a feature that is in use cannot change its type' },
    });
  });

  it('holds for windows: they end after they begin', async () => {
    const window = { from: INSTANT, until: INSTANT };
    expect(await call('PATCH', pathOf('memberships'), { body: window })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/until' }] },
    });
    expect(
      await call('PATCH', pathOf('memberships'), { body: { from: '2026-02-30T00:00:00Z' } }),
    ).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/from' }] },
    });
  });

  it('holds for grants: they do not overlap in time', async () => {
    const grant = { tenant: 'green', feature: 'seats', value: 1, reason: 'more' };
    expect(await created('grants', grant)).toMatchObject({
      status: 409,
      body: { detail: 'two grants of one feature to one tenant overlap in time' },
    });
    expect((await created('grants', { ...grant, org: 'acme', user: 'gus' })).status).toBe(201);
    expect(await created('grants', { ...grant, org: 'acme' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/user' }] },
    });
  });

  it('holds for URIs: each names one issuer', async () => {
    const { body } = await call('GET', pathOf('issuers'));
    const { uri } = body as { uri: string };
    expect(await created('issuers', { id: 'other', org: 'acme', uri })).toMatchObject({
      status: 409,
      body: { detail: 'a URI already names another issuer' },
    });
    const asAlias = { id: 'other', org: 'acme', uri: 'https://other.example/x', aliases: [uri] };
    expect((await created('issuers', asAlias)).status).toBe(409);
  });

  it('holds for fixed clients: they have exactly one binding', async () => {
    const client = { org: 'acme', id: 'fixed', name: 'Fixed', tenantMode: 'fixed' };
    expect(await created('clients', client)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/bindings' }] },
    });
    const bound = { ...client, bindings: [{ tenant: 'blue', roles: ['service'] }] };
    expect(await created('clients', bound)).toMatchObject({ status: 201, body: bound });
    expect(await created('bindings', { org: 'acme', client: 'fixed', tenant: 'green' })).toMatchObject({
      status: 409,
      body: { detail: 'client fixed is of mode fixed and has 2 bindings, not 1' },
    });
    expect((await call('DELETE', '/v1/bindings/acme/fixed/blue')).status).toBe(409);
    // In one step it may move; and what is not named stays.
    const moved = await call('PATCH', '/v1/clients/acme/fixed', {
      body: { bindings: [{ tenant: 'green' }] },
    });
    expect(moved).toMatchObject({ status: 200, body: { bindings: [{ tenant: 'green', roles: [] }] } });
    const put = await call('PUT', '/v1/clients/acme/fixed', {
      body: { name: 'Renamed', tenantMode: 'fixed' },
    });
    expect(put).toMatchObject({ status: 200, body: { bindings: [{ tenant: 'green' }] } });
  });

  it('holds for required mappings: no failure policy may omit them', async () => {
    const mapping = { id: 'needed', claim: 'needed', expression: 'tenant.id', required: true };
    expect(await created('claim-mappings', mapping)).toMatchObject({
      status: 409,
      body: { detail: 'claim mapping needed is required, and the failure policy of issuer default is omit' },
    });
    expect((await call('PATCH', pathOf('issuers'), { body: { failurePolicy: 'deny' } })).status).toBe(200);
    expect((await created('claim-mappings', mapping)).status).toBe(201);
    expect((await call('PATCH', pathOf('issuers'), { body: { failurePolicy: 'omit' } })).status).toBe(409);
    const omitting = { org: 'acme', id: 'omitting', name: 'x', failurePolicy: 'omit' };
    expect((await created('clients', omitting)).status).toBe(409);
    expect((await call('DELETE', '/v1/claim-mappings/needed')).status).toBe(204);
  });

  it('holds for both of two who break it together', async () => {
    expect((await call('PATCH', pathOf('issuers'), { body: { failurePolicy: 'deny' } })).status).toBe(200);
    const mapping = { id: 'race', claim: 'race', expression: 'tenant.id', required: true };
    const answers = await Promise.all([
      created('claim-mappings', mapping),
      call('PATCH', pathOf('issuers'), { body: { failurePolicy: 'omit' } }),
    ]);
    expect(answers.map(({ status }) => status >= 400).filter(Boolean)).toHaveLength(1);
  });

  it.each<[object, RegExp]>([
    [{ claim: 'aud' }, /"aud" is among Okta’s reserved ID token claims/],
    [{ claim: 'email' }, /standard profile claim/],
    [{ claim: 'claims_dropped' }, /written by Mintmark itself/],
    [{ expression: 'tenant.id +' }, /./],
    [{ expression: 'tenant.nothing' }, /./],
    [{ expression: '"a".matches("a")' }, /./],
  ])('holds for mappings: %j', async (changes, detail) => {
    const body = { id: 'm', claim: 'm', expression: 'tenant.id', ...changes };
    const answer = await created('claim-mappings', body);
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ detail: expect.stringMatching(detail) }] },
    });
  });

  it('holds for memberships: a user has at most one default at a time', async () => {
    const body = { roles: [], default: true };
    expect((await call('PUT', '/v1/memberships/acme/both/blue', { body })).status).toBe(409);
  });
});

describe('nothing of all this', () => {
  it('left a change without its audit row', async () => {
    const [row] = await database.query(
      `SELECT count(*)::text AS missing FROM (
         SELECT id AS key FROM tenants UNION ALL SELECT id FROM subscriptions UNION ALL SELECT id FROM feature_grants
       ) AS rows WHERE NOT EXISTS (SELECT FROM audit WHERE action = 'create' AND audit.key->>'id' = rows.key)`,
      [],
    );
    expect(row).toEqual({ missing: '0' });
  });
});
