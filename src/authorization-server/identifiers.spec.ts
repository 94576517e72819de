import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { oktaId, opaqueText, requestId } from './identifiers.js';

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
