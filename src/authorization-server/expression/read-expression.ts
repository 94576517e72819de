import { LRUCache } from 'lru-cache';
import type { Expression } from './expression.js';
import { parseExpression } from './parse-expression.js';

/** What was read before: each token of a server asks for the same expressions. */
const READ = new LRUCache<string, Expression>({ max: 500 });

/**
 * Reads an expression, or remembers it.
 *
 * @throws ExpressionError that names the column
 */
export function readExpression(text: string): Expression {
  const known = READ.get(text);
  if (known !== undefined) return known;
  const expression = parseExpression(text);
  READ.set(text, expression);
  return expression;
}
