import { EvaluationError } from '@marcbachmann/cel-js';
import type { Json } from '../okta/token-hook-response.js';
import { toClaimValue } from './claim-value.js';
import { estimateExpression } from './expression-cost.js';
import { MAPPING_ENVIRONMENT, type MappingVariables } from './mapping-variables.js';

/** The longest expression, in UTF-16 code units; the database holds the same bound. */
export const EXPRESSION_LENGTH_LIMIT = 1_000;

/** A claim value, or why there is none. */
export type Evaluation =
  { readonly kind: 'value'; readonly value: Json } | { readonly kind: 'absent'; readonly why: string };

export type CompiledExpression = (variables: MappingVariables) => Evaluation;

export type Compilation =
  | {
      readonly kind: 'compiled';
      readonly evaluate: CompiledExpression;
      readonly type: string;
      readonly cost: number;
    }
  | { readonly kind: 'refused'; readonly why: string };

/** `map<K, V>` is the type of the empty map. */
const CLAIM_TYPES = /^(string|int|double|bool|dyn|list|map|list<.*>|map<string, .*>|map<K, V>)$/;

/**
 * Type-checks and compiles a mapping's expression. Refused are expressions that do not type-check, whose result is not
 * JSON (bytes, timestamps, a whole fact), that call what is not allowed, or that could take too long.
 */
export function compileExpression(expression: string): Compilation {
  if (expression.length > EXPRESSION_LENGTH_LIMIT) {
    return refused(`an expression has at most ${String(EXPRESSION_LENGTH_LIMIT)} characters`);
  }
  const checked = MAPPING_ENVIRONMENT.check(expression);
  if (!checked.valid) return refused(checked.error?.summary ?? 'the expression does not type-check');
  const program = MAPPING_ENVIRONMENT.parse(expression);
  const estimate = estimateExpression(program.ast);
  if (estimate.kind === 'refused') return estimate;
  const type = checked.type ?? 'dyn';
  if (!CLAIM_TYPES.test(type)) return refused(`a claim cannot hold a value of type ${type}`);
  return {
    kind: 'compiled',
    type,
    cost: estimate.cost,
    evaluate: (variables) => evaluate(program, variables),
  };
}

function refused(why: string): Compilation {
  return { kind: 'refused', why };
}

function evaluate(
  program: (variables: MappingVariables) => unknown,
  variables: MappingVariables,
): Evaluation {
  try {
    const value = toClaimValue(program(variables));
    return value === undefined ? absent('the result is null or not JSON') : { kind: 'value', value };
  } catch (error) {
    // Only the code: messages of conversion errors quote the value that did not convert.
    return absent(
      error instanceof EvaluationError ? `evaluation error: ${error.code}` : 'the evaluation failed',
    );
  }
}

function absent(why: string): Evaluation {
  return { kind: 'absent', why };
}
