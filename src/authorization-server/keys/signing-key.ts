import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { opaqueText, type RandomBytes } from '../identifiers.js';

/** What is published of a key (okta/authorization-server.md section 2.2). */
export interface PublicKey {
  readonly kty: 'RSA';
  readonly alg: 'RS256';
  readonly kid: string;
  readonly use: 'sig';
  readonly e: string;
  readonly n: string;
}

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: PublicKey;
}

/** Makes the next key. */
export type KeySource = () => Promise<SigningKey>;

const RSA_BITS = 2048;
const generate = promisify(generateKeyPair);

/** Generates a key of 2048 bits whenever one is needed, which takes about 100 ms. */
export function generatedKeys(random: RandomBytes): KeySource {
  return async () => {
    const { privateKey } = await generate('rsa', { modulusLength: RSA_BITS });
    return asSigningKey(privateKey, random);
  };
}

/**
 * Takes the given keys in turn, over and over, under key ids of their own: tests start faster with them.
 *
 * @param pems private RSA keys
 * @throws TypeError where one is no RSA key
 */
export function givenKeys(pems: readonly string[], random: RandomBytes): KeySource {
  const keys = pems.map((pem) => createPrivateKey(pem));
  let next = 0;
  return () => {
    const key = keys[next % keys.length];
    next += 1;
    if (key === undefined) throw new TypeError('a list of signing keys must not be empty');
    return Promise.resolve(asSigningKey(key, random));
  };
}

/** The key id is opaque: Okta's is no thumbprint (section 2.2). */
function asSigningKey(privateKey: KeyObject, random: RandomBytes): SigningKey {
  const kid = opaqueText(random);
  return { kid, privateKey, publicKey: publicKeyOf(privateKey, kid) };
}

/** The public half of a key. @throws TypeError where it is no RSA key */
export function publicKeyOf(privateKey: KeyObject, kid: string): PublicKey {
  const { kty, e, n } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (kty !== 'RSA' || e === undefined || n === undefined)
    throw new TypeError('signing keys must be RSA keys');
  return { kty, alg: 'RS256', kid, use: 'sig', e, n };
}
