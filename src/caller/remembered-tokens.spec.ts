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

const [A, B, C] = ['a', 'b', 'c'].map(digestOf) as [string, string, string];

describe('a verified token', () => {
  it('is remembered for five minutes', () => {
    const tokens = new RememberedTokens();
    tokens.remember(A, { clientId: 'one', expiresAt: FAR }, { key, now: NOW });
    expect(tokens.find(A, NOW + REMEMBERED_MS - 1)).toBe('one');
    expect(tokens.find(A, NOW + REMEMBERED_MS)).toBeUndefined();
    expect(tokens.find(A, NOW)).toBeUndefined();
  });

  it('is remembered no longer than it lasts', () => {
    const tokens = new RememberedTokens();
    tokens.remember(A, { clientId: 'one', expiresAt: NOW + 10 }, { key, now: NOW });
    tokens.remember(B, { clientId: 'one', expiresAt: NOW }, { key, now: NOW });
    expect(tokens.find(A, NOW + 9)).toBe('one');
    expect(tokens.find(A, NOW + 10)).toBeUndefined();
    expect(tokens.find(B, NOW)).toBeUndefined();
  });

  it('is forgotten when its key goes', () => {
    const tokens = new RememberedTokens();
    const [other, again] = [makeKey('two'), makeKey('one')];
    tokens.remember(A, { clientId: 'one', expiresAt: FAR }, { key, now: NOW });
    tokens.remember(B, { clientId: 'two', expiresAt: FAR }, { key: other, now: NOW });
    tokens.keepThoseOf(new Map([['two', other]]));
    expect([tokens.find(A, NOW), tokens.find(B, NOW)]).toEqual([undefined, 'two']);
    tokens.remember(A, { clientId: 'one', expiresAt: FAR }, { key, now: NOW });
    tokens.keepThoseOf(new Map([['one', again]]));
    expect(tokens.find(A, NOW)).toBeUndefined();
  });

  it('gives way to newer ones when there are too many, the one that ends first', () => {
    const tokens = new RememberedTokens({ groups: 1, placesOfGroup: 2 });
    const inTurn = [A, B, A, C];
    for (const [index, digest] of inTurn.entries())
      tokens.remember(
        digest,
        { clientId: `client ${String(index)}`, expiresAt: FAR },
        { key, now: NOW + index },
      );
    expect([A, B, C].map((digest) => tokens.find(digest, NOW + 4))).toEqual([
      'client 2',
      undefined,
      'client 3',
    ]);
  });

  it('is found among as many as there are places for, and no other is', () => {
    const tokens = new RememberedTokens({ groups: 256, placesOfGroup: 16 });
    const names = Array.from({ length: 2000 }, (_, count) => `token ${String(count)}`);
    const clientOf = (name: string): string => `client ${String(name.length)}`;
    for (const name of names)
      tokens.remember(digestOf(name), { clientId: clientOf(name), expiresAt: FAR }, { key, now: NOW });
    const found = names.map((name) => tokens.find(digestOf(name), NOW));
    expect(
      found.filter((client, index) => client !== undefined && client !== clientOf(names[index] ?? '')),
    ).toEqual([]);
    expect(found.filter((client) => client === undefined).length).toBeLessThan(200);
    expect(names.map((name) => tokens.find(digestOf(`${name}.`), NOW))).toEqual(names.map(() => undefined));
  });

  it('is another one where a single byte of its digest is', () => {
    const tokens = new RememberedTokens();
    tokens.remember(A, { clientId: 'one', expiresAt: FAR }, { key, now: NOW });
    for (let at = 0; at < A.length; at += 1) {
      const other = String.fromCharCode(A.charCodeAt(at) ^ 1);
      expect(tokens.find(`${A.slice(0, at)}${other}${A.slice(at + 1)}`, NOW)).toBeUndefined();
    }
    expect(tokens.find(A, NOW)).toBe('one');
  });

  it('of a key that has gone leaves nothing to a key that takes its place', () => {
    const tokens = new RememberedTokens();
    const other = makeKey('two');
    tokens.remember(A, { clientId: 'one', expiresAt: FAR }, { key, now: NOW });
    tokens.keepThoseOf(new Map([['two', other]]));
    tokens.remember(B, { clientId: 'two', expiresAt: FAR }, { key: other, now: NOW });
    expect([tokens.find(A, NOW), tokens.find(B, NOW)]).toEqual([undefined, 'two']);
  });

  it('is known by all of its bytes', () => {
    expect(digestOf('a\u00e9')).not.toBe(digestOf('a\u00e8'));
    const digest = Buffer.from(digestOf('abc'), 'latin1').toString('base64');
    expect(digest).toBe('ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=');
  });
});
