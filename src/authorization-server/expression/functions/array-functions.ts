import { ExpressionError } from '../expression.js';
import { isEqual } from '../operators.js';
import { ANYTHING, fixed, INTEGER, LIST, SOMETHING, variadic, type Functions } from '../parameters.js';
import { DEPTH_LIMIT, isList, LIST_LIMIT, listOf, textOf } from '../values.js';

/** `Arrays.…`: texts with commas are lists, too, and null is an empty one, as it is for `size` and `isEmpty` (section 8). */
export const ARRAY_FUNCTIONS: Functions = {
  'Arrays.add': fixed([LIST, ANYTHING], ([list, value]) => [...(list ?? []), value]),
  'Arrays.remove': fixed([LIST, ANYTHING], ([list, value]) => without(list ?? [], value)),
  'Arrays.clear': fixed([LIST], () => []),
  'Arrays.get': fixed([LIST, INTEGER], ([list, position]) => itemAt(list ?? [], position)),
  'Arrays.flatten': variadic([], SOMETHING, (_, values) => flatten(values.flatMap(listOf))),
  'Arrays.contains': fixed([LIST, ANYTHING], ([list, value]) =>
    (list ?? []).some((item) => isEqual(item, value)),
  ),
  'Arrays.size': fixed([LIST], ([list]) => list?.length ?? 0),
  'Arrays.isEmpty': fixed([LIST], ([list]) => (list ?? []).length === 0),
  'Arrays.toCsvString': fixed([LIST], ([list]) => (list === null ? null : textOf(list))),
};

/** Without the first item that equals the value. */
function without(list: readonly unknown[], value: unknown): readonly unknown[] {
  const at = list.findIndex((item) => isEqual(item, value));
  return at === -1 ? list : list.toSpliced(at, 1);
}

/** The item at a position, counted from 0. */
export function itemAt(list: readonly unknown[], position: number): unknown {
  if (!Number.isInteger(position) || position < 0 || position >= list.length) {
    throw new ExpressionError(`a list of ${String(list.length)} has no item ${String(position)}`);
  }
  return list[position] ?? null;
}

function flatten(list: readonly unknown[], depth = 0): readonly unknown[] {
  if (depth > DEPTH_LIMIT) throw new ExpressionError('a list nests too deeply');
  const flat: unknown[] = [];
  for (const item of list) {
    if (isList(item)) flat.push(...flatten(item, depth + 1));
    else flat.push(item);
    if (flat.length > LIST_LIMIT)
      throw new ExpressionError(`a list is longer than ${String(LIST_LIMIT)} items`);
  }
  return flat;
}
