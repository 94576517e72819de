import type { Json, TokenName } from '../okta/token-hook-response.js';
import { unmetCondition, type CompiledMapping } from './claim-mapping.js';
import type { HookCall } from './hook-call.js';
import type { MappingVariables } from './mapping-variables.js';

/** A claim that a mapping produced for one token. */
export interface ProducedClaim {
  readonly claim: string;
  readonly value: Json;
  /** Whether any mapping that has a value for it is required. */
  readonly required: boolean;
}

/** What one mapping did, for the trace. */
export type MappingOutcome =
  | { readonly mappingId: string; readonly claim: string; readonly kind: 'produced' }
  | { readonly mappingId: string; readonly claim: string; readonly kind: 'absent'; readonly why: string }
  | { readonly mappingId: string; readonly claim: string; readonly kind: 'skipped'; readonly why: string };

export interface ProducedClaims {
  readonly outcomes: readonly MappingOutcome[];
  readonly claims: Readonly<Record<TokenName, readonly ProducedClaim[]>>;
  /** The first required mapping that applied to a token being minted and had no value. */
  readonly missing: CompiledMapping | undefined;
}

/** The mappings that apply to a call and name a token that is being minted, with a reason for each that does not. */
export function applicableMappings(
  mappings: readonly CompiledMapping[],
  call: HookCall,
  issuerId: string,
): { readonly applicable: readonly CompiledMapping[]; readonly skipped: readonly MappingOutcome[] } {
  const applicable: CompiledMapping[] = [];
  const skipped: MappingOutcome[] = [];
  for (const mapping of mappings) {
    const minted = mapping.tokens.some((token) => call.drafts[token] !== undefined);
    const why = minted ? unmetCondition(mapping, call, issuerId) : 'its token is not being minted';
    if (why === undefined) applicable.push(mapping);
    else skipped.push({ mappingId: mapping.id, claim: mapping.claim, kind: 'skipped', why });
  }
  return { applicable, skipped };
}

/**
 * Evaluates mappings, which come in the order of their priority. Where two mappings have a value for one claim of one
 * token, the first one counts.
 */
export function evaluateMappings(
  mappings: readonly CompiledMapping[],
  variables: MappingVariables,
): ProducedClaims {
  const outcomes: MappingOutcome[] = [];
  const claims: Record<TokenName, ProducedClaim[]> = { access: [], identity: [] };
  let missing: CompiledMapping | undefined;
  for (const mapping of mappings) {
    const { id: mappingId, claim } = mapping;
    const evaluation = mapping.evaluate(variables);
    if (evaluation.kind === 'absent') {
      outcomes.push({ mappingId, claim, kind: 'absent', why: evaluation.why });
      if (mapping.required) missing ??= mapping;
      continue;
    }
    const isWanted = mapping.tokens
      .map((token) => offer(claims[token], mapping, evaluation.value))
      .includes(true);
    outcomes.push(
      isWanted
        ? { mappingId, claim, kind: 'produced' }
        : { mappingId, claim, kind: 'skipped', why: 'a mapping of higher priority has a value' },
    );
  }
  return { outcomes, claims, missing };
}

/** Adds a claim to a token unless it is there already; then that one becomes as necessary as this. */
function offer(claims: ProducedClaim[], { claim, required }: CompiledMapping, value: Json): boolean {
  const index = claims.findIndex((produced) => produced.claim === claim);
  const found = claims[index];
  if (found === undefined) claims.push({ claim, value, required });
  else if (required) claims[index] = { ...found, required };
  return found === undefined;
}
