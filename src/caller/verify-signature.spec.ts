import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  hash,
  privateEncrypt,
  sign,
  type KeyObject,
} from 'node:crypto';
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

function rsaSignature(input: string): Buffer {
  return sign('sha256', Buffer.from(input), RSA.privateKey);
}

/** The private key's operation on a whole block. */
function rawRsa(block: Buffer): Buffer {
  return privateEncrypt({ key: RSA.privateKey, padding: constants.RSA_NO_PADDING }, block);
}

const SHA256_PREFIX = '3031300d060960864801650304020105000420';

function digestInfo(input: string, prefix = SHA256_PREFIX): Buffer {
  return Buffer.from(`${prefix}${hash('sha256', input)}`, 'hex');
}

interface Padding {
  readonly type?: number;
  readonly filler?: number;
  /** How many bytes of filling there are; as many as fit where it is not given. */
  readonly length?: number;
}

/** A block of 2,048 bits: 00, type, filling, 00, what is signed, and anything up to the end. */
function padded(
  signed: Buffer,
  { type = 1, filler = 0xff, length = 253 - signed.length }: Padding = {},
): Buffer {
  const parts = [Buffer.of(0, type), Buffer.alloc(length, filler), Buffer.of(0), signed];
  return Buffer.concat([...parts, Buffer.alloc(253 - length - signed.length, 0xaa)]);
}

/** Blocks that a careless check takes for the right one (RFC 8017, appendix B.1; Bleichenbacher's forgery of 2006 among them). */
function encodings(input: string): readonly (readonly [string, Buffer])[] {
  const whole = digestInfo(input);
  const rest = Buffer.alloc(8, 0xaa);
  return [
    ['something after the digest and short padding', padded(whole, { length: 8 })],
    ['something after the digest', padded(Buffer.concat([whole, rest]))],
    ['something before the digest', padded(Buffer.concat([rest, whole]))],
    ['a digest alone', padded(Buffer.from(hash('sha256', input), 'hex'))],
    ['an algorithm without its null', padded(digestInfo(input, '302f300b06096086480165030402010420'))],
    ['the name of another digest', padded(digestInfo(input, '3031300d060960864801650304020305000420'))],
    ['a length in its long form', padded(digestInfo(input, '308131300d060960864801650304020105000420'))],
    ['a digest of something else', padded(digestInfo(`${input}A`))],
    ['half of the digest', padded(whole.subarray(0, 35))],
    ['nothing', padded(Buffer.alloc(0))],
    ['padding of the encryption type', padded(whole, { type: 2 })],
    ['padding of type 0', padded(whole, { type: 0, filler: 0 })],
    ['padding of other bytes', padded(whole, { filler: 0xfe })],
    ['no padding', Buffer.concat([Buffer.alloc(256 - whole.length), whole])],
  ];
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

  it('without its leading zero is refused', () => {
    const inputs = Array.from({ length: 10_000 }, (_, count) => `e30.${String(count)}`);
    // One in 256 has one.
    const input = inputs.find((text) => rsaSignature(text)[0] === 0) ?? '';
    const bytes = rsaSignature(input);
    expect(bytes[0]).toBe(0);
    expect(isSignedBy(RSA.publicKey, 'RS256', input, bytes)).toBe(true);
    expect(isSignedBy(RSA.publicKey, 'RS256', input, bytes.subarray(1))).toBe(false);
    expect(isSignedBy(RSA.publicKey, 'RS256', input, Buffer.concat([Buffer.of(0), bytes]))).toBe(false);
  });

  // Made with the private key, so that nothing but the encoding is wrong with them.
  it.each(encodings('e30.e30'))('that holds %s is refused', (_, encoding) => {
    const bytes = rawRsa(encoding);
    expect(isSignedBy(RSA.publicKey, 'RS256', 'e30.e30', bytes)).toBe(false);
  });

  it('that holds what RFC 8017 says is accepted', () => {
    const bytes = rawRsa(padded(digestInfo('e30.e30')));
    expect(isSignedBy(RSA.publicKey, 'RS256', 'e30.e30', bytes)).toBe(true);
    expect(bytes).toEqual(rsaSignature('e30.e30'));
  });

  it('of RSA under a key of another length is refused', () => {
    const longer = generateKeyPairSync('rsa', { modulusLength: 3072 });
    expect(isSignedBy(longer.publicKey, 'RS256', 'e30.e30', rsaSignature('e30.e30'))).toBe(false);
    const bytes = sign('sha256', Buffer.from('e30.e30'), longer.privateKey);
    expect(isSignedBy(longer.publicKey, 'RS256', 'e30.e30', bytes)).toBe(true);
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
