import { ExpressionError, type ArithmeticOperator, type ComparisonOperator } from './expression.js';
import { DEPTH_LIMIT, isList, kindOf, textOf } from './values.js';

/** Arithmetic as SpEL has it: `+` also joins texts, and a division of integers is one of integers. */
export function calculate(operator: ArithmeticOperator, left: unknown, right: unknown): unknown {
  if (operator === '+' && (typeof left === 'string' || typeof right === 'string')) {
    return textOf(left) + textOf(right);
  }
  if (typeof left !== 'number' || typeof right !== 'number') {
    throw new ExpressionError(`"${operator}" cannot be applied to ${kindOf(left)} and ${kindOf(right)}`);
  }
  const result = calculateNumbers(operator, left, right);
  if (!Number.isFinite(result)) throw new ExpressionError(`the result of "${operator}" is no number`);
  // JSON has no -0.
  return result === 0 ? 0 : result;
}

function calculateNumbers(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/': {
      const isInteger = Number.isInteger(left) && Number.isInteger(right);
      return isInteger ? Math.trunc(left / right) : left / right;
    }
  }
}

/** Compares; null equals null only, and is less than anything else, as in SpEL. */
export function compare(operator: ComparisonOperator, left: unknown, right: unknown): boolean {
  if (operator === '==') return isEqual(left, right);
  if (operator === '!=') return !isEqual(left, right);
  const order = orderOf(left, right);
  switch (operator) {
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
  }
}

/** Lists are equal where their items are. */
export function isEqual(left: unknown, right: unknown, depth = 0): boolean {
  if (depth > DEPTH_LIMIT) throw new ExpressionError('a list nests too deeply');
  if (!isList(left) || !isList(right)) return left === right;
  return left.length === right.length && left.every((item, index) => isEqual(item, right[index], depth + 1));
}

function orderOf(left: unknown, right: unknown): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string')
    return Number(left > right) - Number(left < right);
  throw new ExpressionError(`${kindOf(left)} cannot be compared with ${kindOf(right)}`);
}
