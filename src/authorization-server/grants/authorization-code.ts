import type { AuthorizationCode } from '../codes/authorization-code.js';
import { oauthError } from '../errors/oauth-errors.js';
import { signTokens } from '../minting/sign-tokens.js';
import type { User } from '../org/org.js';
import { withFirstRefreshToken } from '../refresh-tokens/start-chain.js';
import type { RunningOrg } from '../running-org.js';
import type { GrantedTokens, GrantRequest } from './grant.js';
import { requiredParameter } from './required-parameter.js';
import { verifyPkce } from './verify-pkce.js';

/** Redeems a code for the tokens that `/authorize` prepared (okta/authorization-server.md section 3.2). */
export async function grantAuthorizationCode(
  running: RunningOrg,
  request: GrantRequest,
): Promise<GrantedTokens> {
  const { issuer, body } = request;
  const text = requiredParameter(body, 'code');
  const redirectUri = requiredParameter(body, 'redirect_uri');
  const code = findCode(running, request, text);
  // Once its own client has presented it, a code is spent, whatever comes of it.
  running.codes.take(text, running.clock.now());
  if (redirectUri !== code.redirectUri) throw oauthError('mismatched_redirect_uri');
  verifyPkce(code.challenge, body.get('code_verifier'));
  const user = findUser(running, code);
  const { prepared, issuerId, clientId, userId, authorization, authTime } = code;
  const origin = { issuerId, clientId, userId, authorization, authTime, grantType: 'authorization_code' };
  const response = await signTokens(running, issuer, prepared);
  const { before, after } = prepared;
  return { response: withFirstRefreshToken(running, response, { prepared, origin }), user, before, after };
}

function findCode(running: RunningOrg, { issuer, client }: GrantRequest, text: string): AuthorizationCode {
  const code = running.codes.find(text, running.clock.now());
  if (code === undefined) throw oauthError('invalid_authorization_code');
  if (code.issuerId !== issuer.server.id) throw oauthError('mismatched_authorization_server');
  if (code.clientId !== client.id) throw oauthError('mismatched_client');
  return code;
}

/** Somebody who has gone or been suspended since gets nothing. */
function findUser(running: RunningOrg, { userId }: AuthorizationCode): User {
  const user = running.org.users.get(userId);
  if (user?.status === 'ACTIVE') return user;
  throw oauthError('invalid_authorization_code').withDetail('the user is no longer active');
}
