import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { oktaId, opaqueText, requestId, suppliedBytes } from './identifiers.js';

describe('an identifier', () => {
  it.each(['oar', '102', 'oae'])('with the prefix %s has 20 characters', (prefix) => {
    expect(oktaId(prefix, randomBytes)).toMatch(new RegExp(`^${prefix}[A-Za-z0-9]{17}$`));
  });

  it('that is opaque has 43 characters of base64url', () => {
    expect(opaqueText(randomBytes)).toMatch(/^[\w-]{43}$/);
  });

  it('of a request has 32 hexadecimal digits', () => {
    expect(requestId(randomBytes)).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('bytes out of a supply', () => {
  it('are as many as wanted, each given once, whatever their number', () => {
    const drawn: Buffer[] = [];
    const take = suppliedBytes((length) => {
      const bytes = randomBytes(length);
      drawn.push(Buffer.from(bytes));
      return bytes;
    });
    const lengths = [32, 16, 17, ...Array.from({ length: 600 }, () => 32), 10_000, 1];
    const taken = lengths.map((length) => take(length));
    expect(taken.map(({ length }) => length)).toEqual(lengths);
    // What is left of one supply is passed over where it does not suffice.
    let supply = Buffer.concat(drawn);
    for (const bytes of taken) {
      const at = supply.indexOf(bytes);
      expect(at).toBeGreaterThanOrEqual(0);
      supply = supply.subarray(at + bytes.length);
    }
    expect(drawn.length).toBeLessThan(6);
  });
});
