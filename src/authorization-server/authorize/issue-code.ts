import { CODE_LIFETIME_SECONDS } from '../../okta/limits.js';
import { oauthError } from '../errors/oauth-errors.js';
import type { HookOccasion, Session } from '../hook/hook-occasion.js';
import { oktaId } from '../identifiers.js';
import { authorizeEndpoint, type Issuer } from '../issuers/issuer.js';
import { grantAccess } from '../minting/grant-access.js';
import { prepareTokens } from '../minting/prepare-tokens.js';
import type { User } from '../org/org.js';
import type { GrantedAccess } from '../policy/access-decision.js';
import { requestedScopes } from '../policy/requested-scopes.js';
import { isRefreshable } from '../refresh-tokens/is-refreshable.js';
import type { RunningOrg } from '../running-org.js';
import { protocolRequestOf, type AuthorizeRequest } from './authorize-request.js';

/** A person who is signed in, and what asks for a code. */
export interface Authorization {
  readonly issuer: Issuer;
  readonly asked: AuthorizeRequest;
  readonly session: Session;
  readonly user: User;
  readonly request: HookOccasion['request'];
}

const GRANT_TYPE = 'authorization_code';

/** Nobody signs in for what no person could be granted (okta/authorization-server.md sections 3.6 and 3.7). @throws OAuthError */
export function checkScopes(
  { org }: RunningOrg,
  { issuer, asked: { client, scope } }: Pick<Authorization, 'issuer' | 'asked'>,
): void {
  const requested = requestedScopes(
    issuer.server,
    { client, user: null, grantType: GRANT_TYPE, scope },
    org.switches,
  );
  if (requested.kind === 'refused') throw requested.error;
}

/** What policies grant a person who asks for a code. @throws OAuthError */
export function accessOf(
  running: RunningOrg,
  { issuer, asked: { client, scope }, user }: Pick<Authorization, 'issuer' | 'asked' | 'user'>,
): GrantedAccess {
  return grantAccess(running, issuer, { client, user, grantType: GRANT_TYPE, scope });
}

/**
 * Decides everything about the tokens, calls the hook, and keeps the result in a code that is good for 300 s
 * (okta/authorization-server.md section 4.1, okta/token-inline-hook.md section 1.9).
 *
 * @returns the code
 * @throws OAuthError
 */
export async function issueCode(
  running: RunningOrg,
  authorization: Authorization,
  access: GrantedAccess,
): Promise<string> {
  const { issuer, asked, session, user, request } = authorization;
  const { client, nonce, redirectUri, challenge } = asked;
  const protocolRequest = protocolRequestOf(asked);
  const authTime = Math.floor(session.lastPasswordVerificationAt / 1000);
  const prepared = await prepareTokens(running, {
    ...{ issuer, client, user, grantType: GRANT_TYPE, access, authTime, nonce },
    refreshTokenJti: isRefreshable(client, access.scopes) ? oktaId('oar', running.random) : null,
    circumstances: {
      source: authorizeEndpoint(issuer),
      ...{ request, protocolRequest, session },
      originalGrant: null,
    },
  });
  return running.codes.put(
    {
      issuerId: issuer.server.id,
      clientId: client.id,
      userId: user.id,
      ...{ redirectUri, challenge, prepared, authTime },
      authorization: {
        scope: asked.scope ?? access.scopes.map(({ name }) => name).join(' '),
        redirect_uri: redirectUri,
        response_type: 'code',
        grant_type: GRANT_TYPE,
      },
    },
    running.clock.now() + CODE_LIFETIME_SECONDS * 1000,
  );
}

/** Somebody who may sign in. @throws OAuthError */
export function activeUser(running: RunningOrg, userId: string): User {
  const user = running.org.users.get(userId);
  if (user?.status === 'ACTIVE') return user;
  throw oauthError('access_denied').withDetail(
    user === undefined ? 'there is no such user' : `the user is ${user.status}`,
  );
}
