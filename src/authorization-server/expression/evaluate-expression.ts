import type { ExpressionContext } from './expression-context.js';
import { ExpressionError, type BinaryOperator, type Expression } from './expression.js';
import { callFunction } from './functions.js';
import { calculate, compare, kindOf } from './operators.js';
import { parseExpression } from './parse-expression.js';

/** A JSON value, or why there is none. */
export type Evaluation =
  { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'failure'; readonly why: string };

/**
 * Evaluates an expression of a claim. The work is bounded by its length: there are no loops, and each part is evaluated at
 * most once. Okta does not check an expression when it is saved, so that a fault shows here (section 6.1).
 */
export function evaluateExpression(text: string, context: ExpressionContext): Evaluation {
  try {
    return { kind: 'value', value: evaluate(parseExpression(text), context) };
  } catch (error) {
    if (error instanceof ExpressionError) return { kind: 'failure', why: error.message };
    throw error;
  }
}

function evaluate(expression: Expression, context: ExpressionContext): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'list':
      return expression.items.map((item) => evaluate(item, context));
    case 'name':
      return variable(expression.name, context);
    case 'member':
      return memberOf(evaluate(expression.target, context), expression.name);
    case 'index':
      return itemAt(evaluate(expression.target, context), evaluate(expression.index, context));
    case 'call':
      return callFunction(
        expression.name,
        expression.args.map((arg) => evaluate(arg, context)),
        context,
      );
    case 'not':
      return !condition(expression.operand, context);
    case 'negative':
      return calculate('-', 0, evaluate(expression.operand, context));
    case 'binary':
      return evaluateBinary(expression, context);
    case 'ternary': {
      const { whenTrue, whenFalse } = expression;
      return evaluate(condition(expression.condition, context) ? whenTrue : whenFalse, context);
    }
  }
}

interface Operation {
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

function evaluateBinary({ operator, left, right }: Operation, context: ExpressionContext): unknown {
  switch (operator) {
    case 'and':
      return condition(left, context) && condition(right, context);
    case 'or':
      return condition(left, context) || condition(right, context);
    case 'elvis': {
      // Okta counts an empty text as nothing, too (section 8).
      const value = evaluate(left, context);
      return value === null || value === '' ? evaluate(right, context) : value;
    }
    case '+':
    case '-':
    case '*':
    case '/':
      return calculate(operator, evaluate(left, context), evaluate(right, context));
    default:
      return compare(operator, evaluate(left, context), evaluate(right, context));
  }
}

function condition(expression: Expression, context: ExpressionContext): boolean {
  const value = evaluate(expression, context);
  if (typeof value !== 'boolean') throw new ExpressionError(`${kindOf(value)} is neither true nor false`);
  return value;
}

function variable(name: string, { variables }: ExpressionContext): unknown {
  if (!Object.hasOwn(variables, name)) throw new ExpressionError(`the name ${name} is not known`);
  return variables[name] ?? null;
}

/** An attribute that was never set is null, and so is one of nobody (sections 8 and 11). */
function memberOf(target: unknown, name: string): unknown {
  if (target === null) return null;
  if (!isRecord(target)) throw new ExpressionError(`${kindOf(target)} has no member ${name}`);
  return Object.hasOwn(target, name) ? (target[name] ?? null) : null;
}

function itemAt(target: unknown, index: unknown): unknown {
  if (target === null) return null;
  if (isRecord(target) && typeof index === 'string') return memberOf(target, index);
  if (!Array.isArray(target) || typeof index !== 'number') {
    throw new ExpressionError(`${kindOf(target)} cannot be indexed by ${kindOf(index)}`);
  }
  const items: readonly unknown[] = target;
  if (!Number.isInteger(index) || index < 0 || index >= items.length) {
    throw new ExpressionError(`a list of ${String(items.length)} has no item ${String(index)}`);
  }
  return items[index] ?? null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
