import { describe, expect, it } from '@jest/globals';
import { toClaimValue } from './claim-value.js';

const MAX = Number.MAX_SAFE_INTEGER;

function nested(depth: number): unknown {
  return depth === 0 ? 'leaf' : [nested(depth - 1)];
}

describe('toClaimValue', () => {
  it.each<[unknown, unknown]>([
    ['blue', 'blue'],
    ['', ''],
    [true, true],
    [false, false],
    [1.5, 1.5],
    [50n, 50],
    [0n, 0],
    [BigInt(MAX), MAX],
    [-BigInt(MAX), -MAX],
    [[], []],
    [
      ['a', 1n, true],
      ['a', 1, true],
    ],
    [{ v: 1n }, { v: 1 }],
    [new Map<string, unknown>([['seats', 50n]]), { seats: 50 }],
    [
      new Map<string, unknown>([['regions', ['eu', new Map([['code', 1n]])]]]),
      { regions: ['eu', { code: 1 }] },
    ],
  ])('turns %p into JSON', (result, json) => {
    expect(toClaimValue(result)).toEqual(json);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['nothing', undefined],
    ['2^53', 2n ** 53n],
    ['2^53 + 1', 2n ** 53n + 1n],
    ['-2^53', -(2n ** 53n)],
    ['an integer far beyond', 10n ** 400n],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['minus infinity', Number.NEGATIVE_INFINITY],
    ['bytes', new Uint8Array([1, 2])],
    ['a timestamp', new Date(0)],
    ['a function', () => 'blue'],
    ['a symbol', Symbol('blue')],
    ['an object of a class', new (class Duration {})()],
    ['a set', new Set(['a'])],
    ['a map with a key that is not text', new Map([[1n, 'a']])],
    ['an ill-formed string', '\ud800'],
  ])('counts %s as absent, at any depth', (_, result) => {
    expect(toClaimValue(result)).toBeUndefined();
    expect(toClaimValue(['blue', result])).toBeUndefined();
    expect(toClaimValue({ deep: { deeper: result } })).toBeUndefined();
    expect(toClaimValue(new Map([['deep', result]]))).toBeUndefined();
  });

  // Design: "integers within 2^53". JSON has one kind of number: a double of this size is written as an integer.
  it.each([2 ** 53, 2 ** 60, -(2 ** 53), 1e20])(
    'counts the double %p as absent, since JSON writes it as an integer',
    (result) => {
      expect(Number.isInteger(JSON.parse(JSON.stringify(result)))).toBe(true);
      expect(toClaimValue(result)).toBeUndefined();
    },
  );

  it('counts what nests deeper than eight levels as absent', () => {
    expect(toClaimValue(nested(8))).toEqual(nested(8));
    expect(toClaimValue(nested(9))).toBeUndefined();
    expect(toClaimValue(nested(4_000))).toBeUndefined();
  });

  it('counts what has more than 5,000 values as absent', () => {
    expect(toClaimValue(Array.from({ length: 4_999 }, () => 'a'))).toHaveLength(4_999);
    expect(toClaimValue(Array.from({ length: 5_000 }, () => 'a'))).toBeUndefined();
    const lists = Array.from({ length: 100 }, () => Array.from({ length: 50 }, () => 'a'));
    expect(toClaimValue(lists)).toBeUndefined();
  });

  it('keeps a member called __proto__ as a member', () => {
    const result = toClaimValue(new Map([['__proto__', 'blue']]));
    expect(JSON.stringify(result)).toBe('{"__proto__":"blue"}');
  });
});
