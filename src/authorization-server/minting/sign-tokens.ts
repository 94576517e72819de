import { oauthError } from '../errors/oauth-errors.js';
import type { Issuer } from '../issuers/issuer.js';
import { signToken } from '../keys/sign-token.js';
import type { RunningOrg } from '../running-org.js';
import { finishAccessClaims, finishIdentityClaims } from '../token-claims/finish-claims.js';
import type { PreparedTokens } from './prepare-tokens.js';
import type { TokenResponse } from './token-response.js';

/** Finishes and signs prepared tokens, as of now, with the issuer's active key: the access token first, for its hash is in the other. */
export async function signTokens(
  running: RunningOrg,
  { server }: Issuer,
  { after, scopes, refreshTokenJti }: PreparedTokens,
): Promise<TokenResponse> {
  const { access, identity } = after;
  if (access === undefined) throw oauthError('access_token_not_generated');
  const { active } = await running.keys.of(server).current();
  const issuedAt = Math.floor(running.clock.now() / 1000);
  const accessToken = signToken(finishAccessClaims(access, { issuedAt, scopes }), active);
  const { jti } = access.claims;
  if (refreshTokenJti !== null && typeof jti === 'string') running.revocations.tie(jti, refreshTokenJti);
  const response = {
    token_type: 'Bearer',
    expires_in: access.lifetimeSeconds,
    access_token: accessToken,
    scope: scopes.map(({ name }) => name).join(' '),
  } as const;
  if (identity === undefined) return response;
  const idToken = signToken(finishIdentityClaims(identity, { issuedAt, accessToken }), active);
  return { ...response, id_token: idToken };
}
