import { describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { isSameData } from './same-data.js';

const values = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.uniqueArray(fc.constantFrom('a', 'b', 'c')).map((elements) => new Set(elements)),
  fc.record({ roles: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }), until: fc.option(fc.nat(2)) }),
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
    const document = {
      user: { id: 'ann', memberships: [{ tenantId: 'blue', roles: ['a'] }] },
      known: new Set(['blue']),
    };
    expect(isSameData(document, structuredClone(document))).toBe(true);
    const changed = structuredClone(document);
    changed.user.memberships[0]?.roles.push('b');
    expect(isSameData(document, changed)).toBe(false);
    expect(isSameData(document, { ...document, known: new Set(['green']) })).toBe(false);
    expect(isSameData(document, { ...document, more: null })).toBe(false);
    expect(isSameData(null, document)).toBe(false);
  });
});

function hasNegativeZero(value: unknown): boolean {
  if (Object.is(value, -0)) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasNegativeZero);
}
