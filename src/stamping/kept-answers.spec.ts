import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scenarios, type Scenario } from '../../test/support/claims-arbitraries.js';
import { decide } from '../claims/decide.js';
import type { HookCall } from '../claims/hook-call.js';
import { toHookResponse } from '../claims/to-hook-response.js';
import type { FactsPart, KeptFacts } from '../directory/facts/facts-cache.js';
import { FactsLookup } from '../directory/facts/facts-lookup.js';
import { steadyFreshness } from '../directory/facts/freshness.js';
import { CallClock } from './call-clock.js';
import { KeptAnswers, type AskedCall, type DecidedAnswer } from './kept-answers.js';
import { stamp, type StampingDependencies } from './stamp.js';

const FRESH_MS = 5_000;
const ORG = 'acme';

const RULES: AskedCall['rules'] = {
  issuerId: 'orders',
  issuerUri: 'https://login.acme.example/oauth2/orders',
  denyRefused: false,
  denyAmbiguous: false,
  claimsBudgetBytes: 4096,
  rememberChoiceMs: 1,
  mappings: [],
  ownedClaims: new Set(['tenant_id']),
};

const CALL: HookCall = {
  subject: { kind: 'user', userId: 'ann' },
  clientId: 'web',
  grantType: 'password',
  scopes: ['openid'],
  hint: { kind: 'none' },
  atAuthorize: false,
  refresh: { presentedJti: null, issuedJti: null },
  drafts: { access: { claims: { sub: 'ann@acme.example' }, lifetimeSeconds: 3600 } },
};

const ASKED: AskedCall = { call: CALL, rules: RULES, now: 1_000_000 };

const ANSWER: DecidedAnswer = {
  text: '{"commands":[]}',
  isDenial: false,
  summary: { kind: 'unchanged', reason: null, detail: null, selection: 'none', tenantId: null, dropped: [] },
  trace: null,
};

function basis(until: number | null = null): KeptFacts & { readonly parts: FactsPart[] } {
  const window = { from: null, until };
  const membership = { tenantId: 'blue', roles: [], isDefault: false, window };
  const user = { id: 'ann', login: null, status: 'active', memberships: [membership], grants: [] } as const;
  return {
    facts: { user, client: null, tenants: new Map(), remembered: null },
    readAt: 0,
    parts: [
      { kind: 'tenant', readAt: 0, isKept: true },
      { kind: 'tenant', readAt: 0, isKept: true },
    ],
  };
}

function startKeeping(maxBytes = 1024 * 1024) {
  const clock = { now: 0 };
  const kept = new KeptAnswers({
    maxBytes,
    freshness: steadyFreshness(FRESH_MS),
    monotonicNow: () => clock.now,
  });
  return { clock, kept };
}

describe('an answer that is kept', () => {
  it('is found for an equal call, with the age of its facts', () => {
    const { kept, clock } = startKeeping();
    kept.keep(ASKED, basis(), ANSWER);
    clock.now = 4_000;
    expect(kept.find({ ...ASKED, call: structuredClone(CALL) })).toEqual({ answer: ANSWER, ageMs: 4_000 });
  });

  it.each<[string, Partial<AskedCall>]>([
    ['another user', { call: { ...CALL, subject: { kind: 'user', userId: 'bob' } } }],
    ['a machine', { call: { ...CALL, subject: { kind: 'machine' } } }],
    ['two parties', { call: { ...CALL, subject: { kind: 'conflict', why: 'two' } } }],
    ['another client', { call: { ...CALL, clientId: 'native' } }],
    ['a hint', { call: { ...CALL, hint: { kind: 'tenant', tenantId: 'blue', fromQuery: false } } }],
    [
      'a draft that carries a name of ours',
      {
        call: { ...CALL, drafts: { access: { claims: { tenant_id: 'x' }, lifetimeSeconds: 3600 } } },
      },
    ],
    ['other rules, though they say the same', { rules: { ...RULES } }],
    ['an earlier instant', { now: ASKED.now - 1 }],
  ])('is not for %s', (_, change) => {
    const { kept } = startKeeping();
    kept.keep(ASKED, basis(), ANSWER);
    expect(kept.find({ ...ASKED, ...change })).toBeUndefined();
  });

  it('stays beside that of another issuer, be it of another org, whose user has the same id', () => {
    const { kept } = startKeeping();
    const elsewhere = { ...ASKED, rules: { ...RULES, issuerId: 'elsewhere' } };
    const other = { ...ANSWER, text: '{"commands":[1]}' };
    kept.keep(ASKED, basis(), ANSWER);
    kept.keep(elsewhere, basis(), other);
    expect([kept.find(ASKED)?.answer, kept.find(elsewhere)?.answer]).toEqual([ANSWER, other]);
  });

  it('makes way for that under the rules that its issuer has now', () => {
    const { kept } = startKeeping();
    const changed = { ...ASKED, rules: { ...RULES } };
    kept.keep(ASKED, basis(), ANSWER);
    kept.keep(changed, basis(), ANSWER);
    expect([kept.find(ASKED), kept.find(changed)?.answer]).toEqual([undefined, ANSWER]);
  });

  it('ends when the facts are no longer fresh', () => {
    const { kept, clock } = startKeeping();
    kept.keep(ASKED, basis(), ANSWER);
    clock.now = FRESH_MS + 1;
    expect(kept.find(ASKED)).toBeUndefined();
  });

  it('ends when the facts may not be as old any more, since changes are not heard', () => {
    const clock = { now: 0 };
    const limit = { ms: 60_000 };
    const freshness = { documentsMs: () => limit.ms, choicesMs: FRESH_MS };
    const kept = new KeptAnswers({ maxBytes: 1024 * 1024, freshness, monotonicNow: () => clock.now });
    kept.keep(ASKED, basis(), ANSWER);
    clock.now = 60_000;
    expect(kept.find(ASKED)).toEqual({ answer: ANSWER, ageMs: 60_000 });
    limit.ms = FRESH_MS;
    expect(kept.find(ASKED)).toBeUndefined();
  });

  it('ends sooner where it depends on a remembered choice, which nobody announces', () => {
    const clock = { now: 0 };
    const freshness = { documentsMs: () => 60_000, choicesMs: FRESH_MS };
    const kept = new KeptAnswers({ maxBytes: 1024 * 1024, freshness, monotonicNow: () => clock.now });
    const facts = basis();
    kept.keep(
      ASKED,
      { ...facts, parts: [...facts.parts, { kind: 'choice', readAt: 0, isKept: true }] },
      ANSWER,
    );
    clock.now = FRESH_MS;
    expect(kept.find(ASKED)).toBeDefined();
    clock.now += 1;
    expect(kept.find(ASKED)).toBeUndefined();
  });

  it('ends when one of its documents is no longer the one in the cache', () => {
    const { kept } = startKeeping();
    const facts = basis();
    kept.keep(ASKED, facts, ANSWER);
    const [, second] = facts.parts;
    if (second !== undefined) second.isKept = false;
    expect(kept.find(ASKED)).toBeUndefined();
  });

  it('ends before a window closes within the life of its token', () => {
    const { kept } = startKeeping();
    const closing = ASKED.now + 3_700_000;
    kept.keep(ASKED, basis(closing), ANSWER);
    expect(kept.find({ ...ASKED, now: closing - 3_600_001 })).toBeDefined();
    expect(kept.find({ ...ASKED, now: closing - 3_600_000 })).toBeUndefined();
  });

  it('is one of four for a subject, the last ones', () => {
    const { kept } = startKeeping();
    const asked = ['a', 'b', 'c', 'd', 'e'].map((clientId) => ({ ...ASKED, call: { ...CALL, clientId } }));
    for (const one of asked) kept.keep(one, basis(), ANSWER);
    expect(asked.map((one) => kept.find(one) !== undefined)).toEqual([false, true, true, true, true]);
  });

  it('takes no more memory than there is for all of them', () => {
    const { kept } = startKeeping(10_000);
    const text = 'x'.repeat(1_000);
    const asked = Array.from({ length: 100 }, (_, index) => ({
      ...ASKED,
      call: { ...CALL, subject: { kind: 'user', userId: `user-${String(index)}` } as const },
    }));
    for (const one of asked) kept.keep(one, basis(), { ...ANSWER, text });
    const found = asked.filter((one) => kept.find(one) !== undefined);
    expect(found.length).toBeGreaterThan(3);
    expect(found.length).toBeLessThan(10);
  });
});

describe('stamping with kept answers', () => {
  /** The directory as the scenario has it, read through the cache. */
  function dependenciesOf({ facts }: Scenario, clock: { now: number; monotonic: number }) {
    const monotonicNow = (): number => clock.monotonic;
    const lookup = new FactsLookup({
      source: () => Promise.resolve({ facts, suspendedTenantIds: [] }),
      freshness: steadyFreshness(FRESH_MS),
      staleMs: 0,
      cacheBytes: 1024 * 1024,
      monotonicNow,
    });
    const dependencies: StampingDependencies = {
      facts: lookup,
      keptAnswers: new KeptAnswers({
        maxBytes: 1024 * 1024,
        freshness: steadyFreshness(FRESH_MS),
        monotonicNow,
      }),
      rememberChoice: () => Promise.resolve(),
      now: () => clock.now,
    };
    return { lookup, dependencies };
  }

  it('answers every call as a decision made for it would, again and again', async () => {
    let atOnce = 0;
    await fc.assert(
      fc.asyncProperty(scenarios, fc.array(fc.nat(2_000_000), { maxLength: 3 }), async (scenario, waits) => {
        const { call, facts, rules, now } = scenario;
        const clock = { now, monotonic: 0 };
        const { dependencies } = dependenciesOf(scenario, clock);
        for (const wait of [0, 0, 0, ...waits]) {
          clock.now += wait;
          const settings = { orgId: ORG, rules, mode: 'enforce', failurePolicy: 'omit', deadlineMs: 1_000 };
          const stamped = stamp(call, settings as never, new CallClock(() => clock.monotonic), dependencies);
          if (!(stamped instanceof Promise)) atOnce += 1;
          const noFacts = { user: null, client: null, tenants: new Map(), remembered: null };
          const known = call.subject.kind === 'conflict' ? noFacts : facts;
          const expected = toHookResponse(decide(call, known, rules, clock.now), call.drafts);
          expect(JSON.parse((await stamped).answer.text)).toEqual(JSON.parse(JSON.stringify(expected)));
        }
      }),
      { numRuns: 500 },
    );
    expect(atOnce).toBeGreaterThan(50);
  });

  it('decides anew when what it was decided on has changed', async () => {
    const clock = { now: ASKED.now, monotonic: 0 };
    const blue = { id: 'blue', name: 'Blue', status: 'active', subscriptions: [], grants: [] } as const;
    const facts = { ...basis().facts, tenants: new Map([['blue', blue]]) };
    const { dependencies, lookup } = dependenciesOf(
      { call: CALL, facts, rules: RULES, now: clock.now },
      clock,
    );
    const settings = {
      orgId: ORG,
      rules: RULES,
      mode: 'enforce',
      failurePolicy: 'omit',
      deadlineMs: 1_000,
    } as const;
    const ask = () => stamp(CALL, settings, new CallClock(() => clock.monotonic), dependencies);
    await ask();
    await ask();
    expect(ask()).not.toBeInstanceOf(Promise);
    lookup.forget({ kind: 'user', orgId: ORG, id: 'ann' });
    expect(ask()).toBeInstanceOf(Promise);
  });
});
