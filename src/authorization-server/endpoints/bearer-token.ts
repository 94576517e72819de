import { oauthError } from '../errors/oauth-errors.js';
import { activeToken } from '../issued-tokens/active-token.js';
import type { PersonToken } from '../issued-tokens/user-info.js';
import type { Issuer } from '../issuers/issuer.js';
import type { RunningOrg } from '../running-org.js';
import type { TokenRequest } from './token-request.js';

/** At least one of them is needed (okta/authorization-server.md section 4.4). */
const SCOPES: readonly unknown[] = ['profile', 'email', 'address', 'phone'];

/** The person whose access token a request brings. @throws OAuthError */
export async function personOf(
  running: RunningOrg,
  issuer: Issuer,
  request: TokenRequest,
): Promise<PersonToken> {
  const token = await activeToken(running, issuer, presentedToken(request));
  const user = token?.user ?? null;
  if (token?.kind !== 'access' || user === null) throw oauthError('access_token_invalid');
  const { scp } = token.claims;
  const isEnough = Array.isArray(scp) && scp.some((name) => SCOPES.includes(name));
  if (!isEnough) throw oauthError('insufficient_scope');
  return { ...token, user };
}

/** In the header or, with POST, in a form (RFC 6750, section 2). */
function presentedToken({ authorization, query, body }: TokenRequest): string {
  if (query.get('access_token') !== undefined) throw oauthError('access_token_in_query');
  const inBody = body.get('access_token');
  const [header, second] = authorization;
  if (header === undefined) {
    if (inBody === undefined) throw oauthError('access_token_missing');
    if (body.hasDuplicates) throw oauthError('duplicate_oauth_params');
    return inBody;
  }
  if (inBody !== undefined) throw oauthError('access_token_duplicate');
  const [, token] = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header) ?? [];
  if (token === undefined || second !== undefined) throw oauthError('access_token_invalid');
  return token;
}
