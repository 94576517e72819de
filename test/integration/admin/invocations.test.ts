import { describe, expect, it } from '@jest/globals';
import { CLIENT, ISSUER, machineCall, USER, userCall } from '../../support/calls.js';
import { pseudonyms, recordCalls } from '../../support/recorded-calls.js';
import { startTestAdmin, type AdminAnswer, type AdminCallOptions } from '../../support/test-admin.js';
import { createTestDatabase } from '../../support/test-database.js';
import { NOW } from '../../support/test-hook.js';

const made = await createTestDatabase();
await recordCalls(made, [
  userCall({ user: USER.eli }),
  userCall({ user: USER.fay, issuer: ISSUER.strict }),
  machineCall({ client: CLIENT.batch }),
  userCall({ user: USER.eli, issuer: ISSUER.shadow }),
  userCall({ user: USER.eli, issuer: ISSUER.off }),
]);
// Instants and durations of their own, so that nothing depends on the clock.
await made.database.withScripts((run) =>
  run(`UPDATE invocations SET at = at + (id * interval '1 minute'), duration_us = 1000 * (10 - id % 3)`),
);
const admin = await startTestAdmin({ database: made });
const { call } = admin;

type Item = Readonly<Record<string, unknown>>;

async function list(query: string, options: AdminCallOptions = {}): Promise<readonly Item[]> {
  const answer = await call('GET', `/v1/invocations?${query}`, options);
  expect(answer.status).toBe(200);
  return itemsOf(answer);
}

function itemsOf({ body }: AdminAnswer): readonly Item[] {
  return (body as { readonly items: readonly Item[] }).items;
}

function idsOf(items: readonly Item[]): readonly unknown[] {
  return items.map(({ id }) => id);
}

describe('GET /v1/invocations', () => {
  it('lists calls, the newest first, without their documents', async () => {
    const items = await list('');
    expect(idsOf(items)).toEqual(['5', '4', '3', '2', '1']);
    expect(items[4]).toEqual({
      ...{ id: '1', at: new Date(NOW + 60_000).toISOString(), issuer: 'acme-orders', client: CLIENT.web },
      ...{ user: pseudonyms.of('user', USER.eli), tenant: 'blue', grantType: 'password', mode: 'enforce' },
      ...{ outcome: 'stamped', reason: null, decision: 'patch', selection: 'only', durationMs: 9 },
    });
  });

  it.each([
    ['issuer=acme-orders', ['3', '1']],
    [`client=${CLIENT.batch}`, ['3']],
    [`user=${pseudonyms.of('user', USER.eli)}`, ['5', '4', '1']],
    ['tenant=blue', ['4', '3', '1']],
    ['outcome=denied', ['2']],
    ['outcome=shadow', ['4']],
    ['mode=enforce&issuer=acme-strict', ['2']],
    [`from=${new Date(NOW + 3 * 60_000).toISOString()}`, ['5', '4', '3']],
    [`until=${new Date(NOW + 3 * 60_000).toISOString()}`, ['2', '1']],
    ['issuer=nobody', []],
    ['order=slowest', ['3', '4', '1', '5', '2']],
    ['order=slowest&limit=2', ['3', '4']],
  ])('filters and sorts: %s', async (query, ids) => {
    expect(idsOf(await list(query))).toEqual(ids);
  });

  it.each(['newest', 'slowest'])('is paged by a cursor: %s', async (order) => {
    const whole = idsOf(await list(`order=${order}`));
    const seen: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const answer = await call(
        'GET',
        `/v1/invocations?order=${order}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...idsOf(itemsOf(answer)));
      cursor = (answer.body as { readonly nextCursor: string | null }).nextCursor;
    }
    expect(seen).toEqual(whole);
  });

  it.each([
    ['user=00u4t9y2JkLmWq7Rz1d7', 'user'],
    ['outcome=good', 'outcome'],
    ['order=fastest', 'order'],
    ['from=yesterday', 'from'],
    ['limit=0', 'limit'],
    ['cursor=nonsense', 'cursor'],
    [`cursor=${Buffer.from('["x"]').toString('base64url')}`, 'cursor'],
    [`order=slowest&cursor=${Buffer.from('["1"]').toString('base64url')}`, 'cursor'],
    [`order=slowest&cursor=${Buffer.from(`["1","${'9'.repeat(12)}"]`).toString('base64url')}`, 'cursor'],
    ['color=red', 'color'],
  ])('refuses %s', async (query, parameter) => {
    const { status, body } = await call('GET', `/v1/invocations?${query}`);
    expect([status, body]).toMatchObject([422, { errors: [{ parameter }] }]);
  });
});

describe('GET /v1/invocations/{id}', () => {
  it('has all that is known of a call, and nobody’s id', async () => {
    const { status, body } = await call('GET', '/v1/invocations/4');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{
        id: '4',
        issuer: 'acme-shadow',
        mode: 'shadow',
        outcome: 'shadow',
        tenant: 'blue',
        credentialId: 'hc_all',
      },
      payload: { data: { access: { claims: { uid: pseudonyms.of('user', USER.eli) } } } },
      answer: { commands: [] },
      wouldAnswer: { commands: [{ type: 'com.okta.access.patch' }] },
      trace: { selection: { tenantId: 'blue' } },
      steps: expect.arrayContaining([{ step: 'facts', ms: expect.any(Number) }]),
    });
    expect(body).not.toHaveProperty('request');
    expect(JSON.stringify(body)).not.toContain(USER.eli);
  });

  it.each(['6', '0', 'x', '-1', '1.0', '9'.repeat(19), '9'.repeat(30)])('is 404 for %s', async (id) => {
    expect((await call('GET', `/v1/invocations/${id}`)).status).toBe(404);
  });
});

describe('a token for some tenants', () => {
  it('sees the calls of those alone, and cannot tell others from none', async () => {
    const blue = await admin.tokenFor('directory:read:blue');
    const other = await admin.tokenFor('directory:read:green');
    expect(idsOf(await list('', { token: blue }))).toEqual(['4', '3', '1']);
    expect(idsOf(await list('tenant=blue', { token: blue }))).toEqual(['4', '3', '1']);
    expect(await list('order=slowest', { token: other })).toEqual([]);
    expect((await call('GET', '/v1/invocations?tenant=blue', { token: other })).status).toBe(403);
    const seen = [];
    for (const [token, id] of [
      [blue, 1],
      [blue, 2],
      [blue, 99],
      [other, 1],
    ] as const)
      seen.push((await call('GET', `/v1/invocations/${String(id)}`, { token })).status);
    expect(seen).toEqual([200, 404, 404, 404]);
  });

  it('needs the scope to read', async () => {
    const writer = await admin.tokenFor('directory:write');
    expect((await call('GET', '/v1/invocations', { token: writer })).status).toBe(403);
    expect((await call('GET', '/v1/invocations/1', { token: writer })).status).toBe(403);
    expect((await call('GET', '/v1/invocations', { token: null })).status).toBe(401);
  });
});
