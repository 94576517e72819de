import { LIFETIME_SECONDS } from '../okta/limits.js';
import { TOKEN_NAMES, type TokenName } from '../okta/token-hook-response.js';
import type { CompiledMapping } from './claim-mapping.js';
import { evaluateMappings, type ProducedClaim } from './evaluate-mappings.js';
import type { Facts } from './facts.js';
import type { Draft, HookCall } from './hook-call.js';
import type { IssuerRules } from './issuer-rules.js';
import { mappingVariables, type Stampable } from './mapping-variables.js';
import { entitlementFacts, entitlementsAt, entitlementWindows } from './resolve-entitlements.js';
import type { Coverage } from './select-tenant.js';
import { boundaries, isOpenAt, issueDelay, shortestTokenLife } from './time-window.js';

/** Instants that are looked at; a token that would see more of them is capped at the last. */
const INSTANT_LIMIT = 16;

/** What the same call would stamp at a later instant. `claims` is null where nobody looked. */
export interface FutureClaims {
  /** Milliseconds since the epoch. */
  readonly instant: number;
  readonly claims: Readonly<Record<TokenName, readonly ProducedClaim[]>> | null;
}

/** Everything of the decision that a later instant may change. */
export interface Present {
  readonly call: HookCall;
  readonly facts: Facts;
  readonly rules: IssuerRules;
  readonly now: number;
  readonly stampable: Stampable;
  readonly mappings: readonly CompiledMapping[];
}

/** How long a draft lives, in milliseconds from the moment it is issued; the longest that Okta allows where it does not say. */
export function draftLifetimeMs({ lifetimeSeconds }: Draft): number {
  return (lifetimeSeconds ?? LIFETIME_SECONDS.max) * 1000;
}

/**
 * What would be stamped at each instant, within the drafts' lifetimes, at which a window of the selected tenant's facts
 * opens or closes. The tenant itself stays the selected one for as long as it is covered: another membership that
 * begins takes nothing away.
 */
export function futureClaims(present: Present): readonly FutureClaims[] {
  const { call, facts, now, stampable } = present;
  if (stampable.tenant === null || !('coverage' in stampable.selection)) return [];
  const { membership, binding } = stampable.selection.coverage;
  const covers = [membership, binding].flatMap((cover) => (cover === null ? [] : [cover.window]));
  const windows = [...covers, ...entitlementWindows(entitlementFacts(stampable.tenant, facts.user))];
  const after = shortestTokenLife(now, call.atAuthorize).to;
  const instants = boundaries(windows, after, latestExpiry(call, now));
  return instants.slice(0, INSTANT_LIMIT).map((instant, index) => ({
    instant,
    claims: index === INSTANT_LIMIT - 1 ? null : claimsAt(present, instant),
  }));
}

function latestExpiry({ drafts, atAuthorize }: HookCall, now: number): number {
  const lifetimes = TOKEN_NAMES.map((name) => drafts[name]).map((draft) =>
    draft ? draftLifetimeMs(draft) : 0,
  );
  return now + issueDelay(atAuthorize) + Math.max(...lifetimes);
}

function claimsAt(present: Present, instant: number): FutureClaims['claims'] {
  const { call, facts, rules, mappings } = present;
  return evaluateMappings(
    mappings,
    mappingVariables(call, facts, rules.issuerUri, stampableAt(present, instant)),
  ).claims;
}

/** The selected tenant and its entitlements at a later instant, or nothing where it is no longer covered. */
function stampableAt({ facts, stampable: { selection, tenant } }: Present, instant: number): Stampable {
  if (tenant !== null && 'coverage' in selection) {
    const coverage = coverageAt(selection.coverage, facts, instant);
    const entitlements = entitlementsAt(entitlementFacts(tenant, facts.user), instant);
    if (coverage !== null) return { selection: { ...selection, coverage }, tenant, entitlements };
  }
  return { selection: { outcome: 'none', why: 'no longer covered' }, tenant: null, entitlements: new Map() };
}

/** A client for any tenant is not bound to the one it names: when a binding of its ends, it loses the roles alone. */
function coverageAt(coverage: Coverage, { client }: Facts, instant: number): Coverage | null {
  const { membership, binding } = coverage;
  if (membership !== null && !isOpenAt(membership.window, instant)) return null;
  if (binding === null || isOpenAt(binding.window, instant)) return coverage;
  return client?.tenantMode === 'any' ? { ...coverage, binding: null } : null;
}
