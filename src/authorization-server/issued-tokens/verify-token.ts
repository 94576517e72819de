import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK, type JWTPayload } from 'jose';
import type { Issuer } from '../issuers/issuer.js';
import { publishedKeys } from '../keys/ring-keys.js';
import type { RunningOrg } from '../running-org.js';

/** A token that an issuer has signed, whether it is still good or not. */
export interface SignedToken {
  readonly kind: 'access' | 'identity';
  readonly jti: string;
  /** The client that it was issued to. */
  readonly clientId: string;
  /** Null for a machine's own token. */
  readonly userId: string | null;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** @returns the token where the issuer has signed it, by a key that it still publishes; undefined for any other text */
export async function verifyToken(
  running: RunningOrg,
  { uri, server }: Issuer,
  text: string,
): Promise<SignedToken | undefined> {
  const kid = kidOf(text);
  const keys = publishedKeys(await running.keys.of(server).current());
  const key = keys.find((published) => published.kid === kid);
  if (key === undefined) return undefined;
  try {
    await compactVerify(text, await importJWK({ ...key }, key.alg), { algorithms: [key.alg] });
  } catch {
    return undefined;
  }
  const claims = decodeJwt(text);
  return claims.iss === uri ? readClaims(claims) : undefined;
}

function kidOf(text: string): string | undefined {
  try {
    return decodeProtectedHeader(text).kid;
  } catch {
    return undefined;
  }
}

/** No hook can change the claims that tell the kinds apart (okta/token-inline-hook.md section 2.6). */
function readClaims(claims: JWTPayload): SignedToken | undefined {
  const { jti, exp } = claims;
  if (jti === undefined || exp === undefined) return undefined;
  const isAccess = jti.startsWith('AT.');
  const clientId = isAccess ? claims['cid'] : claims.aud;
  const userId = isAccess ? claims['uid'] : claims.sub;
  if (typeof clientId !== 'string') return undefined;
  return {
    ...{ kind: isAccess ? 'access' : 'identity', jti, clientId },
    ...{ userId: typeof userId === 'string' ? userId : null, expiresAt: exp, claims },
  };
}
