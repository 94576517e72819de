import {
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  importJWK,
  type CryptoKey,
  type JWTPayload,
} from 'jose';
import { oauthError, type OAuthError } from '../errors/oauth-errors.js';
import type { Client, Org } from '../org/org.js';
import type { UsedAssertions } from './used-assertions.js';

export interface AssertionNeeds {
  /** The URL of the endpoint that is called: nothing else is the audience (okta/authorization-server.md section 3.1). */
  readonly endpoint: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly used: UsedAssertions;
}

/** An assertion may not be valid for longer, in seconds. */
const LONGEST_LIFETIME = 3_600;

/** The shortest secret that verifies an HMAC, in characters. */
const SHORTEST_SECRET = 32;

const SECRET_ALGORITHMS: ReadonlySet<string> = new Set(['HS256', 'HS384', 'HS512']);
const KEY_ALGORITHMS: ReadonlySet<string> = new Set(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512']);

interface Assertion {
  readonly alg: string;
  readonly kid: string | undefined;
  readonly claims: JWTPayload;
}

/** The client that an assertion names as its issuer. @throws OAuthError */
export function clientOfAssertion(org: Org, assertion: string): Client {
  const { iss } = parse(assertion).claims;
  const client = typeof iss === 'string' ? org.clients.get(iss) : undefined;
  if (client === undefined) throw oauthError('client_assertion_invalid_issuer');
  return client;
}

/**
 * Checks a client assertion in full: subject, audience, times, signature, single use (okta/authorization-server.md sections 3.1
 * and 3.8).
 *
 * @throws OAuthError
 */
export async function checkAssertion(client: Client, text: string, needs: AssertionNeeds): Promise<void> {
  const assertion = parse(text);
  const { claims } = assertion;
  if (claims.sub !== client.id) throw oauthError('client_assertion_invalid_subject');
  checkMethod(client, assertion);
  if (![claims.aud].flat().includes(needs.endpoint)) throw oauthError('client_assertion_invalid_audience');
  const nowSeconds = Math.floor(needs.now() / 1000);
  checkTimes(claims, nowSeconds);
  await checkSignature(text, await keyFor(client, assertion));
  const isFirstUse = claims.jti === undefined || needs.used.note(client.id, claims.jti);
  if (!isFirstUse) throw oauthError('client_assertion_already_used');
}

function parse(text: string): Assertion {
  try {
    const { alg = '', kid } = decodeProtectedHeader(text);
    return { alg, kid, claims: decodeJwt(text) };
  } catch {
    throw oauthError('client_assertion_invalid_jwt');
  }
}

function checkMethod({ authenticationMethod }: Client, { alg }: Assertion): void {
  const isBySecret = SECRET_ALGORITHMS.has(alg);
  if (!isBySecret && !KEY_ALGORITHMS.has(alg))
    throw oauthError('client_assertion_invalid_signature_algorithm');
  const method = isBySecret ? 'client_secret_jwt' : 'private_key_jwt';
  if (authenticationMethod !== method) {
    throw oauthError('invalid_token_endpoint_auth_method').withDetail(
      `the client is registered for ${authenticationMethod}, not ${method}`,
    );
  }
}

function checkTimes({ exp, iat }: JWTPayload, now: number): void {
  if (typeof exp !== 'number') throw oauthError('client_assertion_expiration_required');
  if (exp <= now) throw oauthError('client_assertion_expired_token');
  if (exp > now + LONGEST_LIFETIME) throw oauthError('client_assertion_expires_too_far_in_future');
  if (iat !== undefined && !(iat <= now)) throw oauthError('client_assertion_issued_at_in_future');
}

/** Only keys that are registered: nothing that the assertion itself points to or brings along. */
async function keyFor(client: Client, { alg, kid }: Assertion): Promise<CryptoKey | Uint8Array> {
  if (SECRET_ALGORITHMS.has(alg)) return secretOf(client);
  if (client.jwks === null) throw oauthError('client_assertion_jwks_not_configured');
  const { keys } = client.jwks;
  const candidates = kid === undefined ? keys : keys.filter((key) => key['kid'] === kid);
  const [key] = candidates;
  if (key === undefined || candidates.length > 1) throw oauthError('client_assertion_invalid_kid');
  try {
    return await importJWK(key, alg);
  } catch {
    throw invalidSignature('the registered key cannot be used with the algorithm of the assertion');
  }
}

function secretOf({ secret }: Client): Uint8Array {
  if (secret === null) throw oauthError('client_assertion_invalid_no_secret');
  if (secret.length < SHORTEST_SECRET) throw oauthError('client_assertion_invalid_secret_length');
  return new TextEncoder().encode(secret);
}

async function checkSignature(text: string, key: CryptoKey | Uint8Array): Promise<void> {
  try {
    await compactVerify(text, key);
  } catch {
    throw invalidSignature('the signature is not by the registered key');
  }
}

function invalidSignature(detail: string): OAuthError {
  return oauthError('client_assertion_invalid_signature').withDetail(detail);
}
