import { createPublicKey, type KeyObject } from 'node:crypto';

/** A public key that a token may be signed with. */
export interface VerificationKey {
  readonly kid: string;
  readonly key: KeyObject;
  /** JWS algorithms that the key is good for: by its kind, and by its `alg` where it has one. */
  readonly algorithms: ReadonlySet<string>;
  /** What makes it this key and no other. */
  readonly fingerprint: string;
}

/** Keys by their id. */
export type KeySet = ReadonlyMap<string, VerificationKey>;

export interface ParsedKeySet {
  readonly keys: KeySet;
  /** How many keys of the document are of no use here: for encryption, too weak, not public, without an id of their own. */
  readonly passedOver: number;
}

/** A JWKS could not be had or used. The code says why. */
export class JwksError extends Error {
  constructor(
    readonly code: `JWKS_${string}`,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'JwksError';
  }
}

/** The most keys that a document may hold: an issuer has two or three. */
const KEYS_LIMIT = 32;

const KID_LIMIT = 255;

/** Shorter RSA keys are not allowed by RFC 7518 (section 3.3); longer ones cost more than they are worth. */
const RSA_BITS = { least: 2048, most: 8192 };

const RSA_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

const CURVE_ALGORITHMS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['P-256', ['ES256']],
  ['P-384', ['ES384']],
  ['P-521', ['ES512']],
]);

/**
 * Reads a JWKS (RFC 7517): the keys that signatures can be checked with. Symmetric and private keys, keys of another use and
 * weak ones are passed over, and so are all the keys of an id that comes twice.
 *
 * @throws JwksError where the document is none, holds too many keys, or none of use
 */
export function parseKeySet(text: string): ParsedKeySet {
  const listed = listKeys(text);
  const usable = listed.map(toVerificationKey).filter((key) => key !== undefined);
  const ids = usable.map(({ kid }) => kid);
  const single = usable.filter(({ kid }) => ids.indexOf(kid) === ids.lastIndexOf(kid));
  if (single.length === 0) throw new JwksError('JWKS_NO_USABLE_KEY', 'the JWKS holds no key of use');
  return { keys: new Map(single.map((key) => [key.kid, key])), passedOver: listed.length - single.length };
}

/** The new keys, where they are the old ones as the very same objects. */
export function carryOver(known: KeySet, next: KeySet): KeySet {
  return new Map(
    [...next].map(([kid, key]) => {
      const old = known.get(kid);
      return [kid, old?.fingerprint === key.fingerprint ? old : key];
    }),
  );
}

function listKeys(text: string): readonly unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new JwksError('JWKS_NOT_JSON', 'the JWKS is not JSON', { cause: error });
  }
  const keys = isObject(parsed) ? parsed['keys'] : undefined;
  if (!Array.isArray(keys)) throw new JwksError('JWKS_MALFORMED', 'the JWKS has no list "keys"');
  if (keys.length > KEYS_LIMIT)
    throw new JwksError('JWKS_TOO_MANY_KEYS', `the JWKS has more than ${String(KEYS_LIMIT)} keys`);
  return keys;
}

function toVerificationKey(jwk: unknown): VerificationKey | undefined {
  if (!isObject(jwk) || !isForVerification(jwk)) return undefined;
  const { kid, alg } = jwk;
  if (typeof kid !== 'string' || kid === '' || kid.length > KID_LIMIT) return undefined;
  const key = importKey(jwk);
  const possible = key === undefined ? [] : algorithmsOf(key, jwk);
  const algorithms = new Set(alg === undefined ? possible : possible.filter((name) => name === alg));
  if (key === undefined || algorithms.size === 0) return undefined;
  const material = key.export({ type: 'spki', format: 'der' }).toString('base64');
  return { kid, key, algorithms, fingerprint: `${material} ${[...algorithms].join(' ')}` };
}

/** Public, and meant for signatures. A private key that was published is anybody's. */
function isForVerification({ kty, use, key_ops: operations, ...jwk }: Members): boolean {
  const isPublic = kty !== 'oct' && !('k' in jwk) && !('d' in jwk);
  const isForSignatures = use === undefined || use === 'sig';
  const mayVerify = operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
  return isPublic && isForSignatures && mayVerify;
}

function importKey({ kty, crv, n, e, x, y }: Members): KeyObject | undefined {
  const members = Object.entries({ kty, crv, n, e, x, y }).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  try {
    return createPublicKey({ key: Object.fromEntries(members), format: 'jwk' });
  } catch {
    return undefined;
  }
}

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, { crv }: Members) {
  if (asymmetricKeyType === 'rsa') {
    const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
    const isFit = modulusLength >= RSA_BITS.least && modulusLength <= RSA_BITS.most && publicExponent > 2n;
    return isFit ? RSA_ALGORITHMS : [];
  }
  if (asymmetricKeyType === 'ed25519') return ['EdDSA'];
  return asymmetricKeyType === 'ec' ? (CURVE_ALGORITHMS.get(crv) ?? []) : [];
}

type Members = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
