import { TOKEN_NAMES, type TokenName } from '../okta/token-hook-response.js';
import { changeToken, type ChangedToken } from './change-token.js';
import { choiceToRemember } from './choice-to-remember.js';
import type { ChoiceToRemember, Decision, DenyReason, Trace } from './decision.js';
import { applicableMappings, evaluateMappings, type ProducedClaims } from './evaluate-mappings.js';
import type { Facts } from './facts.js';
import { futureClaims, type FutureClaims } from './future-claims.js';
import type { HookCall } from './hook-call.js';
import type { IssuerRules } from './issuer-rules.js';
import { mappingVariables, type Stampable } from './mapping-variables.js';
import { entitlementFacts, entitlementsThrough } from './resolve-entitlements.js';
import { selectTenant, type TenantSelection } from './select-tenant.js';
import { shortestTokenLife, type Stretch } from './time-window.js';

/**
 * Decides what happens to the draft tokens of one call. Pure: the same arguments give the same decision.
 *
 * @param now milliseconds since the epoch
 */
export function decide(call: HookCall, facts: Facts, rules: IssuerRules, now: number): Decision {
  const life = shortestTokenLife(now, call.atAuthorize);
  const stampable = findStampable(call, facts, life);
  const { applicable, skipped } = applicableMappings(rules.mappings, call, rules.issuerId);
  const produced = evaluateMappings(applicable, mappingVariables(call, facts, rules.issuerUri, stampable));
  const trace = { ...traceOf(call, stampable), mappings: [...produced.outcomes, ...skipped] };
  const refusal = refuse(call, stampable.selection, rules, produced);
  if (refusal !== undefined) return { kind: 'deny', ...refusal, trace: { ...trace, tokens: {} } };

  const futures = futureClaims({ call, facts, rules, now, stampable, mappings: applicable });
  const changed = TOKEN_NAMES.flatMap((token) => changeDraft(token, call, rules, { produced, futures, now }));
  const overflow = changed.find(({ overflowing }) => overflowing !== undefined)?.overflowing;
  const traced = {
    ...trace,
    tokens: Object.fromEntries(changed.map((token) => [token.name, token.trace])),
  };
  if (overflow !== undefined) {
    const detail = `the required claim "${overflow}" does not fit into the budget`;
    return { kind: 'deny', reason: 'required_claim_too_large', detail, trace: traced };
  }
  return conclude(changed, choiceToRemember(call, facts, stampable.selection, rules, now), traced);
}

function findStampable(call: HookCall, facts: Facts, life: Stretch): Stampable {
  const selection = selectTenant(call, facts, life);
  const tenant = 'coverage' in selection ? facts.tenants.get(selection.coverage.tenantId) : undefined;
  if (tenant === undefined) return { selection, tenant: null, entitlements: new Map() };
  const entitlements = entitlementsThrough(entitlementFacts(tenant, facts.user), life);
  return { selection, tenant, entitlements };
}

function refuse(
  call: HookCall,
  selection: TenantSelection,
  rules: IssuerRules,
  { missing }: ProducedClaims,
): { readonly reason: DenyReason; readonly detail: string } | undefined {
  if (call.subject.kind === 'conflict') return { reason: 'identity_conflict', detail: call.subject.why };
  if (selection.outcome === 'refused' && rules.denyRefused) {
    return { reason: 'selection_refused', detail: selection.why };
  }
  if (selection.outcome === 'ambiguous' && rules.denyAmbiguous) {
    return { reason: 'selection_ambiguous', detail: selection.why };
  }
  if (missing !== undefined) {
    return {
      reason: 'required_claim_absent',
      detail: `the required mapping "${missing.id}" has no value`,
    };
  }
  return undefined;
}

interface Claims {
  readonly produced: ProducedClaims;
  readonly futures: readonly FutureClaims[];
  readonly now: number;
}

function changeDraft(
  name: TokenName,
  call: HookCall,
  rules: IssuerRules,
  { produced, futures, now }: Claims,
): readonly ChangedToken[] {
  const draft = call.drafts[name];
  if (draft === undefined) return [];
  return [changeToken({ name, draft, claims: produced.claims[name], futures, call, rules, now })];
}

function conclude(
  changed: readonly ChangedToken[],
  remember: ChoiceToRemember | null,
  trace: Trace,
): Decision {
  const changes = changed.flatMap(({ name, change }) => (change === null ? [] : [[name, change] as const]));
  if (changes.length === 0) return { kind: 'unchanged', remember, trace };
  return { kind: 'patch', changes: Object.fromEntries(changes), remember, trace };
}

function traceOf(call: HookCall, { selection, entitlements }: Stampable): Omit<Trace, 'mappings' | 'tokens'> {
  const coverage = 'coverage' in selection ? selection.coverage : null;
  return {
    subject: call.subject.kind,
    selection: {
      outcome: selection.outcome,
      why: selection.why,
      tenantId: coverage?.tenantId ?? null,
      membership: coverage?.membership ?? null,
      binding: coverage?.binding ?? null,
    },
    entitlements: [...entitlements].map(([featureId, { value, source }]) => ({ featureId, value, source })),
  };
}
