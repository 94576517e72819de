/**
 * Whether two documents say the same: plain objects, arrays, sets of text and single values, compared member by member.
 * `isDeepStrictEqual` does that, too, at several times the cost, and for every document that is read anew.
 */
export function isSameData(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one)) return Array.isArray(other) && isSameArray(one, other);
  if (one instanceof Set) return other instanceof Set && isSameSet(one, other);
  return !Array.isArray(other) && !(other instanceof Set) && isSameObject(one, other);
}

function isSameArray(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((element, index) => isSameData(element, other[index]));
}

function isSameSet(one: ReadonlySet<unknown>, other: ReadonlySet<unknown>): boolean {
  if (one.size !== other.size) return false;
  for (const element of one) if (!other.has(element)) return false;
  return true;
}

function isSameObject(one: object, other: object): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every(
      (name) => Object.hasOwn(other, name) && isSameData(Reflect.get(one, name), Reflect.get(other, name)),
    )
  );
}
