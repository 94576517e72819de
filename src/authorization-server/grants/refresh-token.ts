import { oauthError } from '../errors/oauth-errors.js';
import { revokeChain } from '../issued-tokens/revoke-chain.js';
import { tokenEndpoint } from '../issuers/issuer.js';
import { grantAccess } from '../minting/grant-access.js';
import { prepareTokens, type PreparedTokens } from '../minting/prepare-tokens.js';
import { signTokens } from '../minting/sign-tokens.js';
import { withRefreshToken } from '../minting/token-response.js';
import type { User } from '../org/org.js';
import { stateOf, type RefreshChain, type RefreshToken } from '../refresh-tokens/refresh-chain.js';
import { endOfWindow } from '../refresh-tokens/refresh-lifetimes.js';
import type { RunningOrg } from '../running-org.js';
import type { GrantedTokens, GrantRequest } from './grant.js';
import { recordReuse } from './record-reuse.js';
import { requiredParameter } from './required-parameter.js';

/** The longest `scope` of a refresh, in characters (section 3.6). */
const SCOPE_LENGTH_LIMIT = 4_096;

/** New tokens for a refresh token: policies are evaluated and the hook is called again (section 3.3). */
export async function grantRefreshToken(
  running: RunningOrg,
  grantRequest: GrantRequest,
): Promise<GrantedTokens> {
  const text = requiredParameter(grantRequest.body, 'refresh_token');
  const { chain } = findToken(running, grantRequest, text);
  const user = findUser(running, chain);
  const prepared = await prepareAnew(running, grantRequest, { chain, user });
  const response = await signTokens(running, grantRequest.issuer, prepared);
  // The hook took its time: the chain may have ended meanwhile.
  if (running.refreshTokens.find(text) === undefined) throw oauthError('invalid_refresh_token');
  const refreshToken = succeed(running, grantRequest, { text, prepared });
  const { before, after } = prepared;
  return { response: withRefreshToken(response, refreshToken), user, before, after };
}

function findToken(running: RunningOrg, { issuer, client }: GrantRequest, text: string): RefreshToken {
  const token = running.refreshTokens.find(text);
  if (token === undefined) throw oauthError('invalid_refresh_token');
  const { chain } = token;
  if (chain.issuerId !== issuer.server.id) throw oauthError('mismatched_authorization_server');
  if (chain.clientId !== client.id) throw oauthError('mismatched_client');
  const state = stateOf(token, running.clock.now(), client.refreshToken.leewaySeconds);
  if (state === 'usable') return token;
  if (state === 'reused') {
    revokeChain(running, chain);
    recordReuse(running.log, client, chain);
  }
  throw oauthError('invalid_refresh_token').withDetail(`the refresh token is ${state}`);
}

function findUser(running: RunningOrg, { userId }: RefreshChain): User {
  const user = running.org.users.get(userId);
  if (user?.status === 'ACTIVE') return user;
  throw oauthError('invalid_refresh_token').withDetail('the user is no longer active');
}

interface Refreshing {
  readonly chain: RefreshChain;
  readonly user: User;
}

function prepareAnew(
  running: RunningOrg,
  { issuer, client, body, request }: GrantRequest,
  { chain, user }: Refreshing,
): Promise<PreparedTokens> {
  const scope = body.get('scope');
  const { grantType } = chain;
  const scopes = scopesOfRefresh(chain, scope).join(' ');
  const access = grantAccess(running, issuer, { client, user, grantType, scope: scopes, isRefresh: true });
  const redirectUri = body.get('redirect_uri');
  return prepareTokens(running, {
    ...{ issuer, client, user, grantType: 'refresh_token', access },
    ...{ authTime: chain.authTime, nonce: null, refreshTokenJti: chain.id },
    circumstances: {
      source: tokenEndpoint(issuer),
      request,
      protocolRequest: {
        ...(scope === undefined ? {} : { scope }),
        ...(redirectUri === undefined ? {} : { redirect_uri: redirectUri }),
        grant_type: 'refresh_token',
        client_id: client.id,
      },
      originalGrant: { authorization: chain.authorization, refreshTokenJti: chain.id },
      session: null,
    },
  });
}

/** A refresh may ask for fewer scopes than were granted first; none means the same again. */
function scopesOfRefresh({ scopes }: RefreshChain, scope: string | undefined): readonly string[] {
  if (scope === undefined) return scopes;
  if (scope.length > SCOPE_LENGTH_LIMIT) throw oauthError('invalid_scope');
  const asked = scope.split(' ').filter((name) => name !== '');
  const denied = asked.filter((name) => !scopes.includes(name));
  if (denied.length > 0) throw oauthError('refresh_scopes_denied', denied.join(', '));
  return asked.length === 0 ? scopes : asked;
}

interface Succession {
  readonly text: string;
  readonly prepared: PreparedTokens;
}

/** `ROTATE` returns a new token, `STATIC` repeats the one that was presented (section 3.3). */
function succeed(running: RunningOrg, { client }: GrantRequest, { text, prepared }: Succession): string {
  const now = running.clock.now();
  const idleUntil = endOfWindow(prepared.rule, now);
  const { refreshTokens } = running;
  if (client.refreshToken.rotationType === 'STATIC') return refreshTokens.extend(text, idleUntil);
  return refreshTokens.rotate(text, { now, idleUntil });
}
