import { describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { decide } from '../../src/claims/decide.js';
import type { Facts, FeatureValue, TimeWindow } from '../../src/claims/facts.js';
import type { HookCall } from '../../src/claims/hook-call.js';
import { selectTenant } from '../../src/claims/select-tenant.js';
import { shortestTokenLife } from '../../src/claims/time-window.js';
import { rememberChoice } from '../../src/directory/choices/remembered-choices.js';
import { FactsLookup, type FactsOrigin } from '../../src/directory/facts/facts-lookup.js';
import { steadyFreshness } from '../../src/directory/facts/freshness.js';
import { TooManyFactsError, type FactsKey } from '../../src/directory/facts/facts-source.js';
import { databaseFacts } from '../../src/directory/facts/read-facts.js';
import type { Prisma } from '../../src/generated/prisma/client.js';
import {
  DAY,
  draft,
  HOUR,
  machineCall,
  MINUTE,
  NOW,
  NO_HINT,
  queryHint,
  rules,
  userCall,
} from '../support/claims-fixtures.js';
import { createTestDatabase } from '../support/test-database.js';

const { database } = await createTestDatabase();
const { prisma } = database;
const source = databaseFacts(database);
const AT_TOKEN = { now: NOW, horizon: shortestTokenLife(NOW, false).to };

const ALWAYS = { from: null, until: null };

await prisma.org.createMany({
  data: [
    { id: 'acme', url: 'https://acme.example' },
    { id: 'other', url: 'https://other.example' },
  ],
});
await prisma.feature.createMany({
  data: [
    { id: 'sso', type: 'boolean' },
    { id: 'seats', type: 'integer' },
    { id: 'tier', type: 'string' },
    { id: 'regions', type: 'string_list' },
  ],
});
await prisma.plan.create({ data: { id: 'basic', rank: 7 } });
await prisma.planFeature.createMany({
  data: [
    { planId: 'basic', featureId: 'sso', featureType: 'boolean', value: true },
    { planId: 'basic', featureId: 'seats', featureType: 'integer', value: 9007199254740991 },
    { planId: 'basic', featureId: 'tier', featureType: 'string', value: 'gold' },
    { planId: 'basic', featureId: 'regions', featureType: 'string_list', value: ['eu', 'us'] },
  ],
});

async function lookUp(key: Partial<FactsKey>): Promise<Facts> {
  const nobody = {
    orgId: 'acme',
    userId: null,
    clientId: 'nobody',
    hintedTenantId: null,
    presentedJti: null,
  };
  const { facts } = await source({ ...nobody, ...key }, AT_TOKEN);
  return facts;
}

async function createTenants(...ids: readonly string[]): Promise<void> {
  await prisma.tenant.createMany({ data: ids.map((id) => ({ id, name: `Tenant ${id}` })) });
}

function columns({ from, until }: TimeWindow): {
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
} {
  return {
    validFrom: from === null ? null : new Date(from),
    validUntil: until === null ? null : new Date(until),
  };
}

describe('the facts of a call', () => {
  it('hold the user with memberships and grants, the client with bindings, and the tenants in question', async () => {
    await createTenants('blue', 'green');
    await prisma.user.create({ data: { orgId: 'acme', id: 'ann', login: 'ann@acme.example' } });
    await prisma.membership.createMany({
      data: [
        { orgId: 'acme', userId: 'ann', tenantId: 'green', roles: ['viewer', 'admin'], isDefault: true },
        {
          orgId: 'acme',
          userId: 'ann',
          tenantId: 'blue',
          ...columns({ from: NOW - HOUR, until: NOW + HOUR }),
        },
      ],
    });
    await prisma.client.create({ data: { orgId: 'acme', id: 'web', name: 'Web', tenantMode: 'choose' } });
    await prisma.clientBinding.create({
      data: { orgId: 'acme', clientId: 'web', tenantId: 'blue', roles: ['batch'] },
    });
    await prisma.subscription.create({ data: { id: 'sub', tenantId: 'blue', planId: 'basic' } });
    await prisma.featureGrant.createMany({
      data: [
        ...[
          { id: 'to-blue', featureId: 'sso', featureType: 'boolean', value: false } as const,
          {
            id: 'to-ann',
            featureId: 'seats',
            featureType: 'integer',
            value: 3,
            orgId: 'acme',
            userId: 'ann',
          } as const,
        ].map((grant) => ({ ...grant, tenantId: 'blue', reason: 'a test' })),
      ],
    });

    expect(await lookUp({ userId: 'ann', clientId: 'web' })).toEqual({
      user: {
        id: 'ann',
        login: 'ann@acme.example',
        status: 'active',
        memberships: [
          { tenantId: 'blue', roles: [], isDefault: false, window: { from: NOW - HOUR, until: NOW + HOUR } },
          { tenantId: 'green', roles: ['viewer', 'admin'], isDefault: true, window: ALWAYS },
        ],
        grants: [{ id: 'to-ann', tenantId: 'blue', featureId: 'seats', value: 3, window: ALWAYS }],
      },
      client: {
        id: 'web',
        name: 'Web',
        tenantMode: 'choose',
        bindings: [{ tenantId: 'blue', roles: ['batch'], window: ALWAYS }],
      },
      remembered: null,
      tenants: new Map([
        [
          'blue',
          {
            id: 'blue',
            name: 'Tenant blue',
            status: 'active',
            subscriptions: [
              {
                id: 'sub',
                planId: 'basic',
                rank: 7,
                features: [
                  { featureId: 'regions', value: ['eu', 'us'] },
                  { featureId: 'seats', value: 9007199254740991 },
                  { featureId: 'sso', value: true },
                  { featureId: 'tier', value: 'gold' },
                ],
                window: ALWAYS,
              },
            ],
            grants: [{ id: 'to-blue', featureId: 'sso', value: false, window: ALWAYS }],
          },
        ],
        ['green', { id: 'green', name: 'Tenant green', status: 'active', subscriptions: [], grants: [] }],
      ]),
    });
  });

  it('are empty for a user and a client that the directory does not know', async () => {
    const nothing = { user: null, client: null, remembered: null, tenants: new Map() };
    expect(await lookUp({ userId: 'unknown', clientId: 'unknown' })).toEqual(nothing);
    expect(await lookUp({ orgId: 'unknown', userId: 'ann', clientId: 'web' })).toEqual(nothing);
  });

  it('are those of the org asked for, where another org has the same ids', async () => {
    await createTenants('of-acme', 'of-other');
    for (const orgId of ['acme', 'other']) {
      const tenantId = `of-${orgId}`;
      await prisma.user.create({ data: { orgId, id: 'twin', login: orgId } });
      await prisma.client.create({ data: { orgId, id: 'twin', name: orgId } });
      await prisma.membership.create({ data: { orgId, userId: 'twin', tenantId } });
      await prisma.clientBinding.create({ data: { orgId, clientId: 'twin', tenantId } });
      await prisma.featureGrant.create({
        data: {
          ...{ id: `to-twin-of-${orgId}`, tenantId, orgId, userId: 'twin', reason: 'a test' },
          ...{ featureId: 'tier', featureType: 'string', value: orgId },
        },
      });
      const choice = { orgId, clientId: 'twin', userId: 'twin', refreshTokenJti: 'jti', tenantId };
      await rememberChoice(database, { ...choice, chosenAt: NOW, keptUntil: NOW + DAY });
    }
    const { user, client, remembered, tenants } = await lookUp({
      ...{ orgId: 'other', userId: 'twin', clientId: 'twin', presentedJti: 'jti' },
    });
    expect(user?.login).toBe('other');
    expect(user?.memberships.map(({ tenantId }) => tenantId)).toEqual(['of-other']);
    expect(user?.grants.map(({ id }) => id)).toEqual(['to-twin-of-other']);
    expect(client?.name).toBe('other');
    expect(client?.bindings.map(({ tenantId }) => tenantId)).toEqual(['of-other']);
    expect(remembered?.tenantId).toBe('of-other');
    expect([...tenants.keys()]).toEqual(['of-other']);
  });

  it('of a machine call hold no user, and the tenants of the client’s bindings', async () => {
    await createTenants('machines');
    await prisma.client.create({ data: { orgId: 'acme', id: 'batch', name: 'Batch', tenantMode: 'fixed' } });
    await prisma.clientBinding.create({ data: { orgId: 'acme', clientId: 'batch', tenantId: 'machines' } });
    const { user, client, tenants } = await lookUp({ clientId: 'batch' });
    expect(user).toBeNull();
    expect(client?.tenantMode).toBe('fixed');
    expect([...tenants.keys()]).toEqual(['machines']);
  });

  it('hold the hinted tenant whether or not anything covers it, and nothing where there is none', async () => {
    await createTenants('hinted');
    expect([...(await lookUp({ hintedTenantId: 'hinted' })).tenants.keys()]).toEqual(['hinted']);
    expect([...(await lookUp({ hintedTenantId: 'no-such-tenant' })).tenants.keys()]).toEqual([]);
    expect([...(await lookUp({ hintedTenantId: 'Hinted' })).tenants.keys()]).toEqual([]);
  });

  it('say that a tenant or a user is suspended', async () => {
    await prisma.tenant.create({ data: { id: 'amber', name: 'Amber', status: 'suspended' } });
    await prisma.user.create({ data: { orgId: 'acme', id: 'ivo', status: 'suspended' } });
    const { user, tenants } = await lookUp({ userId: 'ivo', hintedTenantId: 'amber' });
    expect(user?.status).toBe('suspended');
    expect(tenants.get('amber')?.status).toBe('suspended');
  });

  it('leave out what has ended, and keep what begins later', async () => {
    await createTenants('windows');
    await prisma.user.create({ data: { orgId: 'acme', id: 'window' } });
    await prisma.client.create({ data: { orgId: 'acme', id: 'window', name: 'Window' } });
    const ended = columns({ from: NOW - DAY, until: NOW });
    const later = columns({ from: NOW + DAY, until: null });
    await createTenants('ended', 'later');
    for (const [tenantId, window] of [['ended', ended] as const, ['later', later] as const]) {
      await prisma.membership.create({ data: { orgId: 'acme', userId: 'window', tenantId, ...window } });
      await prisma.clientBinding.create({ data: { orgId: 'acme', clientId: 'window', tenantId, ...window } });
      const ofTenant = { tenantId: 'windows', ...window };
      await prisma.subscription.create({ data: { id: `sub-${tenantId}`, planId: 'basic', ...ofTenant } });
      const grant = {
        featureId: 'sso',
        featureType: 'boolean',
        value: true,
        reason: 'a test',
        ...ofTenant,
      } as const;
      await prisma.featureGrant.create({ data: { id: `grant-${tenantId}`, ...grant } });
      const ofUser = { orgId: 'acme', userId: 'window' };
      await prisma.featureGrant.create({ data: { id: `user-grant-${tenantId}`, ...grant, ...ofUser } });
    }
    const { user, client, tenants } = await lookUp({
      ...{ userId: 'window', clientId: 'window', hintedTenantId: 'windows' },
    });
    expect(user?.memberships.map(({ tenantId }) => tenantId)).toEqual(['later']);
    expect(client?.bindings.map(({ tenantId }) => tenantId)).toEqual(['later']);
    expect(user?.grants.map(({ id }) => id)).toEqual(['user-grant-later']);
    expect(tenants.get('windows')?.subscriptions.map(({ id }) => id)).toEqual(['sub-later']);
    expect(tenants.get('windows')?.grants.map(({ id }) => id)).toEqual(['grant-later']);
  });

  it('keep instants to the millisecond', async () => {
    await createTenants('exact');
    await prisma.user.create({ data: { orgId: 'acme', id: 'exact' } });
    const window = {
      from: Date.parse('1970-01-01T00:00:00.001Z'),
      until: Date.parse('9999-12-31T23:59:59.999Z'),
    };
    const membership = { orgId: 'acme', userId: 'exact', tenantId: 'exact', ...columns(window) };
    await prisma.membership.create({ data: membership });
    expect((await lookUp({ userId: 'exact' })).user?.memberships[0]?.window).toEqual(window);
  });

  it.each([
    "o'clock; DROP TABLE users --",
    '"quoted"',
    'back\\slash\\',
    'ünï😀字',
    '__proto__',
    'constructor',
    '{a,b}',
    '$1 %s',
  ])('are found under the id %s', async (id) => {
    await prisma.org.create({ data: { id, url: `https://${Buffer.from(id).toString('hex')}.example` } });
    await createTenants(id);
    await prisma.user.create({ data: { orgId: id, id, login: id } });
    await prisma.membership.create({ data: { orgId: id, userId: id, tenantId: id, roles: [id] } });
    await prisma.client.create({ data: { orgId: id, id, name: id } });
    await prisma.clientBinding.create({ data: { orgId: id, clientId: id, tenantId: id, roles: [id] } });
    const choice = { orgId: id, clientId: id, userId: id, refreshTokenJti: id, tenantId: id };
    await rememberChoice(database, { ...choice, chosenAt: NOW, keptUntil: NOW + DAY });
    const key = { orgId: id, userId: id, clientId: id, hintedTenantId: id, presentedJti: id };
    const { user, client, remembered, tenants } = await lookUp(key);
    expect(user?.id).toBe(id);
    expect(user?.memberships).toEqual([{ tenantId: id, roles: [id], isDefault: false, window: ALWAYS }]);
    expect(client?.bindings).toEqual([{ tenantId: id, roles: [id], window: ALWAYS }]);
    expect(remembered?.tenantId).toBe(id);
    expect([...tenants.keys()]).toEqual([id]);
    expect(tenants.get(id)?.id).toBe(id);
  });

  it('are frozen, all the way down', async () => {
    const facts = await lookUp({ userId: 'ann', clientId: 'web' });
    const loose = looseParts(facts, 'facts');
    expect(facts.tenants.size).toBe(2);
    expect(loose).toEqual([]);
  });

  it('take one statement', async () => {
    const query = jest.spyOn(pg.Client.prototype, 'query');
    try {
      await lookUp({ userId: 'ann', clientId: 'web', hintedTenantId: 'green', presentedJti: 'jti' });
      expect(query).toHaveBeenCalledTimes(1);
    } finally {
      query.mockRestore();
    }
  });
});

/** Paths of objects and lists that could still be changed. A Map is as frozen as its values: nothing freezes a Map. */
function looseParts(value: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const parts: [string, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  const own = value instanceof Map || Object.isFrozen(value) ? [] : [path];
  return [...own, ...parts.flatMap(([name, part]) => looseParts(part, `${path}.${name}`))];
}

describe('the remembered choice', () => {
  const KEY = { userId: 'rae', clientId: 'phone', presentedJti: 'jti' };
  const CHOICE = {
    ...{ orgId: 'acme', userId: 'rae', clientId: 'phone', refreshTokenJti: 'jti' },
    ...{ chosenAt: NOW - 3 * HOUR, keptUntil: NOW + DAY },
  };

  it('is the newest for the user, the client and the refresh token, and not an expired one', async () => {
    await createTenants('first', 'second', 'third');
    await prisma.user.createMany({ data: ['rae', 'sam'].map((id) => ({ orgId: 'acme', id })) });
    expect((await lookUp(KEY)).remembered).toBeNull();

    await rememberChoice(database, { ...CHOICE, tenantId: 'first' });
    await rememberChoice(database, { ...CHOICE, tenantId: 'second', chosenAt: NOW - HOUR });
    await rememberChoice(database, { ...CHOICE, tenantId: 'first', chosenAt: NOW - 2 * HOUR });
    await rememberChoice(database, { ...CHOICE, tenantId: 'third', chosenAt: NOW - MINUTE, keptUntil: NOW });
    await rememberChoice(database, { ...CHOICE, tenantId: 'third', chosenAt: NOW, userId: 'sam' });
    await rememberChoice(database, { ...CHOICE, tenantId: 'third', chosenAt: NOW, clientId: 'tablet' });
    await rememberChoice(database, { ...CHOICE, tenantId: 'third', chosenAt: NOW, refreshTokenJti: 'JTI' });

    const { remembered, tenants } = await lookUp(KEY);
    expect(remembered).toEqual({ tenantId: 'second', chosenAt: NOW - HOUR });
    expect([...tenants.keys()]).toEqual(['second']);
    expect((await lookUp({ ...KEY, presentedJti: null })).remembered).toBeNull();
    expect((await lookUp({ ...KEY, presentedJti: 'unknown' })).remembered).toBeNull();
    expect((await lookUp({ ...KEY, userId: null })).remembered).toBeNull();
  });

  it('stays known when its tenant is gone', async () => {
    await rememberChoice(database, { ...CHOICE, refreshTokenJti: 'gone', tenantId: 'no-such-tenant' });
    const { remembered, tenants } = await lookUp({ ...KEY, presentedJti: 'gone' });
    expect(remembered?.tenantId).toBe('no-such-tenant');
    expect(tenants.size).toBe(0);
  });

  it('is the one stored last, where two were made at one instant', async () => {
    const same = { ...CHOICE, refreshTokenJti: 'same' };
    await rememberChoice(database, { ...same, tenantId: 'second' });
    await rememberChoice(database, { ...same, tenantId: 'first' });
    expect((await lookUp({ ...KEY, presentedJti: 'same' })).remembered?.tenantId).toBe('first');
  });
});

describe('more than a call can carry', () => {
  it('is refused, and not cut off', async () => {
    await database.withScripts((run) =>
      run(`
        INSERT INTO tenants SELECT 'crowd-' || i, 'Crowd' FROM generate_series(1, 1001) AS i;
        INSERT INTO users (org_id, id) VALUES ('acme', 'full'), ('acme', 'crowded'), ('acme', 'past');
        INSERT INTO memberships (org_id, user_id, tenant_id)
          SELECT 'acme', 'full', id FROM tenants WHERE id LIKE 'crowd-%' LIMIT 1000;
        INSERT INTO memberships (org_id, user_id, tenant_id)
          SELECT 'acme', 'crowded', id FROM tenants WHERE id LIKE 'crowd-%';
        INSERT INTO memberships (org_id, user_id, tenant_id, valid_until)
          SELECT 'acme', 'past', id, '2020-01-01' FROM tenants WHERE id LIKE 'crowd-%';
        INSERT INTO clients (org_id, id, name) VALUES ('acme', 'full', 'Full'), ('acme', 'crowded', 'Crowded');
        INSERT INTO client_bindings (org_id, client_id, tenant_id)
          SELECT 'acme', 'full', id FROM tenants WHERE id LIKE 'crowd-%' LIMIT 1000;
        INSERT INTO client_bindings (org_id, client_id, tenant_id)
          SELECT 'acme', 'crowded', id FROM tenants WHERE id LIKE 'crowd-%'`),
    );
    expect((await lookUp({ userId: 'full' })).user?.memberships).toHaveLength(1000);
    expect((await lookUp({ clientId: 'full' })).client?.bindings).toHaveLength(1000);
    expect((await lookUp({ userId: 'past' })).user?.memberships).toHaveLength(0);
    await expect(lookUp({ userId: 'crowded' })).rejects.toThrow(TooManyFactsError);
    await expect(lookUp({ clientId: 'crowded' })).rejects.toThrow(TooManyFactsError);
  });
});

// The query loads the documents of some tenants only. What is decided on them must be what is decided on all of them.
describe('the facts that are looked up', () => {
  interface Case {
    readonly userId: string | null;
    readonly clientId: string;
    readonly call?: Partial<HookCall>;
  }

  /** Keeps what all cases read, as the hook does. */
  const keeping = new FactsLookup({
    source,
    freshness: steadyFreshness(60_000),
    staleMs: 0,
    cacheBytes: 64 * 1024 * 1024,
    monotonicNow: () => performance.now(),
  });

  /** What is selected and stamped, on the looked-up facts, on kept ones, and on the complete ones. */
  async function decideAllWays({ userId, clientId, call: overrides }: Case) {
    const call =
      userId === null
        ? machineCall({ clientId, drafts: { access: draft({ cid: clientId }) }, ...overrides })
        : userCall({
            ...{ subject: { kind: 'user', userId }, clientId },
            ...{ drafts: { access: draft({ uid: userId }), identity: draft({ sub: userId }) }, ...overrides },
          });
    const hintedTenantId = call.hint.kind === 'tenant' ? call.hint.tenantId : null;
    const key = { orgId: 'acme', userId, clientId, hintedTenantId, presentedJti: call.refresh.presentedJti };
    const life = shortestTokenLife(NOW, call.atAuthorize);
    const time = { now: NOW, horizon: life.to };
    const { facts: lookedUp } = await source(key, time);
    // Other calls of the same user and client come first: what they left behind has to be enough, or to be read again.
    for (const other of [
      { hintedTenantId: null },
      { clientId: 'any' },
      { userId: null },
      { presentedJti: null },
    ])
      await keeping.lookUp({ ...key, ...other }, time, 10_000);
    const kept = await keeping.lookUp(key, time, 10_000);
    origins.push(kept.origin);
    return {
      lookedUp: outcomeOn(lookedUp, call),
      kept: outcomeOn(kept.facts, call),
      complete: outcomeOn(await completeFacts(key), call),
    };
  }

  const origins: FactsOrigin[] = [];

  function outcomeOn(facts: Facts, call: HookCall) {
    const selection = selectTenant(call, facts, shortestTokenLife(NOW, call.atAuthorize));
    const decision = decide(call, facts, rules(), NOW);
    return {
      outcome: selection.outcome,
      coverage: 'coverage' in selection ? selection.coverage : null,
      kind: decision.kind,
      changes: decision.kind === 'patch' ? decision.changes : null,
      remember: decision.kind === 'deny' ? null : decision.remember,
    };
  }

  /** Every row that could matter, without a limit on their number and without regard to their windows. */
  async function completeFacts(key: FactsKey): Promise<Facts> {
    const { orgId, userId, clientId, hintedTenantId, presentedJti } = key;
    const user =
      userId === null
        ? null
        : await prisma.user.findUnique({
            where: { orgId_id: { orgId, id: userId } },
            include: { memberships: true, grants: true },
          });
    const client = await prisma.client.findUnique({
      where: { orgId_id: { orgId, id: clientId } },
      include: { bindings: true },
    });
    const choices = { orgId, userId: userId ?? '', clientId, refreshTokenJti: presentedJti ?? '' };
    const remembered = await prisma.rememberedChoice.findFirst({
      where: { ...choices, keptUntil: { gt: new Date(NOW) } },
      orderBy: [{ chosenAt: 'desc' }, { id: 'desc' }],
    });
    const covers = [
      ...(user?.memberships ?? []),
      ...(client?.bindings ?? []),
      ...(remembered ? [remembered] : []),
    ];
    const named = [...covers.map(({ tenantId }) => tenantId), hintedTenantId ?? ''];
    const tenants = await prisma.tenant.findMany({
      where: { id: { in: named } },
      include: {
        subscriptions: { include: { plan: { include: { features: true } } }, orderBy: { id: 'asc' } },
        grants: { where: { userId: null }, orderBy: { id: 'asc' } },
      },
    });
    return {
      user:
        user === null
          ? null
          : { ...user, memberships: user.memberships.map(windowed), grants: user.grants.map(granted) },
      client: client === null ? null : { ...client, bindings: client.bindings.map(windowed) },
      remembered: remembered && {
        tenantId: remembered.tenantId,
        chosenAt: remembered.chosenAt.getTime(),
      },
      tenants: new Map(
        tenants.map((tenant) => [
          tenant.id,
          {
            ...tenant,
            grants: tenant.grants.map(granted),
            subscriptions: tenant.subscriptions.map(({ plan, ...subscription }) => ({
              ...windowed(subscription),
              rank: plan.rank,
              features: plan.features.map(granted),
            })),
          },
        ]),
      ),
    };
  }

  interface WindowColumns {
    readonly validFrom: Date | null;
    readonly validUntil: Date | null;
  }

  function windowed<Row extends WindowColumns & { readonly orgId?: string | null }>(row: Row) {
    const { validFrom, validUntil, orgId: _, ...others } = row;
    const window = { from: validFrom?.getTime() ?? null, until: validUntil?.getTime() ?? null };
    return { ...others, window };
  }

  function granted<Row extends Partial<WindowColumns> & { readonly value: Prisma.JsonValue }>(row: Row) {
    const { validFrom = null, validUntil = null, ...others } = row;
    return { ...windowed({ validFrom, validUntil }), ...others, value: row.value as FeatureValue };
  }

  /** Coverages without the members that only the complete rows have. */
  function expectSame({ lookedUp, kept, complete }: Awaited<ReturnType<typeof decideAllWays>>): void {
    for (const found of [lookedUp, kept]) {
      expect(found).toMatchObject({ outcome: complete.outcome, kind: complete.kind });
      expect({ ...found, coverage: covered(found) }).toEqual({ ...complete, coverage: covered(complete) });
    }
  }

  function covered({ coverage }: ReturnType<typeof outcomeOn>) {
    const { tenantId, membership, binding } = coverage ?? { tenantId: null, membership: null, binding: null };
    return { tenantId, membership: membership?.roles ?? null, binding: binding?.roles ?? null };
  }

  const MANY = Array.from({ length: 300 }, (_, index) => `many-${String(index).padStart(3, '0')}`);

  async function createUser(id: string, memberships: readonly Partial<Prisma.MembershipCreateManyInput>[]) {
    await prisma.user.create({ data: { orgId: 'acme', id } });
    await prisma.membership.createMany({
      data: memberships.map((membership) => ({ orgId: 'acme', userId: id, tenantId: '', ...membership })),
    });
  }

  async function createClient(
    id: string,
    tenantMode: 'fixed' | 'choose' | 'any',
    bindings: readonly Partial<Prisma.ClientBindingCreateManyInput>[],
  ) {
    await prisma.client.create({ data: { orgId: 'acme', id, name: id, tenantMode } });
    await prisma.clientBinding.createMany({
      data: bindings.map((binding) => ({
        orgId: 'acme',
        clientId: id,
        tenantId: '',
        roles: ['bound'],
        ...binding,
      })),
    });
  }

  it('decide alike for a user with 300 memberships', async () => {
    await createTenants(...MANY);
    await createUser(
      'many',
      MANY.map((tenantId) => ({ tenantId, roles: [tenantId] })),
    );
    await createUser(
      'many-default',
      MANY.map((tenantId) => ({ tenantId, isDefault: tenantId === 'many-299' })),
    );
    await createClient('many-one', 'choose', [{ tenantId: 'many-298' }]);
    await createClient('many-fixed', 'fixed', [{ tenantId: 'many-297' }]);
    const refresh = { presentedJti: 'many', issuedJti: 'many' };
    const choice = {
      orgId: 'acme',
      userId: 'many',
      clientId: 'any',
      refreshTokenJti: 'many',
      tenantId: 'many-296',
    };
    await rememberChoice(database, { ...choice, chosenAt: NOW - HOUR, keptUntil: NOW + DAY });

    const cases: readonly (readonly [string, Case])[] = [
      ['ambiguous', { userId: 'many', clientId: 'any' }],
      ['hinted', { userId: 'many', clientId: 'any', call: { hint: queryHint('many-250') } }],
      ['default', { userId: 'many-default', clientId: 'any' }],
      ['only', { userId: 'many', clientId: 'many-one' }],
      ['bound', { userId: 'many', clientId: 'many-fixed' }],
      ['remembered', { userId: 'many', clientId: 'any', call: { grantType: 'refresh_token', refresh } }],
    ];
    for (const [outcome, asked] of cases) {
      const both = await decideAllWays(asked);
      expect(both.complete.outcome).toBe(outcome);
      expectSame(both);
    }
  });

  it.each([
    ['of suspended tenants', { status: 'suspended', window: ALWAYS }],
    ['yet to begin', { status: 'active', window: { from: NOW + 1, until: null } }],
    [
      'ending within the life of the token',
      { status: 'active', window: { from: null, until: NOW + 5 * MINUTE } },
    ],
  ] as const)(
    'find the only one of 300 memberships that counts, where the others are %s',
    async (what, { status, window }) => {
      const ids = MANY.map((id) => `${what}-${id}`);
      await prisma.tenant.createMany({
        data: ids.map((id, index) => ({ id, name: id, status: index === 211 ? 'active' : status })),
      });
      await createUser(
        what,
        ids.map((tenantId, index) => ({ tenantId, ...columns(index === 211 ? ALWAYS : window) })),
      );
      const both = await decideAllWays({ userId: what, clientId: 'any' });
      expect(both.complete).toMatchObject({ outcome: 'only', coverage: { tenantId: `${what}-many-211` } });
      expectSame(both);
    },
  );

  it('find the one binding of a choosing client that is open, among many that are not', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `binding-${String(index).padStart(2, '0')}`);
    await createTenants(...ids);
    await createUser(
      'among-bindings',
      ids.map((tenantId) => ({ tenantId })),
    );
    const later = columns({ from: NOW + DAY, until: null });
    await createClient(
      'among-bindings',
      'choose',
      ids.map((tenantId, index) => ({ tenantId, ...(index === 11 ? {} : later) })),
    );
    const both = await decideAllWays({ userId: 'among-bindings', clientId: 'among-bindings' });
    expect(both.complete).toMatchObject({ outcome: 'only', coverage: { tenantId: 'binding-11' } });
    expectSame(both);
  });

  it('refuse a fixed client that is bound to two tenants, wherever the user is a member', async () => {
    await createTenants('fixed-one', 'fixed-two');
    await createUser('fixed-twice', [{ tenantId: 'fixed-one' }]);
    await createClient('fixed-twice', 'fixed', [{ tenantId: 'fixed-one' }, { tenantId: 'fixed-two' }]);
    const both = await decideAllWays({ userId: 'fixed-twice', clientId: 'fixed-twice' });
    expect(both.complete.outcome).toBe('refused');
    expectSame(both);
  });

  it('decide alike on random directories', async () => {
    const random = mulberry32(20261122);
    const pool = Array.from({ length: 40 }, (_, index) => `pool-${String(index).padStart(2, '0')}`);
    await prisma.tenant.createMany({
      data: pool.map((id) => ({ id, name: id, status: random.chance(0.25) ? 'suspended' : 'active' })),
    });
    await prisma.subscription.createMany({
      data: pool
        .filter(() => random.chance(0.5))
        .map((tenantId) => ({
          id: `sub-${tenantId}`,
          tenantId,
          planId: 'basic',
          ...columns(random.pick(WINDOWS)),
        })),
    });
    const outcomes = new Set<string>();
    for (let round = 0; round < 150; round += 1) {
      const both = await decideAllWays(await randomCase(random, pool, `random-${String(round)}`));
      outcomes.add(both.complete.outcome);
      try {
        expectSame(both);
      } catch (cause) {
        throw new Error(`round ${String(round)}: ${String(cause)}`, { cause });
      }
    }
    const cached = origins.slice(-150).filter((origin) => origin === 'cache');
    expect(cached.length).toBeGreaterThan(75);
    expect([...outcomes].toSorted()).toEqual([
      'ambiguous',
      'bound',
      'default',
      'hinted',
      'none',
      'only',
      'refused',
      'remembered',
    ]);
  }, 60_000);

  const WINDOWS: readonly TimeWindow[] = [
    ...Array.from({ length: 6 }, () => ALWAYS),
    { from: NOW - HOUR, until: null },
    { from: NOW, until: null },
    { from: NOW + 1, until: null },
    { from: null, until: NOW },
    { from: null, until: NOW + 1 },
    { from: null, until: NOW + 5 * MINUTE },
    { from: null, until: NOW + 5 * MINUTE + 1 },
    { from: null, until: NOW + 30 * MINUTE },
    { from: NOW - DAY, until: NOW + DAY },
  ];

  async function randomCase(random: Random, pool: readonly string[], id: string): Promise<Case> {
    const tenants = random.sample(pool, random.pick([0, 1, 2, 3, 7, 8, 9, 12, 30]));
    const [preferred] = random.chance(0.3) ? tenants : [];
    await createUser(
      id,
      tenants.map((tenantId) => ({
        ...{ tenantId, roles: [tenantId], isDefault: tenantId === preferred },
        ...columns(random.pick(WINDOWS)),
      })),
    );
    if (random.chance(0.05)) await prisma.user.updateMany({ where: { id }, data: { status: 'suspended' } });
    const tenantMode = random.pick(['any', 'any', 'choose', 'fixed'] as const);
    const bound = random.sample(
      random.chance(0.5) ? tenants : pool,
      tenantMode === 'fixed' ? 1 : random.pick([0, 1, 2, 9]),
    );
    await createClient(
      id,
      tenantMode,
      bound.map((tenantId) => ({ tenantId, ...columns(random.pick(WINDOWS)) })),
    );
    const [granted] = random.sample(tenants, 1);
    if (granted !== undefined) {
      const grant = { featureId: 'tier', featureType: 'string', value: id, reason: 'a test' } as const;
      const ofUser = { id: `grant-${id}`, tenantId: granted, orgId: 'acme', userId: id };
      await prisma.featureGrant.create({ data: { ...grant, ...ofUser, ...columns(random.pick(WINDOWS)) } });
    }
    const named = random.pick(tenants.length > 0 && random.chance(0.7) ? tenants : pool);
    const isRefresh = random.chance(0.3);
    if (isRefresh && random.chance(0.7)) {
      const choice = { orgId: 'acme', userId: id, clientId: id, refreshTokenJti: id, tenantId: named };
      await rememberChoice(database, { ...choice, chosenAt: NOW - HOUR, keptUntil: NOW + DAY });
    }
    return {
      userId: random.chance(0.2) ? null : id,
      clientId: random.chance(0.1) ? 'unknown' : id,
      call: {
        hint: random.chance(0.3) ? queryHint(named) : NO_HINT,
        atAuthorize: random.chance(0.3),
        ...(isRefresh ? { grantType: 'refresh_token', refresh: { presentedJti: id, issuedJti: id } } : {}),
      },
    };
  }
});

interface Random {
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
  sample<T>(values: readonly T[], count: number): readonly T[];
}

/** A small generator with a seed: the same numbers in every run. */
function mulberry32(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
  const pick = <T>(values: readonly T[]): T => {
    const value = values[Math.floor(next() * values.length)];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  };
  return {
    pick,
    chance: (probability) => next() < probability,
    sample: (values, count) => {
      const keyed = values.map((value) => [next(), value] as const);
      return keyed
        .toSorted(([a], [b]) => a - b)
        .slice(0, count)
        .map(([, value]) => value);
    },
  };
}
