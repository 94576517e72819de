import { ExpressionError } from '../expression.js';
import { CONVERTIBLE, fixed, type Functions } from '../parameters.js';

/** `Convert.…`: what is no number fails. */
export const CONVERSION_FUNCTIONS: Functions = {
  'Convert.toInt': fixed([CONVERTIBLE], ([value]) => toInt(numberOf(value))),
  'Convert.toNum': fixed([CONVERTIBLE], ([value]) => numberOf(value)),
};

/** Decimal, as people write numbers. */
const NUMBER = /^[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?$/;

function numberOf(value: string | number): number {
  const number = typeof value === 'string' && !NUMBER.test(value.trim()) ? Number.NaN : Number(value);
  if (!Number.isFinite(number)) throw new ExpressionError('a text is no number');
  return number;
}

const LONG = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** Rounds as Java does: halves go up, and what does not fit 32 bits wraps around. */
function toInt(number: number): number {
  const rounded = BigInt(Math.floor(number + 0.5));
  const long = rounded > LONG.max ? LONG.max : rounded < LONG.min ? LONG.min : rounded;
  return Number(BigInt.asIntN(32, long));
}
