import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { compactVerify, CompactSign } from 'jose';
import { isSignedBy } from './verify-signature.js';

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const CURVES = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: generateKeyPairSync('ed25519'),
};
const PAIRS = {
  ...{ RS256: RSA, RS384: RSA, RS512: RSA, PS256: RSA, PS384: RSA, PS512: RSA },
  ...CURVES,
};

const NAMES = Object.keys(PAIRS) as (keyof typeof PAIRS)[];

async function signed(algorithm: keyof typeof PAIRS): Promise<string> {
  const { privateKey } = PAIRS[algorithm];
  return new CompactSign(Buffer.from('{"sub":"x"}')).setProtectedHeader({ alg: algorithm }).sign(privateKey);
}

function isOurs(text: string, algorithm: string, key: KeyObject): boolean {
  const end = text.lastIndexOf('.');
  return isSignedBy(key, algorithm, text.slice(0, end), Buffer.from(text.slice(end + 1), 'base64url'));
}

async function isTheLibrarys(text: string, algorithm: string, key: KeyObject): Promise<boolean> {
  return compactVerify(text, key, { algorithms: [algorithm] }).then(
    () => true,
    () => false,
  );
}

/** A token with one of its signature's bytes changed, removed, or added. */
function mangled(text: string): readonly string[] {
  const end = text.lastIndexOf('.') + 1;
  const signature = Buffer.from(text.slice(end), 'base64url');
  const flipped = [0, signature.length >> 1, signature.length - 1].map((at) => {
    const copy = Buffer.from(signature);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  });
  const others = [
    ...[signature.subarray(1), signature.subarray(0, -1), Buffer.alloc(0), Buffer.alloc(signature.length)],
    ...[Buffer.concat([signature, Buffer.of(0)]), Buffer.concat([Buffer.of(0), signature])],
  ];
  return [...flipped, ...others].map((bytes) => `${text.slice(0, end)}${bytes.toString('base64url')}`);
}

describe('a signature', () => {
  it.each(NAMES)('of %s is accepted', async (algorithm) => {
    const text = await signed(algorithm);
    expect(isOurs(text, algorithm, PAIRS[algorithm].publicKey)).toBe(true);
  });

  it.each(NAMES)('of %s is refused when it, or what it signs, is changed', async (algorithm) => {
    const text = await signed(algorithm);
    const { publicKey } = PAIRS[algorithm];
    for (const forged of [...mangled(text), text.replace('.', 'A.'), text.replace('.', '.A')])
      expect(isOurs(forged, algorithm, publicKey)).toBe(false);
  });

  it.each(NAMES)('of %s proves under each algorithm and key what the library says', async (algorithm) => {
    const text = await signed(algorithm);
    for (const other of NAMES) {
      const { publicKey } = PAIRS[other];
      // The header stays, so that the library judges the same bytes; it wants the header's algorithm to be the one allowed.
      const expected = algorithm === other && (await isTheLibrarys(text, other, publicKey));
      const isFit = publicKey.asymmetricKeyType === PAIRS[algorithm].publicKey.asymmetricKeyType;
      if (isFit) expect(isOurs(text, other, publicKey)).toBe(expected);
    }
  });

  it('of PSS with a salt of another length is refused, as the library does', async () => {
    const text = await signed('PS256');
    const input = text.slice(0, text.lastIndexOf('.'));
    const options = { key: RSA.privateKey, padding: 6, saltLength: 20 };
    const forged = `${input}.${sign('sha256', Buffer.from(input), options).toString('base64url')}`;
    expect(isOurs(forged, 'PS256', RSA.publicKey)).toBe(false);
    expect(await isTheLibrarys(forged, 'PS256', RSA.publicKey)).toBe(false);
  });

  it('of a curve in the encoding of X.509 is refused', () => {
    const input = 'e30.e30';
    const { privateKey } = CURVES.ES256;
    const forged = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'der' });
    expect(isSignedBy(createPublicKey(privateKey), 'ES256', input, forged)).toBe(false);
  });

  it.each(['none', 'HS256', 'ES256K', '', 'rs256'])(
    'of the algorithm %j proves nothing',
    async (algorithm) => {
      expect(isOurs(await signed('RS256'), algorithm, RSA.publicKey)).toBe(false);
    },
  );
});
