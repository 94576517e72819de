import { describe, expect, it } from '@jest/globals';
import { CLIENT, ISSUER, USER, userCall } from '../../support/calls.js';
import { loadSample, NOW, startTestHook } from '../../support/test-hook.js';
import { readDescription } from '../../support/openapi.js';
import { startTestAdmin, type AdminAnswer } from '../../support/test-admin.js';
import { createTestDatabase } from '../../support/test-database.js';

const testDatabase = await createTestDatabase();
await loadSample(testDatabase.database);
const clock = { now: NOW };
const admin = await startTestAdmin({ database: testDatabase, now: () => clock.now });
const { call, database } = admin;

const ORG = await firstOrg();
for (const id of ['e1', 'e2', 'e3']) await call('PUT', `/v1/tenants/${id}`, { body: { name: id } });

const PAYLOAD = userCall({ user: USER.dana, scopes: ['openid'] });

async function firstOrg(): Promise<string> {
  const { body } = await call('GET', `/v1/issuers?uri=${encodeURIComponent(ISSUER.orders)}`);
  return (body as { items: { org: string }[] }).items[0]?.org ?? '';
}

function itemsOf({ body }: AdminAnswer): readonly Readonly<Record<string, unknown>>[] {
  return (body as { items: Readonly<Record<string, unknown>>[] }).items;
}

async function countOf(plural: string, query: string): Promise<number> {
  return itemsOf(await call('GET', `/v1/${plural}?limit=500&${query}`)).length;
}

describe('explain', () => {
  it('says of a payload what the hook answers to it, and why', async () => {
    const hook = await startTestHook();
    const answered = await hook.send(PAYLOAD);
    const { status, body } = await call('POST', '/v1/explain', { body: { payload: PAYLOAD } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      outcome: 'stamped',
      mode: 'enforce',
      response: answered.body,
      answered: answered.body,
      call: { subject: { kind: 'user', userId: USER.dana }, clientId: CLIENT.web },
      trace: {
        selection: { outcome: expect.any(String), why: expect.any(String) },
        mappings: expect.any(Array),
      },
      claims: { access: { after: { mintmark: { v: 1 } } } },
    });
    const { claims } = body as { claims: { access: { before: object } } };
    expect(claims.access.before).not.toHaveProperty('mintmark');
  });

  it('says the same of what a payload would be made of', async () => {
    const question = { issuer: 'acme-orders', client: CLIENT.web, user: USER.dana, org: ORG };
    const { body } = await call('POST', '/v1/explain', { body: question });
    const byPayload = await call('POST', '/v1/explain', { body: { payload: userCall({ user: USER.dana }) } });
    const selectionOf = (answer: unknown) => (answer as { trace: { selection: object } }).trace.selection;
    expect(selectionOf(body)).toEqual(selectionOf(byPayload.body));
    const byUri = await call('POST', '/v1/explain', { body: { ...question, issuer: ISSUER.ordersAlias } });
    expect(selectionOf(byUri.body)).toEqual(selectionOf(body));
    const withIdToken = await call('POST', '/v1/explain', { body: { ...question, scopes: ['openid'] } });
    expect(Object.keys((withIdToken.body as { claims: object }).claims)).toEqual(['identity', 'access']);
  });

  it('shows what modes shadow and off would do, and what they answer', async () => {
    for (const [issuer, mode] of [
      [ISSUER.shadow, 'shadow'],
      [ISSUER.off, 'off'],
    ] as const) {
      const { body } = await call('POST', '/v1/explain', {
        body: { issuer, client: CLIENT.web, user: USER.dana },
      });
      expect(body).toMatchObject({ mode, outcome: 'stamped', answered: { commands: [] } });
      expect((body as { response: { commands: unknown[] } }).response.commands).not.toEqual([]);
    }
  });

  it('judges by the instant that it is asked for', async () => {
    const question = { issuer: ISSUER.orders, client: CLIENT.web, user: 'later' };
    const selected = async (at: string) =>
      (
        (await call('POST', '/v1/explain', { body: { ...question, at } })).body as {
          trace: { selection: { outcome: string } };
        }
      ).trace.selection.outcome;
    await call('PUT', `/v1/users/${ORG}/later`, { body: {} });
    await call('PUT', '/v1/tenants/later', { body: { name: 'Later' } });
    const until = '2026-06-01T00:00:00Z';
    await call('PUT', `/v1/memberships/${ORG}/later/later`, { body: { until } });
    expect(await selected('2026-05-01T00:00:00Z')).toBe('only');
    expect(await selected('2026-06-02T00:00:00Z')).toBe('none');
  });

  it('remembers nothing', async () => {
    const hinted = userCall({ user: USER.dana, query: 'tenant=blue' });
    await call('POST', '/v1/explain', { body: { payload: hinted } });
    expect(await database.prisma.rememberedChoice.count()).toBe(0);
  });

  it('says so where the issuer is not known', async () => {
    const payload = userCall({ user: USER.dana, issuer: 'https://nobody.example/oauth2/x' });
    expect(await call('POST', '/v1/explain', { body: { payload } })).toMatchObject({
      status: 200,
      body: { outcome: 'failed', reason: 'unknown_issuer', trace: null },
    });
  });

  it.each<[object, readonly string[]]>([
    [{}, ['/client', '/issuer']],
    [{ issuer: 'absent', client: 'x' }, ['/issuer']],
    [{ issuer: 'acme-orders', client: 'x', org: 'absent' }, ['/org']],
    [{ payload: {} }, ['/payload']],
    [{ payload: [] }, ['/payload']],
    [{ payload: PAYLOAD, tenant: 'blue', org: 'acme', at: '2026-03-01T00:00:00Z' }, ['/org', '/tenant']],
    [{ issuer: 'acme-orders', client: 'x', at: 'now', grantType: 'x' }, ['/at', '/grantType']],
  ])('refuses %j', async (body, pointers) => {
    const answer = await call('POST', '/v1/explain', { body });
    const { errors = [] } = answer.body as { errors?: { pointer: string }[] };
    expect([answer.status, errors.map(({ pointer }) => pointer).toSorted()]).toEqual([422, pointers]);
  });
});

describe('a mapping that is not saved', () => {
  it('is described with sample facts that may be null, as they may', async () => {
    const { schemas } = await readDescription(call);
    const { tenant, request } = (schemas['SampleFacts']?.['properties'] ?? {}) as Record<string, object>;
    expect(tenant).toEqual({ anyOf: [{ $ref: '#/components/schemas/SampleTenant' }, { type: 'null' }] });
    expect(request).toMatchObject({ $ref: '#/components/schemas/SampleRequest' });
    const facts = { tenant: null };
    const body = { expression: 'has(tenant.id)', facts };
    expect(await call('POST', '/v1/claim-mappings/validate', { body })).toMatchObject({
      ...{ status: 200, body: { evaluation: { kind: 'value', value: false } } },
    });
  });

  const validate = (body: object) => call('POST', '/v1/claim-mappings/validate', { body });

  it('is type-checked and evaluated on sample facts', async () => {
    expect(await validate({ expression: 'tenant.id + "/" + membership.roles[0]' })).toMatchObject({
      status: 200,
      body: {
        valid: true,
        problems: [],
        type: 'string',
        evaluation: { kind: 'value', value: 'acme/member' },
      },
    });
    const facts = { tenant: { id: 'blue' }, entitlements: { seats: 5, regions: ['eu'] } };
    expect(
      await validate({ expression: '{"t": tenant.id, "s": entitlements.seats + 1}', facts }),
    ).toMatchObject({
      body: { evaluation: { kind: 'value', value: { t: 'blue', s: 6 } } },
    });
    expect(await validate({ expression: 'tenant.id', facts: { tenant: null } })).toMatchObject({
      body: { valid: true, evaluation: { kind: 'absent' } },
    });
  });

  it('is refused with the list that a reserved name came from', async () => {
    expect(await validate({ expression: '1', claim: 'groups' })).toMatchObject({
      body: {
        valid: false,
        problems: [
          '"groups" is among Okta’s reserved ID token claims and Okta’s reserved access token claims',
        ],
      },
    });
    expect(await validate({ expression: '1', claim: 'email', overridesProfileClaim: true })).toMatchObject({
      body: { valid: true },
    });
  });

  it('is told all that is wrong', async () => {
    const { body } = await validate({ expression: 'nobody.id', claim: 'aud' });
    expect(body).toMatchObject({ valid: false, type: null, evaluation: null });
    expect((body as { problems: string[] }).problems).toHaveLength(2);
    expect((await validate({ expression: 'x', facts: { tenant: 'acme' } })).status).toBe(422);
    expect((await validate({ expression: 'x', facts: null })).status).toBe(422);
    expect(
      (await validate({ expression: 'x', facts: { membership: { roles: Array(101).fill('r') } } })).status,
    ).toBe(422);
  });
});

describe('ending', () => {
  it('a user ends memberships and grants everywhere at once, and says which', async () => {
    await call('PUT', `/v1/users/${ORG}/leaver`, { body: { login: 'leaver@acme.example' } });
    await call('PUT', `/v1/memberships/${ORG}/leaver/e1`, { body: { roles: ['admin'] } });
    await call('PUT', `/v1/memberships/${ORG}/leaver/e2`, { body: { until: '2020-01-01T00:00:00Z' } });
    await call('PUT', `/v1/memberships/${ORG}/leaver/e3`, { body: { from: '2030-01-01T00:00:00Z' } });
    const [feature] = itemsOf(await call('GET', '/v1/features?type=boolean'));
    const grant = {
      tenant: 'e1',
      org: ORG,
      user: 'leaver',
      feature: feature?.['id'],
      value: true,
      reason: 'x',
    };
    expect((await call('POST', '/v1/grants', { body: grant })).status).toBe(201);

    const ended = await call('POST', `/v1/users/${ORG}/leaver/end`);
    expect(ended).toMatchObject({
      status: 200,
      body: {
        user: { id: 'leaver', status: 'suspended' },
        ended: { memberships: [{ tenant: 'e1', roles: ['admin'], until: null }], grants: [{ tenant: 'e1' }] },
        removed: { memberships: [{ tenant: 'e3' }], grants: [] },
      },
    });
    const until = new Date(clock.now).toISOString();
    expect((await call('GET', `/v1/memberships/${ORG}/leaver/e1`)).body).toMatchObject({ until });
    expect(await countOf('memberships', 'user=leaver')).toBe(2);
    expect(await call('POST', `/v1/users/${ORG}/leaver/end`)).toMatchObject({
      body: { ended: { memberships: [], grants: [] }, removed: { memberships: [], grants: [] } },
    });
    const question = { issuer: ISSUER.orders, client: CLIENT.web, user: 'leaver' };
    expect((await call('POST', '/v1/explain', { body: question })).body).toMatchObject({
      trace: { selection: { outcome: 'none' } },
    });
  });

  it.each(['any', 'choose', 'fixed'])('a client of mode %s leaves it no tenant', async (tenantMode) => {
    const id = `ender-${tenantMode}`;
    const bindings =
      tenantMode === 'any'
        ? []
        : [{ tenant: 'e1', from: tenantMode === 'fixed' ? '2030-01-01T00:00:00Z' : null }];
    const body = { name: 'Ender', tenantMode, bindings };
    expect((await call('PUT', `/v1/clients/${ORG}/${id}`, { body })).status).toBe(201);
    const ended = await call('POST', `/v1/clients/${ORG}/${id}/end`);
    expect(ended).toMatchObject({ status: 200, body: { client: { id, tenantMode: 'choose' } } });
    const question = { issuer: ISSUER.orders, client: id, tenant: 'e1' };
    const { body: explained } = await call('POST', '/v1/explain', { body: question });
    expect(
      (explained as { trace: { selection: { tenantId: unknown } } }).trace.selection.tenantId,
    ).toBeNull();
  });

  it('nobody is an error, and one for some tenants may not', async () => {
    expect((await call('POST', `/v1/users/${ORG}/nobody/end`)).status).toBe(404);
    expect((await call('POST', `/v1/clients/${ORG}/nobody/end`)).status).toBe(404);
    const token = await admin.tokenFor('directory:write:e1');
    expect((await call('POST', `/v1/users/${ORG}/leaver/end`, { token })).status).toBe(403);
  });
});

describe('audit', () => {
  it('is filtered by actor, noun, key, tenant, action and time', async () => {
    await call('PUT', '/v1/tenants/seen', { body: { name: 'Seen' } });
    await call('PATCH', '/v1/tenants/seen', { body: { name: 'Renamed', status: 'suspended' } });
    const [change, create] = itemsOf(await call('GET', '/v1/audit?noun=tenant&id=seen'));
    expect(change).toMatchObject({
      noun: 'tenant',
      ...{
        action: 'change',
        key: { id: 'seen' },
        tenant: 'seen',
        actor: expect.stringMatching(/^token:at_/),
      },
      before: { id: 'seen', status: 'active' },
      after: { id: 'seen', status: 'suspended' },
    });
    expect(create).toMatchObject({ action: 'create', before: null });
    expect(JSON.stringify(change)).not.toMatch(/Renamed|Seen/);
    const actor = encodeURIComponent(String(change?.['actor']));
    expect(await countOf('audit', `actor=${actor}&tenant=seen&action=create`)).toBe(1);
    expect(await countOf('audit', 'actor=nobody')).toBe(0);
    const at = encodeURIComponent(String(change?.['at']));
    expect(await countOf('audit', `tenant=seen&from=${at}`)).toBe(1);
    expect(await countOf('audit', `tenant=seen&until=${at}`)).toBe(1);
    expect(await countOf('audit', `noun=membership&id=${ORG}/leaver/e1`)).toBe(2);
  });

  it('comes in pages, the newest first', async () => {
    const first = await call('GET', '/v1/audit?limit=2');
    const { nextCursor } = first.body as { nextCursor: string };
    const second = await call('GET', `/v1/audit?limit=2&cursor=${nextCursor}`);
    const ids = [...itemsOf(first), ...itemsOf(second)].map(({ id }) => Number(id));
    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
    expect(new Set(ids).size).toBe(4);
  });

  it.each([
    'id=x',
    'noun=membership&id=x',
    'noun=nothing',
    'from=today',
    'cursor=x',
    'noun=tenant&id=%25',
    `cursor=${Buffer.from('["x"]').toString('base64url')}`,
  ])('refuses ?%s', async (query) => {
    expect((await call('GET', `/v1/audit?${query}`)).status).toBe(422);
  });
});

describe('a hook credential', () => {
  it('is made with a secret that is shown once and lets a caller in, until it is revoked', async () => {
    const body = { label: 'Okta', issuers: ['acme-orders'], headerName: 'X-Mintmark' };
    const headers = { 'idempotency-key': 'credential-1' };
    const created = await call('POST', '/v1/hook-credentials', { body, headers });
    const { id, secret, ...shown } = created.body as { id: string; secret: string };
    expect(created.status).toBe(201);
    expect(secret).toMatch(/^mms_[\w-]{43}$/);
    expect(shown).toMatchObject({
      scheme: 'header',
      headerName: 'x-mintmark',
      clientId: null,
      issuers: ['acme-orders'],
    });
    const replayed = await call('POST', '/v1/hook-credentials', { body, headers });
    expect(replayed).toMatchObject({ status: 201, body: { id, secret: null } });
    expect(replayed.headers.get('idempotency-replayed')).toBe('true');
    const read = await call('GET', `/v1/hook-credentials/${id}`);
    expect(
      JSON.stringify(
        [read.body, await database.prisma.audit.findMany({ where: { noun: 'credential' } })].map(String),
      ),
    ).not.toContain(secret);
    expect(itemsOf(await call('GET', '/v1/hook-credentials?limit=500')).map((one) => one['id'])).toContain(
      id,
    );
    expect(await call('POST', `/v1/hook-credentials/${id}/revoke`)).toMatchObject({
      status: 200,
      body: { revokedAt: new Date(clock.now).toISOString() },
    });
    expect((await call('POST', '/v1/hook-credentials/absent/revoke')).status).toBe(404);
  });

  it.each<[object, number]>([
    [{ label: 'x', issuers: ['absent'] }, 422],
    [{ label: 'x', issuers: [] }, 422],
    [{ label: 'x', issuers: ['acme-orders'], scheme: 'bearer' }, 422],
    [{ label: 'x', issuers: ['acme-orders'], clientId: 'x' }, 422],
    [{ label: 'x', issuers: ['acme-orders'], headerName: 'host' }, 422],
    [{ label: 'x', issuers: ['acme-orders'], expiresAt: '2020-01-01T00:00:00Z' }, 422],
    [{ label: 'x', issuers: ['acme-orders'], secret: 'mine' }, 422],
    [{ label: 'x', issuers: ['acme-orders'], scheme: 'bearer', clientId: '0oabearer' }, 201],
    [{ label: 'x', issuers: ['acme-orders'], scheme: 'bearer', clientId: '0oabearer' }, 409],
  ])('of %j is answered with %i', async (body, status) => {
    expect((await call('POST', '/v1/hook-credentials', { body })).status).toBe(status);
  });
});

describe('an admin token', () => {
  const create = (scopes: readonly string[], token?: string) =>
    call('POST', '/v1/admin-tokens', {
      body: { label: 'made', scopes },
      ...(token === undefined ? {} : { token }),
    });

  it('holds no more than whoever made it', async () => {
    const issuing = await admin.tokenFor('credentials:write', 'directory:read:e1', 'directory:write');
    expect((await create(['directory:read:e1', 'directory:write:e2'], issuing)).status).toBe(201);
    for (const scopes of [
      ['directory:read'],
      ['directory:read:e2'],
      ['mappings:write'],
      ['directory:write', 'mappings:write'],
    ])
      expect((await create(scopes, issuing)).status).toBe(403);
    const limited = await admin.tokenFor('credentials:write:e1', 'directory:read:e1');
    expect((await create(['directory:read:e1', 'credentials:write:e1'], limited)).status).toBe(201);
    expect((await create(['credentials:write'], limited)).status).toBe(403);
  });

  it('is seen and ended only by whoever holds as much', async () => {
    const { body } = await create(['directory:read:e2']);
    const { id } = body as { id: string };
    const limited = await admin.tokenFor('credentials:write:e1', 'directory:read:e1');
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/revoke'],
    ] as const) {
      expect((await call(method, `/v1/admin-tokens/${id}${path}`, { token: limited })).status).toBe(404);
    }
    const listed = itemsOf(await call('GET', '/v1/admin-tokens?limit=500', { token: limited }));
    expect(listed.length).toBeGreaterThan(0);
    expect(JSON.stringify(listed)).not.toMatch(/:e2\b/);
    expect((await call('POST', `/v1/admin-tokens/${id}/revoke`)).status).toBe(200);
    expect(await countOf('admin-tokens', 'inForce=false')).toBeGreaterThan(0);
  });

  it.each<[readonly unknown[]]>([
    [[]],
    [['directory']],
    [['directory:read:']],
    [['openid']],
    [[1]],
    [['directory:read', 'directory:read']],
  ])('has scopes, not %j', async (scopes) => {
    expect((await call('POST', '/v1/admin-tokens', { body: { label: 'x', scopes } })).status).toBe(422);
  });

  it('is stored as its SHA-256 alone, and audited without it', async () => {
    const { body } = await create(['directory:read']);
    const { id, token } = body as { id: string; token: string };
    const rows = await database.query('SELECT row_to_json(t)::text AS row FROM admin_tokens AS t', []);
    const audit = await database.query(
      `SELECT row_to_json(a)::text AS row FROM audit AS a WHERE noun = 'admin token'`,
      [],
    );
    const text = JSON.stringify([rows, audit]);
    expect(text).toContain(id);
    expect(text).not.toContain(token);
    expect(JSON.stringify(audit)).not.toContain('made');
  });
});
