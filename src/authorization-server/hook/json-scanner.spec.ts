import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findJsonFault, findJsonValue, lineAndColumn, NESTING_LIMIT } from './json-scanner.js';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON, and JSON with something cut out or put in. */
const nearlyJson = fc
  .tuple(
    fc.json({ maxDepth: 3 }),
    fc.nat(),
    fc.nat({ max: 3 }),
    fc.constantFrom('', ...'{}[],:"\\01e.-ut\n\u0001 '.split('')),
  )
  .map(([text, place, cut, put]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + put + text.slice(at + cut);
  });

describe('findJsonFault', () => {
  it('finds a fault exactly where JSON.parse throws', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyJson, fc.string()), (text) => {
        expect(findJsonFault(text) === null).toBe(isJson(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it('finds none in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2, '\t'), (value, indent) => {
        expect(findJsonFault(JSON.stringify(value, null, indent))).toBeNull();
      }),
    );
  });

  it.each([
    ['', 0],
    ['  ', 2],
    ['{', 1],
    ['{"a":1', 6],
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['{"a":tru}', 5],
    ['[1,,2]', 3],
    ['[1 2]', 3],
    ['{"a":"x\ny"}', 7],
    ['{"a":"\\x"}', 6],
    ['{"a":01}', 6],
    ['{"a":1.}', 6],
    ["{'a':1}", 1],
    ['{"a":1} x', 8],
    ['<html>', 0],
    ['\uFEFF{}', 0],
  ])('says where %j stops being JSON', (text, offset) => {
    expect(findJsonFault(text)).toBe(offset);
  });

  it('takes no deeper nesting than deserializers do', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(findJsonFault(nested(NESTING_LIMIT))).toBeNull();
    expect(findJsonFault(nested(NESTING_LIMIT + 2))).toBe(NESTING_LIMIT + 1);
    expect(findJsonFault('['.repeat(250_000))).toBe(NESTING_LIMIT + 1);
  });

  it('reads a long string', () => {
    expect(findJsonFault(JSON.stringify('\\n"é'.repeat(60_000)))).toBeNull();
  });
});

describe('findJsonValue', () => {
  const text = '{\n  "a": [1, {"b\\u0041": true}],\n  "c": 2\n}';

  it.each([
    [[], 0],
    [['a'], text.indexOf('[')],
    [['a', 0], text.indexOf('1')],
    [['a', 1, 'bA'], text.indexOf('true')],
    [['c'], text.indexOf('2')],
    [['a', 1, 'nope'], text.indexOf('{"b')],
    [['nope', 'deep'], 0],
  ])('finds %j', (path, offset) => {
    expect(findJsonValue(text, path)).toBe(offset);
  });

  it('takes the last of two members with one name', () => {
    expect(findJsonValue('{"a":[1],"a":[2]}', ['a', 0])).toBe(14);
    expect(findJsonValue('{"a":[1],"a":2}', ['a', 0])).toBe(13);
  });
});

describe('lineAndColumn', () => {
  it.each([
    [0, 1, 1],
    [2, 1, 3],
    [3, 2, 1],
    [5, 3, 1],
    [6, 3, 2],
  ])('counts from one: offset %j', (offset, line, column) => {
    expect(lineAndColumn('ab\nc\nd', offset)).toEqual({ line, column });
  });
});
