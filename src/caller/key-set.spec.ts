import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { carryOver, JwksError, parseKeySet } from './key-set.js';

function rsa(modulusLength = 2048, publicExponent = 65_537): JsonWebKey {
  return generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({ format: 'jwk' });
}

function ec(namedCurve: string): JsonWebKey {
  return generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' });
}

const RSA = rsa();
const ED25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });

function parse(...keys: readonly unknown[]): ReturnType<typeof parseKeySet> {
  return parseKeySet(JSON.stringify({ keys }));
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof JwksError) return error.code;
    throw error;
  }
  return 'accepted';
}

function algorithmsOf(jwk: object): readonly string[] {
  return [...(parse({ kid: 'one', ...jwk }).keys.get('one')?.algorithms ?? [])];
}

describe('a published key', () => {
  it('is good for the algorithms of its kind', () => {
    expect(algorithmsOf(RSA)).toEqual(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']);
    expect(algorithmsOf(ec('P-256'))).toEqual(['ES256']);
    expect(algorithmsOf(ec('P-384'))).toEqual(['ES384']);
    expect(algorithmsOf(ec('P-521'))).toEqual(['ES512']);
    expect(algorithmsOf(ED25519)).toEqual(['EdDSA']);
  });

  it('is good for its own algorithm alone where it names one', () => {
    expect(algorithmsOf({ ...RSA, alg: 'PS384' })).toEqual(['PS384']);
  });

  it('may have members that nobody here knows', () => {
    expect(algorithmsOf({ ...RSA, x5t: 'x', issued: 1, key_ops: ['verify'], use: 'sig' })).toHaveLength(6);
  });

  it.each<[string, object]>([
    ['is for encryption', { ...RSA, use: 'enc' }],
    ['is for wrapping keys', { ...RSA, key_ops: ['wrapKey'] }],
    ['is for an algorithm of encryption', { ...RSA, alg: 'RSA-OAEP' }],
    ['names an algorithm of another kind', { ...RSA, alg: 'ES256' }],
    ['names HS256', { ...RSA, alg: 'HS256' }],
    ['names none', { ...RSA, alg: 'none' }],
    ['has 1024 bits', rsa(1024)],
    ['has 2047 bits', rsa(2047)],
    ['is private', { ...RSA, d: 'AQAB' }],
    ['is symmetric', { kty: 'oct', k: 'AAAA' }],
    ['is symmetric besides', { ...RSA, k: 'AAAA' }],
    ['is on a curve of no use', ec('secp256k1')],
    ['is on a curve for agreement', generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' })],
    ['is no point of its curve', { ...ec('P-256'), x: RSA.n?.slice(0, 43) }],
    ['has an exponent of 1', { ...RSA, e: 'AQ' }],
    ['has no modulus', { ...RSA, n: undefined }],
    ['has a number for a modulus', { ...RSA, n: 5 }],
    ['has no kind', { ...RSA, kty: undefined }],
    ['has no id', { ...RSA, kid: undefined }],
    ['has an empty id', { ...RSA, kid: '' }],
    ['has a long id', { ...RSA, kid: 'k'.repeat(256) }],
    ['has a number for an id', { ...RSA, kid: 1 }],
  ])('that %s is passed over', (_, jwk) => {
    const { keys, passedOver } = parse({ kid: 'odd', ...jwk }, { ...ED25519, kid: 'good' });
    expect([[...keys.keys()], passedOver]).toEqual([['good'], 1]);
  });

  it('has an id of its own, or does not count', () => {
    const { keys, passedOver } = parse(
      ...[
        { ...RSA, kid: 'x' },
        { ...ED25519, kid: 'x' },
        { ...RSA, kid: 'y' },
      ],
    );
    expect([[...keys.keys()], passedOver]).toEqual([['y'], 2]);
  });

  it('is the same object as before where it is the same key', () => {
    const before = parse({ ...RSA, kid: 'x' }, { ...ED25519, kid: 'y' }, { ...RSA, kid: 'z' }).keys;
    const next = parse({ ...RSA, kid: 'x' }, { ...RSA, kid: 'y' }, { ...RSA, kid: 'z', alg: 'RS256' }).keys;
    const kept = carryOver(before, next);
    expect(['x', 'y', 'z'].map((kid) => kept.get(kid) === before.get(kid))).toEqual([true, false, false]);
  });
});

describe('a document', () => {
  it.each([
    ['', 'JWKS_NOT_JSON'],
    ['{', 'JWKS_NOT_JSON'],
    ['null', 'JWKS_MALFORMED'],
    ['[]', 'JWKS_MALFORMED'],
    ['{}', 'JWKS_MALFORMED'],
    ['{"keys":null}', 'JWKS_MALFORMED'],
    ['{"keys":{"0":{}}}', 'JWKS_MALFORMED'],
    ['{"keys":[]}', 'JWKS_NO_USABLE_KEY'],
    ['{"keys":[null,1,"x",[],{}]}', 'JWKS_NO_USABLE_KEY'],
  ])('such as %j is refused', (text, code) => {
    expect(codeOf(() => parseKeySet(text))).toBe(code);
  });

  it('has at most 32 keys', () => {
    const keys = (count: number) => Array.from({ length: count }, (_, i) => ({ ...ED25519, kid: String(i) }));
    expect(parse(...keys(32)).keys.size).toBe(32);
    expect(codeOf(() => parse(...keys(33)))).toBe('JWKS_TOO_MANY_KEYS');
  });
});
