import { ExpressionError, type ArithmeticOperator, type ComparisonOperator } from './expression.js';

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
  return result;
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

/** SpEL writes null as "null", and the items of a list with commas. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(',');
  if (typeof value === 'string') return value;
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new ExpressionError(`${kindOf(value)} is no text`);
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

function isEqual(left: unknown, right: unknown): boolean {
  if (!Array.isArray(left) || !Array.isArray(right)) return left === right;
  return left.length === right.length && left.every((item, index) => isEqual(item, right[index]));
}

function orderOf(left: unknown, right: unknown): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string')
    return Number(left > right) - Number(left < right);
  throw new ExpressionError(`${kindOf(left)} cannot be compared with ${kindOf(right)}`);
}

/** What a value is, for messages: its content stays out of them. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
