import { oauthError } from '../errors/oauth-errors.js';
import { oktaId } from '../identifiers.js';
import { tokenEndpoint } from '../issuers/issuer.js';
import { grantAccess } from '../minting/grant-access.js';
import { prepareTokens } from '../minting/prepare-tokens.js';
import { signTokens } from '../minting/sign-tokens.js';
import type { User } from '../org/org.js';
import type { GrantedAccess } from '../policy/access-decision.js';
import { scopesToConsent } from '../policy/consent.js';
import { isRefreshable } from '../refresh-tokens/is-refreshable.js';
import { withFirstRefreshToken } from '../refresh-tokens/start-chain.js';
import type { RunningOrg } from '../running-org.js';
import { checkPassword } from '../sessions/check-password.js';
import type { GrantedTokens, GrantRequest } from './grant.js';
import { requiredParameter } from './required-parameter.js';

const GRANT_TYPE = 'password';

/** Tokens for a person's own password, which the client has been told (okta/authorization-server.md section 3.2). */
export async function grantPassword(running: RunningOrg, grantRequest: GrantRequest): Promise<GrantedTokens> {
  const { issuer, client, body, request } = grantRequest;
  const user = personWithPassword(running, grantRequest);
  const scope = body.get('scope');
  const access = grantAccess(running, issuer, { client, user, grantType: GRANT_TYPE, scope });
  checkConsent(running, grantRequest, { user, access });
  const session = running.sessions.begin(user.id);
  const authTime = Math.floor(session.lastPasswordVerificationAt / 1000);
  const protocolRequest = {
    ...(scope === undefined ? {} : { scope }),
    grant_type: GRANT_TYPE,
    client_id: client.id,
  };
  const prepared = await prepareTokens(running, {
    ...{ issuer, client, user, grantType: GRANT_TYPE, access, authTime, nonce: null },
    refreshTokenJti: isRefreshable(client, access.scopes) ? oktaId('oar', running.random) : null,
    circumstances: {
      source: tokenEndpoint(issuer),
      ...{ request, protocolRequest, originalGrant: null },
      session: running.org.switches.sessionOnPasswordGrant ? session : null,
    },
  });
  const granted = access.scopes.map(({ name }) => name).join(' ');
  const origin = {
    ...{ issuerId: issuer.server.id, clientId: client.id, userId: user.id, authTime, grantType: GRANT_TYPE },
    authorization: { scope: scope ?? granted, grant_type: GRANT_TYPE },
  };
  const response = await signTokens(running, issuer, prepared);
  const { before, after } = prepared;
  return { response: withFirstRefreshToken(running, response, { prepared, origin }), user, before, after };
}

/** @throws OAuthError */
function personWithPassword({ org }: RunningOrg, { body }: GrantRequest): User {
  const login = requiredParameter(body, 'username');
  const password = requiredParameter(body, 'password');
  const check = checkPassword(org, login, password);
  switch (check.kind) {
    case 'right':
      return check.user;
    case 'expired':
      throw oauthError('expired_password_credentials');
    case 'wrong':
      throw oauthError('invalid_password_credentials').withDetail(check.why);
  }
}

interface Granting {
  readonly user: User;
  readonly access: GrantedAccess;
}

/** Nobody is there to consent now: what a person has consented to before will do (section 3.8). @throws OAuthError */
function checkConsent(
  running: RunningOrg,
  { issuer, client }: GrantRequest,
  { user, access }: Granting,
): void {
  const given = running.consents.of({ issuerId: issuer.server.id, clientId: client.id, userId: user.id });
  const missing = scopesToConsent(client, access.scopes, []).filter(({ name }) => !given.has(name));
  if (missing.length > 0) {
    throw oauthError('consent_required_ropf', missing.map(({ name }) => name).join(', '));
  }
}
