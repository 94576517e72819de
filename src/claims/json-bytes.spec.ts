import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../okta/token-hook-response.js';
import { jsonBytes } from './json-bytes.js';

describe('jsonBytes', () => {
  it('is the length of the JSON in UTF-8, whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as Json;
        expect(jsonBytes(json)).toBe(Buffer.byteLength(JSON.stringify(json)));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[Json]>([
    [''],
    ['"'],
    ['\\'],
    ['\u007f'],
    ['[]'],
    [' ~'],
    [-0],
    [1e21],
    [[]],
    [{}],
    [{ a: [null] }],
  ])('is exact for %j', (value) => {
    expect(jsonBytes(value)).toBe(Buffer.byteLength(JSON.stringify(value)));
  });
});
