import type { TokenName } from '../okta/token-hook-response.js';
import { refuseClaimName } from './claim-names.js';
import type { HookCall } from './hook-call.js';
import { TOTAL_COST_LIMIT } from './expression-cost.js';
import { isId } from './identifiers.js';
import { compileExpression, type Compilation, type CompiledExpression } from './mapping-expression.js';

/** A rule that turns facts into one claim. An empty condition list sets no condition; entries of a list are alternatives. */
export interface ClaimMapping {
  readonly id: string;
  readonly claim: string;
  /** CEL; see `mapping-variables.ts` for what it can read. */
  readonly expression: string;
  readonly tokens: readonly TokenName[];
  readonly conditions: {
    readonly scopes: readonly string[];
    readonly clientIds: readonly string[];
    readonly grantTypes: readonly string[];
    readonly issuerIds: readonly string[];
  };
  /** Absent means deny. */
  readonly required: boolean;
  /** 0 to 1000; under a short budget the higher is kept first. */
  readonly priority: number;
  readonly overridesProfileClaim: boolean;
}

export interface CompiledMapping extends ClaimMapping {
  readonly evaluate: CompiledExpression;
}

/** One thing that is wrong with a mapping, and in which member. */
export interface MappingFault {
  readonly member: 'claim' | 'tokens' | 'expression';
  readonly problem: string;
}

/** Everything that is wrong with a mapping; empty where it may be saved. */
export function mappingFaults(mapping: ClaimMapping): readonly MappingFault[] {
  return faultsOf(mapping, compileExpression(mapping.expression));
}

/** The same in words. */
export function mappingProblems(mapping: ClaimMapping): readonly string[] {
  return mappingFaults(mapping).map(({ problem }) => problem);
}

function faultsOf(mapping: ClaimMapping, compilation: Compilation): readonly MappingFault[] {
  const faults: MappingFault[] = [];
  const refusal = isId(mapping.claim)
    ? refuseClaimName(mapping.claim, mapping.overridesProfileClaim)
    : 'a claim name is 1 to 255 characters, without control characters';
  if (refusal !== undefined) faults.push({ member: 'claim', problem: refusal });
  if (mapping.tokens.length === 0)
    faults.push({ member: 'tokens', problem: 'a mapping names at least one token' });
  if (compilation.kind === 'refused') faults.push({ member: 'expression', problem: compilation.why });
  return faults;
}

/** A mapping that is left out, and everything that is wrong with it. */
export interface RefusedMapping {
  readonly mapping: ClaimMapping;
  readonly problems: readonly string[];
}

/**
 * Compiles mappings once, in the order of their priority. Mappings that may not be saved, and so can only come from an
 * older release or from plain SQL, are left out and reported; so are those that exceed what all may take together.
 */
export function compileMappings(mappings: readonly ClaimMapping[]): {
  readonly compiled: readonly CompiledMapping[];
  readonly refused: readonly RefusedMapping[];
} {
  const compiled: CompiledMapping[] = [];
  const refused: RefusedMapping[] = [];
  let left = TOTAL_COST_LIMIT;
  for (const mapping of mappings.toSorted(byPriorityThenId)) {
    const compilation = compileExpression(mapping.expression);
    const problems = faultsOf(mapping, compilation).map(({ problem }) => problem);
    if (compilation.kind === 'refused' || problems.length > 0) {
      refused.push({ mapping, problems });
    } else if (compilation.cost > left) {
      const problem = `all mappings together may take more than ${String(TOTAL_COST_LIMIT)} steps`;
      refused.push({ mapping, problems: [problem] });
    } else {
      left -= compilation.cost;
      compiled.push({ ...mapping, evaluate: compilation.evaluate });
    }
  }
  return { compiled, refused };
}

/** The higher priority first; the id makes the order total. */
function byPriorityThenId(a: ClaimMapping, b: ClaimMapping): number {
  return b.priority - a.priority || (a.id < b.id ? -1 : 1);
}

/** Why a mapping does not apply to a call, or `undefined` where it does. */
export function unmetCondition(
  { conditions }: ClaimMapping,
  call: HookCall,
  issuerId: string,
): string | undefined {
  const { scopes, clientIds, grantTypes, issuerIds } = conditions;
  if (issuerIds.length > 0 && !issuerIds.includes(issuerId)) return 'not for this issuer';
  if (clientIds.length > 0 && !clientIds.includes(call.clientId)) return 'not for this client';
  if (grantTypes.length > 0 && !grantTypes.includes(call.grantType)) return 'not for this grant type';
  if (scopes.length > 0 && !scopes.some((scope) => call.scopes.includes(scope)))
    return 'no such scope granted';
  return undefined;
}
