import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { AccessTokenError, type AccessTokenProblem } from './access-token-error.js';
import { refuseAtSight } from './bearer-token.js';
import { issuerKeys } from './issuer-keys.js';
import { ALL_SELECTIONS, readStamp, type BoundSelection, type Stamp } from './read-stamp.js';

// The entry of `mintmark/verify`: what a resource server needs is here, and nothing else.
export { AccessTokenError, type AccessTokenProblem } from './access-token-error.js';
export { readBearerToken } from './bearer-token.js';
export type { BoundSelection, Stamp } from './read-stamp.js';

export interface TokenVerifierOptions {
  /** To the letter: `https://login.acme.example/oauth2/aus…`. */
  readonly issuer: string;
  readonly audience: string;
  /** Where the issuer publishes its keys, or how to look one up; by default `{issuer}/v1/keys`. */
  readonly keys?: URL | JWTVerifyGetKey | undefined;
  /** Instead of the global one, for fetching keys with a CA or a proxy of one's own. */
  readonly fetch?: typeof fetch | undefined;
  /** The version of the stamp that the API reads; 1 where not given. */
  readonly stampVersion?: number;
  /** The ways of finding a tenant that the API trusts; all where not given. */
  readonly selections?: readonly BoundSelection[];
  /** How far the issuer's clock and this one may be apart; 30 where not given. */
  readonly clockToleranceSeconds?: number;
  /** Milliseconds since the epoch; the system clock where not given. */
  readonly now?: () => number;
}

export interface TokenRequirements {
  /** All of them. */
  readonly scopes?: readonly string[];
}

/** What a verified token says. */
export interface VerifiedToken {
  readonly clientId: string;
  /** `00u…`; null for a token that a client has for itself. */
  readonly userId: string | null;
  readonly scopes: readonly string[];
  readonly tenant: Stamp;
  readonly claims: Readonly<JWTPayload>;
}

export interface TokenVerifier {
  /** @throws AccessTokenError */
  verify(token: string, requirements?: TokenRequirements): Promise<VerifiedToken>;
}

/**
 * A verifier of the access tokens of one issuer for one audience: signature, issuer, audience, times, scopes, and the stamp.
 *
 * @throws TypeError where an option cannot be meant
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const settings = readOptions(options);
  return {
    verify: async (token, { scopes = [] } = {}) => {
      refuseAtSight(token, settings.issuer);
      const claims = await verifySigned(token, settings);
      const tenant = readStamp(claims, settings);
      const granted = listOfText(claims['scp']);
      if (!scopes.every((scope) => granted.includes(scope)))
        throw new AccessTokenError('insufficient_scope', { scopes });
      const { cid, uid } = claims;
      return {
        clientId: String(cid),
        userId: typeof uid === 'string' ? uid : null,
        scopes: granted,
        tenant,
        claims,
      };
    },
  };
}

type Settings = ReturnType<typeof readOptions>;

function readOptions(options: TokenVerifierOptions) {
  const { issuer, audience, keys, fetch, stampVersion = 1, selections, now = Date.now } = options;
  // jose takes an audience that is not given for one that does not matter.
  if (audience === '' || typeof audience !== 'string') throw new TypeError('The audience is missing.');
  if (!isTrustworthy(issuer)) throw new TypeError('The issuer must be an https URL, or one on this machine.');
  const source = keys ?? new URL(`${issuer}/v1/keys`);
  if (source instanceof URL && !isTrustworthy(source.href))
    throw new TypeError('The keys must be at an https URL, or at one on this machine.');
  const { clockToleranceSeconds: clockTolerance = 30 } = options;
  if (!Number.isFinite(clockTolerance) || clockTolerance < 0)
    throw new TypeError('The clock tolerance must be a number of seconds.');
  return {
    ...{ issuer, audience, now, version: stampVersion },
    keys: source instanceof URL ? issuerKeys(source, { now, fetch }) : source,
    selections: selections === undefined ? ALL_SELECTIONS : new Set(selections),
    clockTolerance,
  };
}

function isTrustworthy(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isHere);
}

async function verifySigned(token: string, settings: Settings): Promise<JWTPayload> {
  const { issuer, audience, clockTolerance, now } = settings;
  const expected = {
    issuer,
    audience,
    clockTolerance,
    algorithms: ['RS256'],
    requiredClaims: ['exp', 'iat'],
  };
  try {
    return (await jwtVerify(token, settings.keys, { ...expected, currentDate: new Date(now()) })).payload;
  } catch (cause) {
    throw new AccessTokenError(problemOf(cause), { cause });
  }
}

/** By jose's codes; anything else is about the keys: no answer, a timeout, a status, no JSON. */
const PROBLEMS: ReadonlyMap<string, AccessTokenProblem> = new Map([
  [errors.JWTExpired.code, 'expired'],
  [errors.JWSSignatureVerificationFailed.code, 'bad_signature'],
  [errors.JWKSNoMatchingKey.code, 'unknown_key'],
  [errors.JWSInvalid.code, 'malformed'],
  [errors.JWTInvalid.code, 'malformed'],
  [errors.JOSENotSupported.code, 'malformed'],
]);

function problemOf(error: unknown): AccessTokenProblem {
  if (error instanceof errors.JWTClaimValidationFailed) return problemOfClaim(error);
  return (error instanceof errors.JOSEError ? PROBLEMS.get(error.code) : undefined) ?? 'keys_unavailable';
}

function problemOfClaim({ claim, reason }: errors.JWTClaimValidationFailed): AccessTokenProblem {
  if (claim === 'aud') return 'wrong_audience';
  return claim === 'nbf' && reason === 'check_failed' ? 'not_yet_valid' : 'malformed';
}

function listOfText(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
