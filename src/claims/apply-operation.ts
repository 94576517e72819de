/** One operation on the claims of a token; `names` are the unescaped reference tokens below `/claims`. */
export interface ClaimOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly names: readonly string[];
  readonly value: unknown;
}

const ARRAY_INDEX = /^(?:0|[1-9]\d{0,9})$/;

/**
 * Applies one operation to claims in place, by RFC 6902 within the bounds of contract 2.4 and 2.5. Returns what is wrong
 * where it cannot be applied; then nothing was changed.
 */
export function applyOperation(
  claims: Record<string, unknown>,
  { op, names, value }: ClaimOperation,
): string | undefined {
  const last = names.at(-1);
  if (last === undefined) return 'the path names no claim';
  const parent = names.slice(0, -1).reduce<unknown>(childOf, claims);
  if (Array.isArray(parent)) return applyToArray(parent as unknown[], last, op, value);
  if (typeof parent !== 'object' || parent === null) return 'the parent of the path does not exist';
  if (op !== 'add' && !Object.hasOwn(parent, last)) return `the target of a ${op} does not exist`;
  if (op === 'remove') Reflect.deleteProperty(parent, last);
  else setOwn(parent, last, value);
  return undefined;
}

function childOf(parent: unknown, name: string): unknown {
  if (Array.isArray(parent))
    return ARRAY_INDEX.test(name) ? (parent as readonly unknown[])[Number(name)] : undefined;
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, name)) return undefined;
  return Reflect.get(parent, name);
}

function applyToArray(
  array: unknown[],
  name: string,
  op: ClaimOperation['op'],
  value: unknown,
): string | undefined {
  if (op === 'add' && name === '-') {
    array.push(value);
    return undefined;
  }
  if (!ARRAY_INDEX.test(name)) return 'an array is addressed by an index';
  const index = Number(name);
  if (index > array.length || (index === array.length && op !== 'add'))
    return 'the array index is out of range';
  if (op === 'add') array.splice(index, 0, value);
  else if (op === 'remove') array.splice(index, 1);
  else array[index] = value;
  return undefined;
}

/** Sets a member of the object itself: plain assignment would set the prototype for a claim named `__proto__`. */
export function setOwn(parent: object, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(parent, name, { value, enumerable: true, configurable: true, writable: true });
  } else Reflect.set(parent, name, value);
}
