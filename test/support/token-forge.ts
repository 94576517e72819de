import { constants, generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto';

/** A key to sign tokens with, and what its issuer publishes of it. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: JsonWebKey & { readonly kid: string };
}

export type Members = Readonly<Record<string, unknown>>;

/** A new key of the kind that a JWS algorithm needs. */
export function makeSigningKey(alg: string, kid: string, { bits = 2048 } = {}): SigningKey {
  const { privateKey, publicKey } = generate(alg, bits);
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' };
  return { kid, alg, privateKey, publicKey, jwk };
}

function generate(alg: string, bits: number): { privateKey: KeyObject; publicKey: KeyObject } {
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  if (alg.startsWith('ES')) {
    const namedCurve = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[alg] ?? 'P-256';
    return generateKeyPairSync('ec', { namedCurve });
  }
  return generateKeyPairSync('rsa', { modulusLength: bits });
}

/** A compact JWS. Header and payload may be text or bytes, which are taken as they are. */
export function signToken(
  header: Members | string,
  payload: Members | string | Buffer,
  { alg, privateKey }: Pick<SigningKey, 'alg' | 'privateKey'>,
): string {
  const input = `${segment(header)}.${segment(payload)}`;
  return `${input}.${signatureOf(input, alg, privateKey).toString('base64url')}`;
}

/** The base64url of JSON, text or bytes. */
export function segment(content: Members | string | Buffer): string {
  if (Buffer.isBuffer(content)) return content.toString('base64url');
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return Buffer.from(text).toString('base64url');
}

/** The signature of a JWS algorithm, by the algorithm's name. */
export function signatureOf(input: string, alg: string, key: KeyObject): Buffer {
  const data = Buffer.from(input);
  if (alg === 'EdDSA') return sign(null, data, key);
  const hash = `sha${alg.slice(2)}`;
  if (alg.startsWith('ES')) return sign(hash, data, { key, dsaEncoding: 'ieee-p1363' });
  if (!alg.startsWith('PS')) return sign(hash, data, key);
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  return sign(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Another spelling of the same bytes: the last character has bits that decoders ignore. */
export function respelled(text: string): string {
  const bytes = Buffer.from(text, 'base64url');
  const spelling = Array.from(ALPHABET, (last) => text.slice(0, -1) + last).find(
    (other) => other !== text && Buffer.from(other, 'base64url').equals(bytes),
  );
  if (spelling === undefined) throw new Error('the text has one spelling only');
  return spelling;
}
