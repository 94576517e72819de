import { describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { isSameData } from './same-data.js';

const values = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }).map((value): unknown => JSON.parse(JSON.stringify(value))),
  fc.uniqueArray(fc.constantFrom('a', 'b', 'c')).map((elements) => new Set(elements)),
  fc.record(
    { roles: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }), until: fc.option(fc.nat(2)) },
    { noNullPrototype: true },
  ),
);

describe('isSameData', () => {
  it('says of any two values what Node says', () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        // Node tells 0 from -0, which no document holds.
        fc.pre(!hasNegativeZero(one) && !hasNegativeZero(other));
        expect(isSameData(one, other)).toBe(isDeepStrictEqual(one, other));
      }),
      { numRuns: 3_000 },
    );
  });

  it('finds a copy the same, and a copy with one change not', () => {
    const makeDocument = (roles = ['a'], known = ['blue']) => ({
      user: { id: 'ann', memberships: [{ tenantId: 'blue', roles }] },
      known: new Set(known),
    });
    const document = makeDocument();
    expect(isSameData(document, makeDocument())).toBe(true);
    expect(isSameData(document, makeDocument(['a', 'b']))).toBe(false);
    expect(isSameData(document, makeDocument(['a'], ['green']))).toBe(false);
    expect(isSameData(document, { ...makeDocument(), more: null })).toBe(false);
    expect(isSameData(null, document)).toBe(false);
  });
});

function hasNegativeZero(value: unknown): boolean {
  if (Object.is(value, -0)) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasNegativeZero);
}
