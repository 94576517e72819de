import type { Json } from '../okta/token-hook-response.js';

const DEPTH_LIMIT = 8;
const NODE_LIMIT = 5_000;
const TEXT_LIMIT = 64 * 1024;

/**
 * Turns the result of an expression into JSON, or `undefined` where it is not representable without loss: integers
 * beyond 2^53 (also those that a double holds), NaN and infinities, bytes, timestamps, types, `null` at any depth,
 * ill-formed strings and those over 65,536 characters, and anything nested deeper than 8 or larger than 5,000 values.
 */
export function toClaimValue(result: unknown): Json | undefined {
  return convert(result, { depth: 0, budget: { nodes: NODE_LIMIT } });
}

interface Place {
  readonly depth: number;
  readonly budget: { nodes: number };
}

function convert(value: unknown, place: Place): Json | undefined {
  place.budget.nodes -= 1;
  if (place.depth > DEPTH_LIMIT || place.budget.nodes < 0) return undefined;
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value.length <= TEXT_LIMIT && value.isWellFormed() ? value : undefined;
    case 'number':
      return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
        ? value
        : undefined;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
    case 'object':
      return value === null ? undefined : convertStructure(value, { ...place, depth: place.depth + 1 });
    default:
      return undefined;
  }
}

function convertStructure(value: object, place: Place): Json | undefined {
  if (Array.isArray(value)) return convertAll(value, place);
  const entries = plainEntries(value);
  if (entries === undefined) return undefined;
  const values = convertAll(
    entries.map(([, member]) => member),
    place,
  );
  return values === undefined
    ? undefined
    : Object.fromEntries(entries.map(([name], index) => [name, values[index] ?? null]));
}

function convertAll(values: readonly unknown[], place: Place): readonly Json[] | undefined {
  const converted: Json[] = [];
  for (const value of values) {
    const json = convert(value, place);
    if (json === undefined) return undefined;
    converted.push(json);
  }
  return converted;
}

/** Maps and plain objects with string keys; the library's own classes (typed variables, durations) are neither. */
function plainEntries(value: object): readonly (readonly [string, unknown])[] | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return Object.entries(value);
  if (prototype !== Map.prototype || !(value instanceof Map)) return undefined;
  const entries = [...(value as ReadonlyMap<unknown, unknown>)];
  return entries.every((entry): entry is [string, unknown] => typeof entry[0] === 'string')
    ? entries
    : undefined;
}
