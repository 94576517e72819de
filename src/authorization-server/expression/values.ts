import type { StepLimit } from '../group-pattern/step-limit.js';
import { ExpressionError } from './expression.js';

/** The longest text and the longest list that an expression may meet or make, and how deeply lists may nest. */
export const TEXT_LIMIT = 32_768;
export const LIST_LIMIT = 10_000;
export const DEPTH_LIMIT = 100;

/** What a value is, for messages: its content stays out of them. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Lets a value pass that is not too long, and counts its length among the steps. */
export function counted(value: unknown, steps: StepLimit): unknown {
  if (typeof value === 'string') {
    if (value.length > TEXT_LIMIT) throw tooLongText();
    steps.spend(1 + value.length);
  } else if (isList(value)) {
    if (value.length > LIST_LIMIT) throw tooLongList();
    steps.spend(1 + value.length);
  } else steps.spend(1);
  return value;
}

/** Spring writes null as "null", and the items of a list with commas. */
export function textOf(value: unknown, depth = 0): string {
  if (depth > DEPTH_LIMIT) throw new ExpressionError('a list nests too deeply');
  if (isList(value)) return joinTexts(value, ',', (item) => textOf(item, depth + 1));
  if (typeof value === 'string') return value;
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new ExpressionError(`${kindOf(value)} is no text`);
}

/** Joins items, and stops where the text becomes too long. */
export function joinTexts<Item>(
  items: readonly Item[],
  separator: string,
  write: (item: Item) => string,
): string {
  let joined = '';
  for (const [index, item] of items.entries()) {
    joined += (index === 0 ? '' : separator) + write(item);
    if (joined.length > TEXT_LIMIT) throw tooLongText();
  }
  return joined;
}

/** A text with commas is a list, too (section 8); anything else is a list of itself. As Spring converts, items are trimmed. */
export function listOf(value: unknown): readonly unknown[] {
  if (isList(value)) return value;
  if (typeof value !== 'string') return [value];
  return value === '' ? [] : value.split(',').map((item) => item.trim());
}

export function tooLongText(): ExpressionError {
  return new ExpressionError(`a text is longer than ${String(TEXT_LIMIT)} characters`);
}

function tooLongList(): ExpressionError {
  return new ExpressionError(`a list is longer than ${String(LIST_LIMIT)} items`);
}
