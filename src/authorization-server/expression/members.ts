import { ExpressionError } from './expression.js';
import { itemAt } from './functions/array-functions.js';
import { isList, isRecord, kindOf } from './values.js';

/** An attribute that was never set is null, and so is one of nobody (sections 8 and 11). */
export function memberOf(target: unknown, name: string): unknown {
  if (target === null) return null;
  if (!isRecord(target)) throw new ExpressionError(`${kindOf(target)} has no member ${name}`);
  return Object.hasOwn(target, name) ? (target[name] ?? null) : null;
}

/** `target[index]`: an item of a list, or a member of an object. */
export function indexed(target: unknown, index: unknown): unknown {
  if (target === null) return null;
  if (isRecord(target) && typeof index === 'string') return memberOf(target, index);
  if (!isList(target) || typeof index !== 'number') {
    throw new ExpressionError(`${kindOf(target)} cannot be indexed by ${kindOf(index)}`);
  }
  return itemAt(target, index);
}

/** `target.![path]`: what the items of a list have there. */
export function projected(target: unknown, path: readonly string[]): unknown {
  if (target === null) return null;
  if (!isList(target)) throw new ExpressionError(`${kindOf(target)} has no items to project`);
  return target.map((item) => path.reduce(memberOf, item));
}
