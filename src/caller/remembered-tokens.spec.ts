import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { VerificationKey } from './key-set.js';
import { digestOf, REMEMBERED_MS, RememberedTokens } from './remembered-tokens.js';

const NOW = 1_000_000;
const FAR = NOW + 10 * REMEMBERED_MS;

function makeKey(kid: string): VerificationKey {
  const { publicKey } = generateKeyPairSync('ed25519');
  return { kid, key: publicKey, algorithms: new Set(['EdDSA']), fingerprint: kid };
}

const key = makeKey('one');

describe('a verified token', () => {
  it('is remembered for five minutes', () => {
    const tokens = new RememberedTokens();
    tokens.remember('a', { clientId: 'one', expiresAt: FAR }, { key, now: NOW });
    expect(tokens.find('a', NOW + REMEMBERED_MS - 1)).toBe('one');
    expect(tokens.find('a', NOW + REMEMBERED_MS)).toBeUndefined();
    expect(tokens.find('a', NOW)).toBeUndefined();
  });

  it('is remembered no longer than it lasts', () => {
    const tokens = new RememberedTokens();
    tokens.remember('a', { clientId: 'one', expiresAt: NOW + 10 }, { key, now: NOW });
    tokens.remember('b', { clientId: 'one', expiresAt: NOW }, { key, now: NOW });
    expect(tokens.find('a', NOW + 9)).toBe('one');
    expect(tokens.find('a', NOW + 10)).toBeUndefined();
    expect(tokens.find('b', NOW)).toBeUndefined();
  });

  it('is forgotten when its key goes', () => {
    const tokens = new RememberedTokens();
    const [other, again] = [makeKey('two'), makeKey('one')];
    tokens.remember('a', { clientId: 'one', expiresAt: FAR }, { key, now: NOW });
    tokens.remember('b', { clientId: 'two', expiresAt: FAR }, { key: other, now: NOW });
    tokens.keepThoseOf(new Map([['two', other]]));
    expect([tokens.find('a', NOW), tokens.find('b', NOW)]).toEqual([undefined, 'two']);
    tokens.remember('a', { clientId: 'one', expiresAt: FAR }, { key, now: NOW });
    tokens.keepThoseOf(new Map([['one', again]]));
    expect(tokens.find('a', NOW)).toBeUndefined();
  });

  it('gives way to newer ones when there are too many', () => {
    const tokens = new RememberedTokens(2);
    for (const digest of ['a', 'b', 'a', 'c'])
      tokens.remember(digest, { clientId: digest, expiresAt: FAR }, { key, now: NOW });
    expect(['a', 'b', 'c'].map((digest) => tokens.find(digest, NOW))).toEqual(['a', undefined, 'c']);
  });

  it('is known by all of its bytes', () => {
    expect(digestOf('a\u00e9')).not.toBe(digestOf('a\u00e8'));
    expect(digestOf('abc')).toBe('ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=');
  });
});
