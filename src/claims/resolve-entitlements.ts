import type { FeatureValue, Subscription, TenantFacts, TimeWindow, UserFacts, UserGrant } from './facts.js';
import { boundaries, isOpenThrough, type Stretch } from './time-window.js';

/** Where the value of a feature comes from: subscriptions, or the grant that replaced them. */
export interface Source {
  readonly level: 'plan' | 'tenant grant' | 'user grant';
  /** Ids of the subscriptions or of the grant. */
  readonly ids: readonly string[];
}

export interface Entitlement {
  readonly value: FeatureValue;
  readonly source: Source;
}

/** Feature id to value, for one user or client in one tenant. */
export type Entitlements = ReadonlyMap<string, Entitlement>;

/** The tenant's document, and the user's own grants in that tenant (none for machine calls). */
export interface EntitlementFacts {
  readonly tenant: TenantFacts;
  readonly userGrants: readonly UserGrant[];
}

/** The part of the facts that entitlements in one tenant come from. */
export function entitlementFacts(tenant: TenantFacts, user: UserFacts | null): EntitlementFacts {
  return { tenant, userGrants: user?.grants.filter(({ tenantId }) => tenantId === tenant.id) ?? [] };
}

/** Every window that can change the entitlements. */
export function entitlementWindows({ tenant, userGrants }: EntitlementFacts): readonly TimeWindow[] {
  return [...tenant.subscriptions, ...tenant.grants, ...userGrants].map(({ window }) => window);
}

/**
 * The entitlements that hold through a whole stretch: what ends within it counts as ended, what begins within it is
 * not there yet, and what lowers a value at any instant of it lowers it for all of it. What another window carries on
 * without a gap, such as the next subscription, has not ended.
 */
export function entitlementsThrough(facts: EntitlementFacts, stretch: Stretch): Entitlements {
  const now = entitlementsAt(facts, stretch.from);
  const changes = boundaries(entitlementWindows(facts), stretch.from, stretch.to);
  if (changes.length === 0) return now;
  const later = changes.map((instant) => entitlementsAt(facts, instant));
  return withSettledStrings(later.reduce(lowered, now), { later, lasting: resolve(facts, stretch) });
}

/** The entitlements at one instant. */
export function entitlementsAt(facts: EntitlementFacts, instant: number): Entitlements {
  return resolve(facts, { from: instant, to: instant });
}

/** Design, "Entitlements": plans merge, a tenant grant replaces them, a user grant replaces both unless it is a ceiling. */
function resolve({ tenant, userGrants }: EntitlementFacts, stretch: Stretch): Entitlements {
  const entitlements = mergePlans(
    tenant.subscriptions.filter(({ window }) => isOpenThrough(window, stretch)),
  );
  const ceilings = new Set<string>();
  for (const { id, featureId, value, window } of tenant.grants) {
    if (!isOpenThrough(window, stretch)) continue;
    entitlements.set(featureId, { value, source: { level: 'tenant grant', ids: [id] } });
    if (isCeiling(value)) ceilings.add(featureId);
  }
  for (const { id, featureId, value, window } of userGrants) {
    if (!isOpenThrough(window, stretch) || ceilings.has(featureId)) continue;
    entitlements.set(featureId, { value, source: { level: 'user grant', ids: [id] } });
  }
  return entitlements;
}

function isCeiling(value: FeatureValue): boolean {
  return value === false || value === 0 || (Array.isArray(value) && value.length === 0);
}

/** Boolean or, integer maximum, list union, string of the highest rank. */
function mergePlans(subscriptions: readonly Subscription[]): Map<string, Entitlement> {
  const merged = new Map<string, Entitlement>();
  for (const { id, features } of subscriptions.toSorted(byRankThenId)) {
    for (const { featureId, value } of features) {
      const known = merged.get(featureId);
      merged.set(featureId, known === undefined ? fromPlan(value, [id]) : mergeWith(known, value, id));
    }
  }
  return merged;
}

function byRankThenId(a: Subscription, b: Subscription): number {
  return b.rank - a.rank || (a.id < b.id ? -1 : 1);
}

function fromPlan(value: FeatureValue, ids: readonly string[]): Entitlement {
  return { value, source: { level: 'plan', ids } };
}

/** `known` comes from plans of higher rank; the sources named are those that contribute to the value. */
function mergeWith({ value: higher, source }: Entitlement, value: FeatureValue, id: string): Entitlement {
  if (typeof higher === 'boolean' && typeof value === 'boolean') {
    return value && !higher ? fromPlan(true, [id]) : fromPlan(higher, source.ids);
  }
  if (typeof higher === 'number' && typeof value === 'number') {
    return value > higher ? fromPlan(value, [id]) : fromPlan(higher, source.ids);
  }
  if (isList(higher) && isList(value)) {
    const known = new Set(higher);
    const added = value.filter((element) => !known.has(element));
    return added.length > 0
      ? fromPlan([...higher, ...added], [...source.ids, id])
      : fromPlan(higher, source.ids);
  }
  return fromPlan(higher, source.ids);
}

/** What of `held` is left when only `then` is certain. */
function lowered(held: Entitlements, then: Entitlements): Entitlements {
  const left = new Map<string, Entitlement>();
  for (const [featureId, entitlement] of held) {
    const later = then.get(featureId);
    if (later !== undefined) left.set(featureId, lower(entitlement, later));
  }
  return left;
}

/** The lesser of two values. Strings have no order: see `withSettledStrings`. */
function lower(held: Entitlement, then: Entitlement): Entitlement {
  const [a, b] = [held.value, then.value];
  if (typeof a === 'boolean' && typeof b === 'boolean') return a && !b ? then : held;
  if (typeof a === 'number' && typeof b === 'number') return b < a ? then : held;
  if (isList(a) && isList(b)) {
    const common = a.filter((element) => b.includes(element));
    return common.length < a.length ? { ...held, value: common } : held;
  }
  return held;
}

interface Prospect {
  /** The entitlements at each later instant of the stretch at which something changes. */
  readonly later: readonly Entitlements[];
  /** What is open through the whole stretch. */
  readonly lasting: Entitlements;
}

/**
 * Strings have no order, so one that changes within the stretch is not held. What lies beneath it may be: another plan's
 * string that lasts, unless a grant replaces that, too.
 */
function withSettledStrings(held: Entitlements, { later, lasting }: Prospect): Entitlements {
  const settled = new Map<string, Entitlement>();
  for (const [featureId, entitlement] of held) {
    const prospects = later.map((entitlements) => entitlements.get(featureId));
    const beneath = lasting.get(featureId);
    const isConstant = prospects.every((then) => then?.value === entitlement.value);
    if (typeof entitlement.value !== 'string' || isConstant) settled.set(featureId, entitlement);
    else if (beneath !== undefined && isLeftTo(beneath, prospects.at(-1))) settled.set(featureId, beneath);
  }
  return settled;
}

function isLeftTo(beneath: Entitlement, atTheEnd: Entitlement | undefined): boolean {
  return atTheEnd?.source.level === 'plan' || atTheEnd?.value === beneath.value;
}

function isList(value: FeatureValue): value is readonly string[] {
  return Array.isArray(value);
}
