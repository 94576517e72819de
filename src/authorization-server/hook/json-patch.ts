/** One operation of RFC 6902; `names` are the unescaped reference tokens of its path. */
export interface JsonOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly names: readonly string[];
  readonly value: unknown;
}

type JsonObject = Record<string, unknown>;

/** RFC 6901, section 4: digits without a leading zero. */
const ARRAY_INDEX = /^(?:0|[1-9]\d*)$/;

/**
 * Applies one operation in place, by RFC 6902, with the arrays of section 2.5. Says why where it cannot be applied; then
 * nothing is changed. The value becomes a part of the target.
 */
export function patchJson(target: JsonObject, operation: JsonOperation): string | null {
  const parents = [...operation.names];
  const key = parents.pop();
  if (key === undefined) return 'the path is empty';
  let parent: unknown = target;
  for (const name of parents) parent = childOf(parent, name);
  if (Array.isArray(parent)) return patchArray(parent, key, operation);
  if (isObject(parent)) return patchObject(parent, key, operation);
  return 'what the path leads through does not exist';
}

function childOf(parent: unknown, name: string): unknown {
  if (Array.isArray(parent)) return ARRAY_INDEX.test(name) ? (parent[Number(name)] as unknown) : undefined;
  return isObject(parent) && Object.hasOwn(parent, name) ? parent[name] : undefined;
}

function patchObject(object: JsonObject, key: string, { op, value }: JsonOperation): string | null {
  if (op !== 'add' && !Object.hasOwn(object, key)) return 'it does not exist';
  if (op === 'remove') Reflect.deleteProperty(object, key);
  // An assignment would miss a claim named `__proto__`.
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  return null;
}

function patchArray(array: unknown[], key: string, { op, value }: JsonOperation): string | null {
  const index = op === 'add' && key === '-' ? array.length : indexOf(key);
  if (index === null) return 'an element of an array is named by its index';
  const end = op === 'add' ? array.length : array.length - 1;
  if (index > end) return 'the index is beyond the end of the array';
  const removed = op === 'add' ? 0 : 1;
  const added = op === 'remove' ? [] : [value];
  array.splice(index, removed, ...added);
  return null;
}

function indexOf(key: string): number | null {
  return ARRAY_INDEX.test(key) ? Number(key) : null;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
