import { mappingProblems } from '../../claims/claim-mapping.js';
import { FACT_LIST_LIMIT } from '../../claims/expression-cost.js';
import { compileExpression, type Evaluation } from '../../claims/mapping-expression.js';
import type { MappingVariables } from '../../claims/mapping-variables.js';
import type { SampleFactsDto, ValidateMappingDto } from './validate-mapping.dto.js';

/** Stands in where the name of the claim is not to be checked: a name that any mapping may write. */
const ANY_CLAIM = 'mintmark_sample';

export interface MappingVerdict {
  readonly valid: boolean;
  readonly problems: readonly string[];
  readonly type: string | null;
  readonly cost: number | null;
  readonly evaluation: Evaluation | null;
}

/** Checks a mapping as it would be when saved, and evaluates it. */
export function validateMapping({
  expression,
  claim = ANY_CLAIM,
  overridesProfileClaim,
  facts,
}: ValidateMappingDto): MappingVerdict {
  const problems = mappingProblems({
    ...{ id: 'sample', claim, expression, overridesProfileClaim, tokens: ['access'], required: false },
    ...{ priority: 0, conditions: { scopes: [], clientIds: [], grantTypes: [], issuerIds: [] } },
  });
  const compilation = compileExpression(expression);
  const isCompiled = compilation.kind === 'compiled';
  return {
    valid: problems.length === 0,
    problems,
    type: isCompiled ? compilation.type : null,
    cost: isCompiled ? compilation.cost : null,
    evaluation: isCompiled ? compilation.evaluate(variablesOf(facts)) : null,
  };
}

function variablesOf(facts: SampleFactsDto): MappingVariables {
  const { tenant, membership, binding, entitlements, user, client, request, selection } = facts;
  return {
    tenant: tenant === null ? {} : { id: tenant.id, name: tenant.name },
    membership: membership === null ? {} : { roles: membership.roles, default: membership.default },
    binding: binding === null || binding === undefined ? {} : { roles: binding.roles },
    ...(tenant === null ? {} : { entitlements: entitlementsOf(entitlements) }),
    user:
      user === null ? {} : { id: user.id, ...(typeof user.login === 'string' ? { login: user.login } : {}) },
    client: { id: client.id, name: client.name, mode: client.mode },
    request: { scopes: request.scopes, grantType: request.grantType, issuer: request.issuer },
    selection,
  };
}

/**
 * What no feature can have for a value is left out, and what is longer than what an expression was checked for. CEL's integers
 * are not JavaScript's numbers.
 */
function entitlementsOf(
  entitlements: Readonly<Record<string, unknown>>,
): NonNullable<MappingVariables['entitlements']> {
  const values = new Map<string, boolean | bigint | string | readonly string[]>();
  for (const [name, value] of Object.entries(entitlements).slice(0, FACT_LIST_LIMIT)) {
    if (typeof value === 'boolean' || typeof value === 'string') values.set(name, value);
    else if (typeof value === 'number' && Number.isSafeInteger(value)) values.set(name, BigInt(value));
    else if (isListOfText(value) && value.length <= FACT_LIST_LIMIT) values.set(name, value);
  }
  return values;
}

function isListOfText(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
