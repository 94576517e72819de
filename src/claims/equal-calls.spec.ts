import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scenarios, type Scenario } from '../../test/support/claims-arbitraries.js';
import { decide } from './decide.js';
import type { Decision } from './decision.js';
import { hasShape, shapeOf, steadyUntil } from './equal-calls.js';
import type { Draft, HookCall } from './hook-call.js';
import { toHookResponse } from './to-hook-response.js';

const RUNS = { numRuns: 2_000 };

/** What a kept answer stands for: everything but the choice to remember, which is never kept. */
function answerTo({ call, facts, rules }: Scenario, now: number): readonly unknown[] {
  const decision = decide(call, facts, rules, now);
  return [toHookResponse(decision, call.drafts), decision.trace, remembers(decision)];
}

function remembers(decision: Decision): boolean {
  return decision.kind !== 'deny' && decision.remember !== null;
}

type Change = (call: HookCall, other: HookCall) => HookCall;

/** Changes of a call that its answer may or may not depend on. */
const changes = fc.constantFrom<Change>(
  (call) => ({ ...call, drafts: withOtherValues(call) }),
  (call, { drafts }) => ({ ...call, drafts }),
  (call, { hint }) => ({ ...call, hint }),
  (call, { scopes }) => ({ ...call, scopes }),
  (call, { grantType }) => ({ ...call, grantType }),
  (call, { atAuthorize }) => ({ ...call, atAuthorize }),
  (call, { subject }) => ({ ...call, subject }),
  (call, { refresh }) => ({ ...call, refresh }),
  (call) => ({ ...call, clientId: '0oaAnother' }),
);

function withOtherValues({ drafts }: HookCall): HookCall['drafts'] {
  const entries = Object.entries(drafts).map(([name, draft]: [string, Draft]) => {
    const claims = Object.fromEntries(Object.keys(draft.claims).map((claim) => [claim, 'another value']));
    return [name, { ...draft, claims }];
  });
  return Object.fromEntries(entries) as HookCall['drafts'];
}

describe('a decision', () => {
  it('is the same at every instant until it stops being steady', () => {
    fc.assert(
      fc.property(scenarios, fc.double({ min: 0, max: 1, noNaN: true }), (scenario, share) => {
        const { call, facts, now } = scenario;
        const until = steadyUntil(call, facts, now);
        fc.pre(until !== null);
        const last = Math.min(until - 1, now + 1e11);
        const then = Math.floor(now + share * (last - now));
        expect(answerTo(scenario, then)).toEqual(answerTo(scenario, now));
        expect(answerTo(scenario, last)).toEqual(answerTo(scenario, now));
      }),
      // Few scenarios are steady: many are made for each of these.
      { numRuns: 150 },
    );
  });

  it('is not steady where a window opens or closes before the token would end', () => {
    const draft = { claims: {}, lifetimeSeconds: 3600 };
    fc.assert(
      fc.property(scenarios, ({ call, facts, now }) => {
        fc.pre(facts.user !== null && facts.client === null);
        const closing = { from: null, until: now + 3_599_999 };
        const user = { ...facts.user, memberships: [membership(closing)], grants: [] };
        const changed = { ...facts, user, tenants: new Map(), remembered: null };
        const asked = { ...call, atAuthorize: false, drafts: { access: draft } };
        expect(steadyUntil(asked, changed, now)).toBeNull();
        expect(steadyUntil(asked, changed, now - 10)).toBe(now - 1);
      }),
    );
  });

  it('is the same for calls of one shape', () => {
    let alike = 0;
    fc.assert(
      fc.property(scenarios, scenarios, changes, (scenario, { call: other }, change) => {
        const { call, facts, rules, now } = scenario;
        const changed = change(call, other);
        if (!hasShape(changed, shapeOf(call, rules), rules)) return;
        alike += 1;
        const answer = answerTo({ ...scenario, call: changed, facts, rules }, now);
        expect(answer).toEqual(answerTo(scenario, now));
      }),
      RUNS,
    );
    expect(alike).toBeGreaterThan(100);
  });
});

describe('hasShape', () => {
  it('knows a call that differs in what nothing of ours depends on', () => {
    fc.assert(
      fc.property(scenarios, ({ call, rules }) => {
        fc.pre(call.subject.kind !== 'conflict');
        const changed = { ...call, drafts: withOtherValues(call) };
        expect(hasShape(changed, shapeOf(call, rules), rules)).toBe(true);
      }),
    );
  });

  it('knows no call of two parties', () => {
    fc.assert(
      fc.property(scenarios, ({ call, rules }) => {
        const conflict = { ...call, subject: { kind: 'conflict', why: 'two users' } } as const;
        expect(hasShape(conflict, shapeOf(conflict, rules), rules)).toBe(false);
      }),
    );
  });
});

function membership(window: { readonly from: null; readonly until: number }) {
  return { tenantId: 'blue', roles: [], isDefault: false, window };
}
