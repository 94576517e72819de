import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import { AccessTokenError } from './access-token-error.js';

/** The longest token that is looked at, in characters: with a full budget of claims they have about 8,000. */
const LENGTH_LIMIT = 16 * 1024;

/** A compact JWS (RFC 7515, section 7.1): nothing before it, after it or between. */
const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

const AUTHORIZATION = /^Bearer ([^\s,]+)$/i;

/** Okta's have none. */
const TYPE = /^(?:application\/)?(?:at\+)?jwt$/i;

/** The token in an Authorization header (RFC 6750, section 2.1). @throws AccessTokenError `no_token` */
export function readBearerToken(authorization: string | undefined): string {
  const [, token] = AUTHORIZATION.exec(authorization ?? '') ?? [];
  if (token === undefined) throw new AccessTokenError('no_token');
  return token;
}

/**
 * Looks at a token before its key is looked for: its form, its algorithm, its issuer and its kind. Nothing is proven by
 * that; but a token of another server is refused for what it is, and not because its key is unknown here.
 *
 * @throws AccessTokenError
 */
export function refuseAtSight(token: string, issuer: string): void {
  if (token.length > LENGTH_LIMIT || !COMPACT_JWS.test(token)) throw new AccessTokenError('malformed');
  const { alg, kid, typ } = decoded(() => decodeProtectedHeader(token));
  if (alg !== 'RS256') throw new AccessTokenError('wrong_algorithm');
  if (typeof kid !== 'string' || !(typ === undefined || TYPE.test(typ)))
    throw new AccessTokenError('malformed');
  const claims = decoded(() => decodeJwt(token));
  if (claims.iss !== issuer) throw new AccessTokenError('wrong_issuer');
  if (!isAccessToken(claims)) throw new AccessTokenError('not_an_access_token');
}

/** Of Okta's tokens only access tokens name their client as `cid` and list scopes; ID tokens are numbered `ID.…`. */
function isAccessToken({ cid, scp, jti }: JWTPayload): boolean {
  return typeof cid === 'string' && Array.isArray(scp) && !String(jti).startsWith('ID.');
}

function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new AccessTokenError('malformed', { cause });
  }
}
