import { describe, expect, it } from '@jest/globals';
import type { Facts, Membership, TenantFacts } from '../../claims/facts.js';
import { FactsLookup, type FactsLookupOptions } from './facts-lookup.js';
import { FactsUnavailableError, type FactsKey, type FactsReading } from './facts-source.js';
import { steadyFreshness } from './freshness.js';

const SECOND = 1000;
const NOW = Date.parse('2026-03-11T09:41:07.000Z');
const TIME = { now: NOW, horizon: NOW + 300 * SECOND };
const ALWAYS = { from: null, until: null };

const ANN: FactsKey = {
  orgId: 'acme',
  userId: 'ann',
  clientId: 'web',
  hintedTenantId: null,
  presentedJti: null,
};

function membership(tenantId: string, window = ALWAYS as Membership['window']): Membership {
  return { tenantId, roles: [], isDefault: false, window };
}

function tenant(id: string, status: TenantFacts['status'] = 'active'): TenantFacts {
  return { id, name: id, status, subscriptions: [], grants: [] };
}

/** What a directory says in which Ann is a member of the given tenants. */
function reading(tenants: readonly TenantFacts[], suspendedTenantIds: readonly string[] = []): FactsReading {
  const ids = [...tenants.map(({ id }) => id), ...suspendedTenantIds];
  return {
    facts: {
      user: {
        id: 'ann',
        login: null,
        status: 'active',
        memberships: [...new Set(ids)].map((id) => membership(id)),
        grants: [],
      },
      client: { id: 'web', name: 'Web', tenantMode: 'any', bindings: [] },
      remembered: null,
      tenants: new Map(tenants.map((document) => [document.id, document])),
    },
    suspendedTenantIds,
  };
}

/** A directory whose answers the test gives one by one, and a clock that it moves. */
function startLookup(options: Partial<FactsLookupOptions> = {}) {
  const clock = { now: 1_000_000 };
  const asked: FactsKey[] = [];
  const answers: ((answer: FactsReading | Error) => void)[] = [];
  const lookup = new FactsLookup({
    freshness: steadyFreshness(5 * SECOND),
    staleMs: 900 * SECOND,
    cacheBytes: 1024 * 1024,
    monotonicNow: () => clock.now,
    source: (key) => {
      asked.push(key);
      return new Promise((resolve, reject) => {
        answers.push((answer) => {
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
        });
      });
    },
    ...options,
  });
  const answer = (given: FactsReading | Error): void => answers.shift()?.(given);
  return {
    lookup,
    clock,
    asked,
    answer,
    /** Looks up, and answers where the directory is asked. */
    lookUp: async (key: FactsKey, given: FactsReading | Error = reading([tenant('blue')])) => {
      const looking = lookup.lookUp(key, TIME, SECOND);
      answer(given);
      return looking;
    },
  };
}

const BLUE = reading([tenant('blue')]);
const UNAVAILABLE = new FactsUnavailableError(new Error('connection refused'));

describe('facts that were just read', () => {
  it('are used again for five seconds, counted from the start of the read, and then read anew', async () => {
    const { lookUp, clock, asked } = startLookup();
    expect(await lookUp(ANN)).toMatchObject({ origin: 'directory', ageMs: 0 });
    clock.now += 5 * SECOND;
    expect(await lookUp(ANN)).toMatchObject({ origin: 'cache', ageMs: 5 * SECOND, facts: BLUE.facts });
    clock.now += 1;
    expect(await lookUp(ANN)).toMatchObject({ origin: 'directory', ageMs: 0 });
    expect(asked).toHaveLength(2);
  });

  it('are not used again where that is turned off', async () => {
    const { lookUp, asked } = startLookup({ freshness: steadyFreshness(0) });
    await lookUp(ANN);
    expect(await lookUp(ANN)).toMatchObject({ origin: 'directory' });
    expect(asked).toHaveLength(2);
  });

  it('are used for longer while changes are announced, and no longer when they are not any more', async () => {
    const limit = { ms: 60 * SECOND };
    const freshness = { documentsMs: () => limit.ms, choicesMs: 5 * SECOND };
    const { lookUp, clock } = startLookup({ freshness });
    await lookUp(ANN);
    clock.now += 60 * SECOND;
    expect(await lookUp(ANN)).toMatchObject({ origin: 'cache', ageMs: 60 * SECOND });
    limit.ms = 5 * SECOND;
    expect(await lookUp(ANN)).toMatchObject({ origin: 'directory' });
  });

  it('are used for five seconds where a remembered choice is among them, since nobody announces it', async () => {
    const freshness = { documentsMs: () => 60 * SECOND, choicesMs: 5 * SECOND };
    const { lookUp, clock } = startLookup({ freshness });
    const refresh = { ...ANN, presentedJti: 'jti' };
    const chosen = { ...BLUE, facts: { ...BLUE.facts, remembered: { tenantId: 'blue', chosenAt: NOW } } };
    for (const given of [BLUE, chosen]) {
      await lookUp(refresh, given);
      clock.now += 5 * SECOND;
      expect(await lookUp(refresh)).toMatchObject({ origin: 'cache' });
      clock.now += 1;
      expect(await lookUp(ANN)).toMatchObject({ origin: 'cache' });
      expect(await lookUp(refresh, given)).toMatchObject({ origin: 'directory' });
      clock.now += 6 * SECOND;
    }
  });

  it('serve calls of the same parts, and no others', async () => {
    const { lookUp } = startLookup();
    await lookUp(ANN);
    await lookUp({ ...ANN, userId: 'bob', clientId: 'app' });
    const origin = async (key: Partial<FactsKey>) => (await lookUp({ ...ANN, ...key })).origin;
    expect(await origin({ clientId: 'app' })).toBe('cache');
    expect(await origin({ hintedTenantId: 'blue' })).toBe('cache');
    expect(await origin({ hintedTenantId: 'green' })).toBe('directory');
    expect(await origin({ presentedJti: 'jti' })).toBe('directory');
    expect(await origin({ presentedJti: 'jti' })).toBe('cache');
    expect(await origin({ presentedJti: 'other' })).toBe('directory');
    expect(await origin({ orgId: 'other' })).toBe('directory');
    expect(await origin({ clientId: 'third' })).toBe('directory');
    expect(await origin({ userId: 'cid' })).toBe('directory');
  });

  it('are apart where ids would run together', async () => {
    const { lookUp, asked } = startLookup();
    const keys = [
      { orgId: 'a', userId: 'b","c' },
      { orgId: 'a","b', userId: 'c' },
      { orgId: 'a:b', userId: 'c' },
      { orgId: 'a', userId: 'b:c' },
    ];
    for (const key of keys) await lookUp({ ...ANN, ...key });
    expect(asked).toHaveLength(keys.length);
  });

  it('say that a hinted tenant or a user is unknown', async () => {
    const { lookUp, asked } = startLookup();
    const nobody: Facts = { user: null, client: null, remembered: null, tenants: new Map() };
    const key = { ...ANN, hintedTenantId: 'nowhere' };
    await lookUp(key, { facts: nobody, suspendedTenantIds: [] });
    expect(await lookUp(key)).toMatchObject({ origin: 'cache', facts: nobody });
    expect(asked).toHaveLength(1);
  });

  it('are enough where a covered tenant is suspended', async () => {
    const { lookUp } = startLookup();
    await lookUp(ANN, reading([tenant('blue')], ['amber']));
    const { origin, facts } = await lookUp(ANN);
    expect(origin).toBe('cache');
    expect(facts.tenants.get('amber')).toMatchObject({ status: 'suspended', subscriptions: [], grants: [] });
  });

  it('are not enough where a tenant that may be the only one was not read', async () => {
    const { lookUp } = startLookup();
    const unread = reading([tenant('blue'), tenant('green')]);
    const tenants = new Map([['blue', tenant('blue')]]);
    await lookUp(ANN, { ...unread, facts: { ...unread.facts, tenants } });
    expect((await lookUp(ANN, unread)).origin).toBe('directory');
  });

  it('are enough where two tenants are active, whatever the others are', async () => {
    const { lookUp } = startLookup();
    const many = reading(['blue', 'green', 'red'].map((id) => tenant(id)));
    const tenants = new Map(['blue', 'green'].map((id) => [id, tenant(id)]));
    await lookUp(ANN, { ...many, facts: { ...many.facts, tenants } });
    expect((await lookUp(ANN)).origin).toBe('cache');
  });

  it('are not enough where the user’s grants in the hinted tenant were not read', async () => {
    const { lookUp } = startLookup();
    const many = reading(['blue', 'green', 'red'].map((id) => tenant(id)));
    const tenants = new Map(['blue', 'green'].map((id) => [id, tenant(id)]));
    await lookUp(ANN, { ...many, facts: { ...many.facts, tenants } });
    await lookUp({ ...ANN, userId: 'bob' }, reading([tenant('red')]));
    expect((await lookUp({ ...ANN, hintedTenantId: 'red' }, many)).origin).toBe('directory');
    expect((await lookUp({ ...ANN, hintedTenantId: 'red' })).origin).toBe('cache');
  });

  it('are judged anew on every call: a membership that has begun needs its tenant', async () => {
    const { lookup, lookUp, answer } = startLookup();
    const later = { from: NOW + SECOND, until: null };
    const { user } = BLUE.facts;
    const memberships = [membership('blue'), membership('green', later)];
    const facts = { ...BLUE.facts, user: user && { ...user, memberships } };
    await lookUp(ANN, { facts, suspendedTenantIds: [] });
    expect((await lookUp(ANN)).origin).toBe('cache');
    const begun = { now: NOW + SECOND, horizon: TIME.horizon + SECOND };
    const looking = lookup.lookUp(ANN, begun, SECOND);
    answer(BLUE);
    expect((await looking).origin).toBe('directory');
  });

  it('weigh more where roles are many', async () => {
    const sizes = await Promise.all(
      [0, 50].map(async (count) => {
        const { lookup, lookUp } = startLookup();
        const roles = Array.from({ length: count }, (_, index) => `role-${String(index)}`.padEnd(40, 'x'));
        const { user } = BLUE.facts;
        const memberships = [{ ...membership('blue'), roles }];
        await lookUp(ANN, { ...BLUE, facts: { ...BLUE.facts, user: user && { ...user, memberships } } });
        return lookup.size.bytes;
      }),
    );
    expect((sizes[1] ?? 0) - (sizes[0] ?? 0)).toBeGreaterThan(50 * 40);
  });

  it('take no more memory than they may', async () => {
    const { lookup, lookUp } = startLookup({ cacheBytes: 64 * 1024 });
    for (let index = 0; index < 500; index += 1) {
      const id = `t${String(index)}`;
      await lookUp({ ...ANN, userId: `u${String(index)}` }, reading([tenant(id)]));
    }
    expect(lookup.size.bytes).toBeLessThanOrEqual(64 * 1024);
    expect(lookup.size.documents).toBeGreaterThan(20);
    expect((await lookUp({ ...ANN, userId: 'u499' })).origin).toBe('cache');
    expect((await lookUp({ ...ANN, userId: 'u0' })).origin).toBe('directory');
  });
});

describe('lookups at the same moment', () => {
  it('share one read where they are equal', async () => {
    const { lookup, asked, answer } = startLookup();
    const lookups = [ANN, { ...ANN }, { ...ANN }].map((key) => lookup.lookUp(key, TIME, SECOND));
    answer(BLUE);
    expect((await Promise.all(lookups)).map(({ facts }) => facts)).toEqual([
      BLUE.facts,
      BLUE.facts,
      BLUE.facts,
    ]);
    expect(asked).toHaveLength(1);
  });

  it('do not share one where a token lives longer in one of them', async () => {
    const { lookup, asked, answer } = startLookup();
    const atAuthorize = { now: NOW, horizon: TIME.horizon + 300 * SECOND };
    const lookups = [TIME, atAuthorize].map((time) => lookup.lookUp(ANN, time, SECOND));
    answer(BLUE);
    answer(BLUE);
    await Promise.all(lookups);
    expect(asked).toHaveLength(2);
  });

  it('fail together, and the next one asks again', async () => {
    const { lookup, lookUp, answer } = startLookup();
    const lookups = [ANN, ANN].map((key) => lookup.lookUp(key, TIME, SECOND));
    answer(UNAVAILABLE);
    expect((await Promise.allSettled(lookups)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await lookUp(ANN)).origin).toBe('directory');
  });
});

describe('a change in the directory', () => {
  it.each([
    ['the user', { kind: 'user', orgId: 'acme', id: 'ann' }],
    ['the client', { kind: 'client', orgId: 'acme', id: 'web' }],
    ['a tenant', { kind: 'tenant', id: 'blue' }],
    ['everything', { kind: 'everything' }],
  ] as const)('of %s is read at the next call', async (_, change) => {
    const { lookup, lookUp } = startLookup();
    await lookUp(ANN);
    lookup.forget(change);
    expect((await lookUp(ANN)).origin).toBe('directory');
    expect((await lookUp(ANN)).origin).toBe('cache');
  });

  it.each([
    ['another user', { kind: 'user', orgId: 'acme', id: 'bob' }],
    ['a user of another org', { kind: 'user', orgId: 'other', id: 'ann' }],
    ['another tenant', { kind: 'tenant', id: 'green' }],
  ] as const)('of %s touches nothing', async (_, change) => {
    const { lookup, lookUp } = startLookup();
    await lookUp(ANN);
    lookup.forget(change);
    expect((await lookUp(ANN)).origin).toBe('cache');
  });

  it.each([
    ['the user', { kind: 'user', orgId: 'acme', id: 'ann' }],
    ['a tenant', { kind: 'tenant', id: 'blue' }],
    ['everything', { kind: 'everything' }],
  ] as const)('of %s is not covered up by a read that began before it', async (_, change) => {
    const { lookup, lookUp, asked, answer } = startLookup();
    const before = lookup.lookUp(ANN, TIME, SECOND);
    lookup.forget(change);
    const after = lookup.lookUp(ANN, TIME, SECOND);
    expect(asked).toHaveLength(2);
    answer(BLUE);
    expect(await before).toMatchObject({ origin: 'directory' });
    answer(reading([tenant('blue', 'suspended')]));
    expect((await after).facts.tenants.get('blue')?.status).toBe('suspended');
    const { origin, facts } = await lookUp(ANN);
    expect([origin, facts.tenants.get('blue')?.status]).toEqual(['cache', 'suspended']);
  });

  it('is not covered up either where the earlier read ends last', async () => {
    const pending: ((read: FactsReading) => void)[] = [];
    const { lookup } = startLookup({ source: () => new Promise((resolve) => void pending.push(resolve)) });
    const before = lookup.lookUp(ANN, TIME, SECOND);
    lookup.forget({ kind: 'tenant', id: 'blue' });
    const after = lookup.lookUp(ANN, TIME, SECOND);
    pending[1]?.(reading([tenant('blue', 'suspended')]));
    await after;
    pending[0]?.(BLUE);
    await before;
    const next = lookup.lookUp(ANN, TIME, SECOND);
    pending[2]?.(reading([tenant('blue', 'suspended')]));
    expect((await next).facts.tenants.get('blue')?.status).toBe('suspended');
  });

  it('that a later read has seen is not undone by a slow one', async () => {
    const pending: ((read: FactsReading) => void)[] = [];
    const { lookup, clock } = startLookup({
      source: () => new Promise((resolve) => void pending.push(resolve)),
    });
    const slow = lookup.lookUp(ANN, TIME, SECOND);
    clock.now += 1;
    const quick = lookup.lookUp({ ...ANN, hintedTenantId: 'blue' }, TIME, SECOND);
    pending[1]?.(reading([tenant('blue', 'suspended')]));
    await quick;
    pending[0]?.(BLUE);
    await slow;
    const { origin, facts } = await lookup.lookUp(ANN, TIME, SECOND);
    expect([origin, facts.tenants.get('blue')?.status]).toEqual(['cache', 'suspended']);
  });

  it('that is a choice of this process outlives a slow read, and keeps no other lookups apart', async () => {
    const pending: ((read: FactsReading) => void)[] = [];
    const { lookup, clock } = startLookup({
      source: () => new Promise((resolve) => void pending.push(resolve)),
    });
    const refresh = { ...ANN, presentedJti: 'jti' };
    const others = [lookup.lookUp({ ...ANN, userId: 'bob' }, TIME, SECOND)];
    const slow = lookup.lookUp(refresh, TIME, SECOND);
    clock.now += 1;
    const choice = { orgId: 'acme', clientId: 'web', userId: 'ann', refreshTokenJti: 'jti' };
    lookup.noteChoice({ ...choice, tenantId: 'blue', chosenAt: NOW });
    others.push(lookup.lookUp({ ...ANN, userId: 'bob' }, TIME, SECOND));
    for (const land of pending) land(BLUE);
    await Promise.all([slow, ...others]);
    expect(pending).toHaveLength(2);
    const { origin, facts } = await lookup.lookUp(refresh, TIME, SECOND);
    expect([origin, facts.remembered?.tenantId]).toEqual(['cache', 'blue']);
  });

  it('that is a choice of this process is known at once', async () => {
    const { lookup, lookUp } = startLookup();
    const refresh = { ...ANN, presentedJti: 'jti' };
    await lookUp(refresh);
    const choice = { orgId: 'acme', clientId: 'web', userId: 'ann', refreshTokenJti: 'jti' };
    lookup.noteChoice({ ...choice, tenantId: 'blue', chosenAt: NOW });
    const { origin, facts } = await lookUp(refresh);
    expect({ origin, remembered: facts.remembered }).toEqual({
      origin: 'cache',
      remembered: { tenantId: 'blue', chosenAt: NOW },
    });
  });
});

describe('while the directory cannot be read', () => {
  it('facts within their age limit stand in, and say how old they are', async () => {
    const { lookUp, clock } = startLookup();
    await lookUp(ANN);
    clock.now += 900 * SECOND;
    expect(await lookUp(ANN, UNAVAILABLE)).toMatchObject({ origin: 'stale', ageMs: 900 * SECOND });
    clock.now += 1;
    await expect(lookUp(ANN, UNAVAILABLE)).rejects.toBe(UNAVAILABLE);
  });

  it('facts stand in when nothing comes within the time that is left', async () => {
    const { lookup, lookUp, clock } = startLookup();
    await lookUp(ANN);
    clock.now += 6 * SECOND;
    expect(await lookup.lookUp(ANN, TIME, 5)).toMatchObject({ origin: 'stale', ageMs: 6 * SECOND });
  });

  it('a refresh is not taken for one without a choice', async () => {
    const { lookUp, clock } = startLookup();
    await lookUp(ANN);
    clock.now += 6 * SECOND;
    await expect(lookUp({ ...ANN, presentedJti: 'jti' }, UNAVAILABLE)).rejects.toBe(UNAVAILABLE);
  });

  it('that there was no choice for a refresh token does not stand in: another process may have stored one', async () => {
    const { lookUp, clock } = startLookup();
    const refresh = { ...ANN, presentedJti: 'jti' };
    await lookUp(refresh);
    clock.now += 5 * SECOND;
    expect((await lookUp(refresh, UNAVAILABLE)).origin).toBe('cache');
    clock.now += 1;
    await expect(lookUp(refresh, UNAVAILABLE)).rejects.toBe(UNAVAILABLE);
    expect((await lookUp(ANN, UNAVAILABLE)).origin).toBe('stale');
  });

  it('a choice whose tenant is gone stands in, and says so', async () => {
    const { lookUp, clock } = startLookup();
    const refresh = { ...ANN, presentedJti: 'jti' };
    const remembered = { tenantId: 'gone', chosenAt: NOW };
    await lookUp(refresh, { ...BLUE, facts: { ...BLUE.facts, remembered } });
    clock.now += 60 * SECOND;
    expect(await lookUp(refresh, UNAVAILABLE)).toMatchObject({ origin: 'stale', facts: { remembered } });
  });

  it('what the directory says for certain is not made better by older facts', async () => {
    const { lookUp, clock } = startLookup();
    await lookUp(ANN);
    clock.now += 6 * SECOND;
    const certain = new TypeError('the facts query gave an unexpected text');
    await expect(lookUp(ANN, certain)).rejects.toBe(certain);
  });
});
