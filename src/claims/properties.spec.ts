import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FEATURES, scenarios, TENANT_IDS, type Scenario } from '../../test/support/claims-arbitraries.js';
import { readRequest } from '../../test/support/claims-fixtures.js';
import { claimPath, parsePointer } from '../okta/json-pointer.js';
import type { Json, TokenHookResponse, TokenName } from '../okta/token-hook-response.js';
import { checkHookResponse } from './check-hook-response.js';
import { decide } from './decide.js';
import type { Decision, TokenChange } from './decision.js';
import type { FeatureValue, TimeWindow } from './facts.js';
import type { Draft, HookCall } from './hook-call.js';
import { compileExpression } from './mapping-expression.js';
import { readHookCall } from './read-hook-call.js';
import { selectTenant } from './select-tenant.js';
import { shrinks } from './shrinks.js';
import { toHookResponse } from './to-hook-response.js';

const RUNS = { numRuns: 800 };
const SECOND = 1000;
const MINUTE = 60 * SECOND;

// ---- What the design says, written down once more without the code under test. ----

/** "what would end within 300 s counts as ended", "300 s earlier for calls at `/authorize`" */
function shortestLife({ call, now }: Scenario): readonly [number, number] {
  return [now, now + (call.atAuthorize ? 10 : 5) * MINUTE];
}

function holdsAt({ from, until }: TimeWindow, instant: number): boolean {
  return instant >= (from ?? -Infinity) && instant < (until ?? Infinity);
}

function holdsThrough(window: TimeWindow, [from, to]: readonly [number, number]): boolean {
  return holdsAt(window, from) && holdsAt(window, to);
}

type Selected = readonly [outcome: string, tenantId: string | null];

/** "Tenant selection", with the decisions that were taken about it. */
function selectedBy(scenario: Scenario): Selected {
  const { call, facts } = scenario;
  const life = shortestLife(scenario);
  const isUsable = ({ tenantId, window }: { readonly tenantId: string; readonly window: TimeWindow }) =>
    facts.tenants.get(tenantId)?.status === 'active' && holdsThrough(window, life);
  const bound = (facts.client?.bindings ?? []).filter(isUsable).map(({ tenantId }) => tenantId);
  if (call.subject.kind === 'conflict') return ['none', null];
  if (call.subject.kind === 'machine') return machineSelectedBy(scenario, bound);

  const active = facts.user?.status === 'active' ? facts.user.memberships.filter(isUsable) : [];
  if (facts.client?.tenantMode === 'fixed') {
    const own = bound.length === 1 ? active.find(({ tenantId }) => tenantId === bound[0]) : undefined;
    return own === undefined ? ['refused', null] : ['bound', own.tenantId];
  }
  const choices = active.filter(
    ({ tenantId }) => facts.client?.tenantMode !== 'choose' || bound.includes(tenantId),
  );
  const named = (tenantId: string, outcome: string): Selected =>
    choices.some((choice) => choice.tenantId === tenantId) ? [outcome, tenantId] : ['refused', null];
  const carried = call.refresh.presentedJti === null ? null : (facts.remembered?.tenantId ?? null);
  if (call.hint.kind === 'refused') return ['refused', null];
  if (call.hint.kind === 'tenant') {
    return carried !== null && carried !== call.hint.tenantId
      ? ['refused', null]
      : named(call.hint.tenantId, 'hinted');
  }
  if (carried !== null) return named(carried, 'remembered');
  if (choices.length === 1) return ['only', choices[0]?.tenantId ?? null];
  const standard = choices.find(({ isDefault }) => isDefault);
  if (standard !== undefined) return ['default', standard.tenantId];
  return [choices.length === 0 ? 'none' : 'ambiguous', null];
}

function machineSelectedBy({ call: { hint }, facts }: Scenario, bound: readonly string[]): Selected {
  const mode = facts.client?.tenantMode ?? 'choose';
  const withoutHint: Selected = [bound.length === 0 ? 'none' : 'ambiguous', null];
  const [first = null] = bound;
  if (mode === 'fixed') return bound.length === 1 ? ['bound', first] : withoutHint;
  if (hint.kind === 'refused') return ['refused', null];
  if (hint.kind === 'tenant') {
    const covers =
      mode === 'any' ? facts.tenants.get(hint.tenantId)?.status === 'active' : bound.includes(hint.tenantId);
    return covers ? ['hinted', hint.tenantId] : ['refused', null];
  }
  if (mode === 'any') return ['ambiguous', null];
  return bound.length === 1 ? ['only', first] : withoutHint;
}

/** "For each feature, three levels": what one tenant's user or client is entitled to at one instant. */
function entitledTo(
  featureId: string,
  tenantId: string,
  { facts, call }: Scenario,
  instant: number,
): FeatureValue | undefined {
  const tenant = facts.tenants.get(tenantId);
  if (tenant?.status !== 'active') return undefined;
  const isOfFeature = (grant: { readonly featureId: string; readonly window: TimeWindow }) =>
    grant.featureId === featureId && holdsAt(grant.window, instant);
  const ofTenant = tenant.grants.find(isOfFeature)?.value;
  if (ofTenant === false || ofTenant === 0 || (Array.isArray(ofTenant) && ofTenant.length === 0))
    return ofTenant;
  const userGrants = call.subject.kind === 'user' ? (facts.user?.grants ?? []) : [];
  const ofUser = userGrants.find((grant) => grant.tenantId === tenantId && isOfFeature(grant))?.value;
  const planned = tenant.subscriptions
    .filter(({ window }) => holdsAt(window, instant))
    .sort((a, b) => b.rank - a.rank)
    .flatMap(({ features }) => features.filter((setting) => setting.featureId === featureId))
    .map(({ value }) => value);
  return ofUser ?? ofTenant ?? (planned.length === 0 ? undefined : merged(planned));
}

/** "boolean or, integer max, list union, string from the plan of highest rank", which comes first. */
function merged(values: readonly FeatureValue[]): FeatureValue | undefined {
  const [first] = values;
  if (typeof first === 'boolean') return values.includes(true);
  if (typeof first === 'number') return Math.max(...values.filter((value) => typeof value === 'number'));
  if (typeof first === 'string') return first;
  return [...new Set(values.flatMap((value) => (Array.isArray(value) ? (value as readonly string[]) : [])))];
}

/** Whether the membership and, where it narrows, the binding that cover a tenant are open. */
function isCoveredAt(tenantId: string, { call, facts }: Scenario, instant: number): boolean {
  const isOpen = (cover: { readonly tenantId: string; readonly window: TimeWindow }) =>
    cover.tenantId === tenantId && holdsAt(cover.window, instant);
  if (facts.tenants.get(tenantId)?.status !== 'active') return false;
  const isBound = facts.client?.bindings.some(isOpen) ?? false;
  const mode = facts.client?.tenantMode;
  if (call.subject.kind === 'machine') return mode === 'any' || isBound;
  const isMember = facts.user?.status === 'active' && facts.user.memberships.some(isOpen);
  return isMember && (mode === undefined || mode === 'any' || isBound);
}

/** Whether a stamped value of a feature is no more than what holds. Strings have no order. */
function isAtMost(stamped: Json, held: FeatureValue | undefined): boolean {
  if (held === undefined) return false;
  if (typeof stamped === 'boolean') return !stamped || held === true;
  if (typeof stamped === 'number') return typeof held === 'number' && stamped <= held;
  if (Array.isArray(stamped))
    return Array.isArray(held) && stamped.every((element) => held.includes(String(element)));
  return typeof stamped === 'string';
}

// ---- Reading scenarios and decisions. ----

interface Change {
  readonly token: TokenName;
  readonly change: TokenChange;
  readonly draft: Draft;
}

function decideScenario({ call, facts, rules, now }: Scenario): Decision {
  return decide(call, facts, rules, now);
}

function changesOf(decision: Decision, { drafts }: HookCall): readonly Change[] {
  if (decision.kind !== 'patch') return [];
  const { changes } = decision;
  return (['access', 'identity'] as const).flatMap((token) => {
    const [change, draft] = [changes[token], drafts[token]];
    return change === undefined || draft === undefined ? [] : [{ token, change, draft }];
  });
}

/** The tenant id that a token is given. */
function stampedTenant({ change }: Change): string | null {
  const tenantId = change.set.get('tenant_id');
  return typeof tenantId === 'string' ? tenantId : null;
}

/** The end of a token's life, if it is issued as late as it can be. */
function latestExpiry({ change, draft }: Change, { call, now }: Scenario): number {
  const seconds = change.lifetimeSeconds ?? draft.lifetimeSeconds ?? 24 * 3600;
  return now + (call.atAuthorize ? 5 * MINUTE : 0) + seconds * SECOND;
}

/** Every instant at which anything of a scenario may change, and those just before. */
function instantsOf({ facts, now }: Scenario): readonly number[] {
  const windows: readonly { readonly window: TimeWindow }[] = [
    ...(facts.user?.memberships ?? []),
    ...(facts.user?.grants ?? []),
    ...(facts.client?.bindings ?? []),
    ...[...facts.tenants.values()].flatMap(({ subscriptions, grants }) => [...subscriptions, ...grants]),
  ];
  const edges = windows
    .flatMap(({ window: { from, until } }) => [from, until])
    .filter((edge) => edge !== null);
  return [...new Set([now, ...edges.flatMap((edge) => [edge - 1, edge])])].sort((a, b) => a - b);
}

function stringsOf(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((member: Json) => stringsOf(member));
}

function entitlementsOf({ change }: Change): readonly (readonly [string, Json])[] {
  const entitlements = change.set.get('tenant_entitlements');
  return typeof entitlements === 'object' && entitlements !== null ? Object.entries(entitlements) : [];
}

/** Merges a response into a draft by hand: every path that Mintmark writes is one claim or the lifetime. */
function merge(token: TokenName, { claims, lifetimeSeconds }: Draft, response: TokenHookResponse): Draft {
  const commands = 'commands' in response ? response.commands : [];
  const operations = commands.filter(({ type }) => type.includes(token)).flatMap(({ value }) => value);
  const after = new Map(Object.entries(claims));
  let lifetime = lifetimeSeconds;
  for (const operation of operations) {
    if (operation.path === '/token/lifetime/expiration') {
      lifetime = 'value' in operation ? Number(operation.value) : Number.NaN;
      continue;
    }
    const name = operation.path.slice('/claims/'.length).replaceAll('~1', '/').replaceAll('~0', '~');
    if ('value' in operation) after.set(name, operation.value);
    else after.delete(name);
  }
  return { claims: Object.fromEntries(after), lifetimeSeconds: lifetime };
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** A deep copy with this realm's prototypes, which Jest's `structuredClone` does not give. */
function copy<T>(value: T): T;
function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy);
  if (value instanceof Map) return new Map([...value].map(([key, member]) => [key, copy(member)]));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copy(member)]));
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  if (value instanceof Map) [...value.values()].forEach(freeze);
  else Object.freeze(value);
  Object.values(value).forEach(freeze);
}

function forAll(check: (scenario: Scenario) => void, params: fc.Parameters<[Scenario]> = RUNS): void {
  fc.assert(fc.property(scenarios, check), params);
}

describe('every decision', () => {
  it('is an answer that Okta applies', () => {
    forAll((scenario) => {
      const { drafts } = scenario.call;
      expect(checkHookResponse(toHookResponse(decideScenario(scenario), drafts), drafts)).toEqual([]);
    });
  });

  it('leaves a token, once merged, with what it set and without what else Mintmark owns', () => {
    forAll((scenario) => {
      const decision = decideScenario(scenario);
      const response = toHookResponse(decision, scenario.call.drafts);
      for (const { token, change, draft } of changesOf(decision, scenario.call)) {
        const after = merge(token, draft, response);
        const foreign = Object.entries(draft.claims).filter(
          ([name]) => !scenario.rules.ownedClaims.has(name),
        );
        expect(after.claims).toEqual(Object.fromEntries([...foreign, ...change.set]));
        expect(after.lifetimeSeconds).toBe(change.lifetimeSeconds ?? draft.lifetimeSeconds);
      }
    });
  });

  it('leaves no owned claim of the draft in an unchanged token', () => {
    forAll((scenario) => {
      const decision = decideScenario(scenario);
      if (decision.kind === 'deny') return;
      const changed = changesOf(decision, scenario.call).map(({ token }) => token);
      for (const token of ['access', 'identity'] as const) {
        const claims = Object.keys(scenario.call.drafts[token]?.claims ?? {});
        if (changed.includes(token)) continue;
        expect(claims.filter((name) => scenario.rules.ownedClaims.has(name))).toEqual([]);
      }
    });
  });

  it('is the same for the same call, facts, rules and now, and changes none of them', () => {
    forAll((scenario) => {
      const { call, facts, rules, now } = scenario;
      const again = decide(copy(call), copy(facts), rules, now);
      [call, facts, rules].forEach(freeze);
      expect(decideScenario(scenario)).toEqual(again);
    });
  });

  it('selects the tenant that the design selects', () => {
    forAll((scenario) => {
      const [from, to] = shortestLife(scenario);
      const selection = selectTenant(scenario.call, scenario.facts, { from, to });
      const tenantId = 'coverage' in selection ? selection.coverage.tenantId : null;
      expect([selection.outcome, tenantId]).toEqual(selectedBy(scenario));
    });
  });

  it('stamps how the tenant was selected into every token it patches, or denies', () => {
    forAll((scenario) => {
      const decision = decideScenario(scenario);
      const [outcome, tenantId] = selectedBy(scenario);
      for (const change of changesOf(decision, scenario.call)) {
        expect(change.change.set.get('tenant_selection')).toBe(outcome);
        expect([tenantId, null]).toContain(stampedTenant(change));
      }
      if (scenario.call.subject.kind === 'conflict') expect(decision.kind).toBe('deny');
      if (outcome === 'refused' && scenario.rules.denyRefused) expect(decision.kind).toBe('deny');
      if (outcome === 'ambiguous' && scenario.rules.denyAmbiguous) expect(decision.kind).toBe('deny');
    });
  });
});

describe('a stamped tenant', () => {
  it('is active, and covered through the shortest life of a token', () => {
    forAll((scenario) => {
      for (const change of changesOf(decideScenario(scenario), scenario.call)) {
        const tenantId = stampedTenant(change);
        if (tenantId === null) continue;
        const { call, facts } = scenario;
        const life = shortestLife(scenario);
        expect(facts.tenants.get(tenantId)?.status).toBe('active');
        for (const instant of life) expect(isCoveredAt(tenantId, scenario, instant)).toBe(true);
        if (call.subject.kind === 'machine') continue;
        expect(facts.user?.status).toBe('active');
        const membership = facts.user?.memberships.find((candidate) => candidate.tenantId === tenantId);
        expect(membership !== undefined && holdsThrough(membership.window, life)).toBe(true);
      }
    });
  });

  it('is the only tenant of which anything is in the token', () => {
    forAll((scenario) => {
      const [, selected] = selectedBy(scenario);
      for (const change of changesOf(decideScenario(scenario), scenario.call)) {
        const texts = [...change.change.set.values()].flatMap(stringsOf);
        const owners = TENANT_IDS.filter((id) => texts.some((text) => text.startsWith(`${id}#`)));
        expect(owners.filter((id) => id !== selected)).toEqual([]);
        const integers = entitlementsOf(change).map(([, value]) => (typeof value === 'number' ? value : 0));
        const places = integers.filter((value) => value !== 0).map((value) => Math.floor(value / 1000) - 1);
        expect(places.filter((place) => TENANT_IDS[place] !== selected)).toEqual([]);
      }
    });
  });
});

describe('stamped entitlements', () => {
  it('hold, with what covers the tenant, at every instant of the token’s life', () => {
    forAll((scenario) => {
      for (const change of changesOf(decideScenario(scenario), scenario.call)) {
        const tenantId = stampedTenant(change);
        if (tenantId === null) continue;
        const expiry = latestExpiry(change, scenario);
        for (const instant of [...instantsOf(scenario), expiry - 1]) {
          if (instant < scenario.now || instant >= expiry) continue;
          expect([instant, isCoveredAt(tenantId, scenario, instant)]).toEqual([instant, true]);
          for (const [featureId, value] of entitlementsOf(change)) {
            const held = entitledTo(featureId, tenantId, scenario, instant);
            if (!isAtMost(value, held))
              expect({ instant, featureId, held }).toEqual({ instant, featureId, held: value });
          }
        }
      }
    });
  });

  it('are exactly those of the instant where nothing changes for a while', () => {
    forAll((scenario) => {
      const [from, to] = shortestLife(scenario);
      const changes = instantsOf(scenario).some((instant) => instant > from && instant <= to);
      if (changes) return;
      for (const change of changesOf(decideScenario(scenario), scenario.call)) {
        const tenantId = stampedTenant(change);
        if (tenantId === null || !change.change.set.has('tenant_entitlements')) continue;
        const entitled = Object.keys(FEATURES).flatMap((featureId) => {
          const value = entitledTo(featureId, tenantId, scenario, from);
          return value === undefined ? [] : [[featureId, value] as const];
        });
        const sorted = (value: unknown) =>
          Array.isArray(value) ? [...(value as readonly string[])].sort() : value;
        const plain = (entries: readonly (readonly [string, unknown])[]) =>
          Object.fromEntries(entries.map(([featureId, value]) => [featureId, sorted(value)]));
        expect(plain(entitlementsOf(change))).toEqual(plain(entitled));
      }
    });
  });
});

describe('a capped lifetime', () => {
  it('is a whole number from 300 to 86,400, and below the draft’s own', () => {
    forAll((scenario) => {
      for (const { change, draft } of changesOf(decideScenario(scenario), scenario.call)) {
        if (change.lifetimeSeconds === null) continue;
        expect(Number.isInteger(change.lifetimeSeconds)).toBe(true);
        expect(change.lifetimeSeconds).toBeGreaterThanOrEqual(300);
        expect(change.lifetimeSeconds).toBeLessThanOrEqual(86_400);
        expect(change.lifetimeSeconds).toBeLessThan(draft.lifetimeSeconds ?? Infinity);
      }
    });
  });
});

describe('the budget', () => {
  it('bounds what is added to each token', () => {
    forAll((scenario) => {
      for (const { change, draft } of changesOf(decideScenario(scenario), scenario.call)) {
        const before = jsonBytes(draft.claims);
        const after = jsonBytes({ ...draft.claims, ...Object.fromEntries(change.set) });
        expect(after - before).toBeLessThanOrEqual(scenario.rules.claimsBudgetBytes);
      }
    });
  });

  it('drops whole claims, names them, and never drops what is reserved', () => {
    forAll((scenario) => {
      for (const { token, change } of changesOf(decideScenario(scenario), scenario.call)) {
        const dropped = change.set.get('claims_dropped') ?? [];
        expect(change.set.has('mintmark') && change.set.has('tenant_selection')).toBe(true);
        for (const name of stringsOf(dropped)) {
          expect(change.set.has(name)).toBe(false);
          const writes = scenario.rules.mappings.filter(
            ({ claim, tokens }) => claim === name && tokens.includes(token),
          );
          expect(writes.length).toBeGreaterThan(0);
        }
      }
    });
  });
});

describe('the edges', () => {
  const text = fc.string({ unit: 'binary' });

  it('read any request that an end user can send, without failing', () => {
    const payload = readRequest('request_13_rich_claims.json');
    const url = fc.oneof(text, fc.webUrl({ withQueryParameters: true }), fc.jsonValue());
    const requests = fc.oneof(
      fc.jsonValue(),
      fc.record({ url: fc.oneof(fc.jsonValue(), fc.record({ value: url })) }),
    );
    fc.assert(
      fc.property(requests, fc.jsonValue(), (request, source) => {
        const context = { ...payload.data.context, request };
        const reading = readHookCall({ ...payload, source, data: { ...payload.data, context } });
        expect(reading.kind).toBe('call');
      }),
      RUNS,
    );
  });

  it('read any draft claims without failing', () => {
    const payload = readRequest('request_13_rich_claims.json');
    const claims = fc.dictionary(fc.oneof(text, fc.constantFrom('uid', 'sub', 'cid')), fc.jsonValue());
    fc.assert(
      fc.property(claims, claims, (access, identity) => {
        const data = { ...payload.data, access: { claims: access }, identity: { claims: identity } };
        expect(['call', 'unusable']).toContain(readHookCall({ ...payload, data }).kind);
      }),
      RUNS,
    );
  });

  it('escape any claim name so that it is read back', () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(parsePointer(claimPath(name))).toEqual(['claims', name]);
      }),
      RUNS,
    );
  });

  it('check any response without failing', () => {
    const path = fc.oneof(
      text,
      fc.constantFrom('/claims/a', '/claims/list/0', '/claims/list/-', '/claims/a/b'),
    );
    const operation = fc.record({
      op: fc.constantFrom('add', 'replace', 'remove', 'test'),
      path,
      value: fc.jsonValue({ maxDepth: 2 }),
    });
    const command = fc.record({
      type: fc.constantFrom('com.okta.access.patch', 'com.okta.identity.patch'),
      value: fc.oneof(fc.array(operation), fc.jsonValue()),
    });
    const responses = fc.oneof(fc.jsonValue(), fc.record({ commands: fc.array(command) }));
    const drafts = { access: { claims: { a: { b: 1 }, list: [null, { a: 1 }] }, lifetimeSeconds: 3600 } };
    freeze(drafts);
    fc.assert(
      fc.property(responses, (response) => {
        expect(Array.isArray(checkHookResponse(response, drafts))).toBe(true);
      }),
      RUNS,
    );
  });

  it('compile or refuse any expression without failing', () => {
    const piece = fc.constantFrom(
      ...[
        'tenant',
        'entitlements',
        'membership',
        '.id',
        '.roles',
        '.map(x, ',
        '.size()',
        'has(',
        'x',
        '[',
        ']',
        '{',
        '}',
      ],
      ...[
        '(',
        ')',
        '"a"',
        '1',
        '1.5',
        ' + ',
        ' == ',
        ' ? ',
        ' : ',
        ' && ',
        ' in ',
        ',',
        '!',
        '-',
        '.',
        '\\',
        'b"a"',
        'null',
      ],
    );
    const expressions = fc.oneof(
      text,
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(expressions, (expression) => {
        expect(['compiled', 'refused']).toContain(compileExpression(expression).kind);
      }),
      RUNS,
    );
  });
});

describe('shrinks', () => {
  const values = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;

  it('never finds less in the same value', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(shrinks(value, structuredClone(value))).toBe(false);
      }),
      RUNS,
    );
  });

  it('finds no less in the last of three values of which each has no less than the one before', () => {
    const small = fc.oneof(fc.boolean(), fc.integer({ min: 0, max: 2 }), fc.subarray(['a', 'b']));
    const objects = fc.dictionary(fc.constantFrom('a', 'b'), small, { maxKeys: 2 });
    const any = fc.oneof(small, objects, fc.array(objects, { maxLength: 2 })) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        if (!shrinks(a, b) && !shrinks(b, c)) expect(shrinks(a, c)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
