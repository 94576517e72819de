import { isUtf8 } from 'node:buffer';
import type { VerificationKey } from './key-set.js';
import { isSignedBy } from './verify-signature.js';

/** What a token's claims are checked against; all of it comes from the configuration. */
export interface BearerExpectations {
  readonly issuer: string;
  readonly audience: string;
  readonly clientIds: ReadonlySet<string>;
  readonly scope: string;
}

/** Why a token proves nothing: for the log and never for the caller. */
export type TokenProblem =
  | 'not_one_token'
  | 'header'
  | 'algorithm'
  | 'unknown_key'
  | 'signature'
  | 'payload'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'not_yet_valid'
  | 'client'
  | 'scope';

export interface Refused {
  readonly kind: 'refused';
  readonly problem: TokenProblem;
}

/** A token whose form is right; nothing in it is proven yet. */
export interface CompactToken {
  readonly kind: 'token';
  readonly text: string;
  /** Where the dots are. */
  readonly headerEnd: number;
  readonly payloadEnd: number;
  readonly kid: string;
  readonly algorithm: string;
}

/** What a token proved. */
export interface TokenHolder {
  readonly kind: 'proven';
  readonly clientId: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** How far the issuer's clock and ours may be apart, in milliseconds. */
export const CLOCK_TOLERANCE_MS = 30_000;

/** The longest token that is looked at, in characters: Okta's have about 1,000. */
const LENGTH_LIMIT = 8 * 1024;

const KID_LIMIT = 255;

const SCHEME = 'bearer ';

/** A compact JWS (RFC 7515, section 7.1) and nothing before, after or between. */
const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/**
 * Header parameters that change what is verified or with which key (RFC 7515, section 4.1; RFC 7797). An issuer of
 * access tokens has no use for them, and a forger has.
 */
const REFUSED_PARAMETERS = ['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'zip', 'enc'];

const TYPES: ReadonlySet<string> = new Set(['jwt', 'at+jwt', 'application/at+jwt']);

/** What follows the word `Bearer` (in any case) and one space in an Authorization header; undefined for another scheme. */
export function bearerCredentials(authorization: string): string | undefined {
  const isBearer = authorization.slice(0, SCHEME.length).toLowerCase() === SCHEME;
  return isBearer ? authorization.slice(SCHEME.length) : undefined;
}

/** Reads a token's form; nothing of it is believed yet. */
export type TokenReader = (text: string) => CompactToken | Refused;

/**
 * Makes the check of a token's form: one canonical compact JWS of bounded length, with an allowed algorithm, a key id, and no
 * parameter that would have us look for the key elsewhere. An issuer's tokens have one header until its key changes, so the last one that
 * was right is not read again.
 *
 * @param algorithms asymmetric JWS algorithms that the configuration allows
 */
export function tokenReader(algorithms: ReadonlySet<string>): TokenReader {
  let known: { readonly segment: string; readonly header: TokenHeader } | undefined;
  return (text) => {
    if (text.length > LENGTH_LIMIT || !COMPACT_JWS.test(text)) return refused('not_one_token');
    const headerEnd = text.indexOf('.');
    const payloadEnd = text.lastIndexOf('.');
    const areCanonical =
      isCanonical(text, 0, headerEnd) &&
      isCanonical(text, headerEnd + 1, payloadEnd) &&
      isCanonical(text, payloadEnd + 1, text.length);
    if (!areCanonical) return refused('not_one_token');
    if (known?.segment.length === headerEnd && text.startsWith(known.segment))
      return { kind: 'token', text, headerEnd, payloadEnd, ...known.header };
    const segment = text.slice(0, headerEnd);
    const header = readHeader(segment, algorithms);
    if ('problem' in header) return header;
    // A copy: the segment itself would keep the whole token in memory.
    known = { segment: Buffer.from(segment).toString(), header };
    return { kind: 'token', text, headerEnd, payloadEnd, ...header };
  };
}

type TokenHeader = Pick<CompactToken, 'kid' | 'algorithm'>;

function readHeader(segment: string, algorithms: ReadonlySet<string>): TokenHeader | Refused {
  const header = parseObject(Buffer.from(segment, 'base64url'));
  if (header === undefined) return refused('header');
  const { alg, kid, typ } = header;
  if (REFUSED_PARAMETERS.some((name) => Object.hasOwn(header, name))) return refused('header');
  if (typ !== undefined && !(typeof typ === 'string' && TYPES.has(typ.toLowerCase())))
    return refused('header');
  if (typeof kid !== 'string' || kid === '' || kid.length > KID_LIMIT) return refused('header');
  if (typeof alg !== 'string' || !algorithms.has(alg)) return refused('algorithm');
  return { kid, algorithm: alg };
}

/** Last characters whose spare bits are zero, by how many characters of a group of four there are (RFC 4648, section 3.5). */
const CANONICAL_ENDS = ['', '', 'AQgw', 'AEIMQUYcgkosw048'] as const;

/** Decoders ignore the last character's spare bits, and a character too many: without this, one signature had several spellings. */
function isCanonical(text: string, from: number, to: number): boolean {
  const rest = (to - from) % 4;
  return rest === 0 || CANONICAL_ENDS[rest]?.includes(text.charAt(to - 1)) === true;
}

/** Verifies the signature and gives the payload's bytes; undefined where the key did not make it. */
export function verifiedPayload(
  { text, algorithm, headerEnd, payloadEnd }: CompactToken,
  { key, algorithms }: VerificationKey,
): Buffer | undefined {
  if (!algorithms.has(algorithm)) return undefined;
  const signature = Buffer.from(text.slice(payloadEnd + 1), 'base64url');
  if (!isSignedBy(key, algorithm, text.slice(0, payloadEnd), signature)) return undefined;
  return Buffer.from(text.slice(headerEnd + 1, payloadEnd), 'base64url');
}

/**
 * Checks the claims of a verified token, each by its type and its value.
 *
 * @param now milliseconds since the epoch
 */
export function checkClaims(
  payload: Buffer,
  expected: BearerExpectations,
  now: number,
): TokenHolder | Refused {
  const claims = parseObject(payload);
  if (claims === undefined) return refused('payload');
  if (claims['iss'] !== expected.issuer) return refused('issuer');
  if (!isForAudience(claims['aud'], expected.audience)) return refused('audience');
  const clientId = clientIdOf(claims);
  if (clientId === undefined || !expected.clientIds.has(clientId)) return refused('client');
  if (!hasScope(claims, expected.scope)) return refused('scope');
  const problem = problemOfTimes(claims, now);
  if (problem !== undefined) return refused(problem);
  return { kind: 'proven', clientId, expiresAt: Number(claims['exp']) * 1000 };
}

type Claims = Readonly<Record<string, unknown>>;

function isForAudience(aud: unknown, audience: string): boolean {
  return aud === audience || (isListOfText(aud) && aud.includes(audience));
}

/** Okta's `cid`, or `client_id` as RFC 9068 has it; where both are there they say the same. */
function clientIdOf({ cid, client_id: clientId }: Claims): string | undefined {
  const given = [cid, clientId].filter((value) => value !== undefined);
  const [first] = given;
  return typeof first === 'string' && given.every((value) => value === first) ? first : undefined;
}

/** Okta's list `scp`, or `scope` with spaces between, as RFC 9068 has it. What is there has to be of its type. */
function hasScope({ scp = [], scope = '' }: Claims, wanted: string): boolean {
  if (!isListOfText(scp) || typeof scope !== 'string') return false;
  return scp.includes(wanted) || scope.split(' ').includes(wanted);
}

function problemOfTimes({ exp, nbf, iat }: Claims, now: number): TokenProblem | undefined {
  if (!isInstant(exp)) return 'payload';
  if (now >= exp * 1000 + CLOCK_TOLERANCE_MS) return 'expired';
  for (const begin of [nbf, iat]) {
    if (begin === undefined) continue;
    if (!isInstant(begin) || begin * 1000 > now + CLOCK_TOLERANCE_MS || begin > exp) return 'not_yet_valid';
  }
  return undefined;
}

/** A NumericDate (RFC 7519, section 2) that a `Date` can hold. */
function isInstant(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 8_640_000_000_000;
}

function isListOfText(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

/** The JSON object that some bytes are; undefined where they are anything else, or not UTF-8. */
function parseObject(bytes: Buffer): Claims | undefined {
  if (!isUtf8(bytes)) return undefined;
  try {
    const parsed: unknown = JSON.parse(bytes.toString('utf8'));
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(problem: TokenProblem): Refused {
  return { kind: 'refused', problem };
}
