import type { Issuer } from '../issuers/issuer.js';
import type { Client, User } from '../org/org.js';
import { stateOf, type RefreshToken } from '../refresh-tokens/refresh-chain.js';
import type { RunningOrg } from '../running-org.js';
import { activeParties, activeToken, type ActiveToken } from './active-token.js';

type Members = Readonly<Record<string, unknown>>;

/** What is said of every token that is not good, whatever is wrong with it. */
const INACTIVE: Members = Object.freeze({ active: false });

export interface Introspection {
  readonly issuer: Issuer;
  /** Who asks. */
  readonly client: Client;
  readonly token: string;
  /** `token_type_hint`. */
  readonly hint: string | undefined;
}

/** What an issuer says of a token (okta/authorization-server.md section 4.2): of any kind, if it is the issuer's own. */
export async function introspectToken(running: RunningOrg, introspection: Introspection): Promise<Members> {
  const { issuer, token, hint, client } = introspection;
  const refreshToken = running.refreshTokens.find(token);
  if (refreshToken !== undefined) {
    return isHinted(running, hint, 'refresh_token')
      ? ofRefreshToken(running, introspection, refreshToken)
      : INACTIVE;
  }
  const active = await activeToken(running, issuer, token);
  if (active === undefined || !mayAsk(running, client, active)) return INACTIVE;
  const type = active.kind === 'access' ? 'access_token' : 'id_token';
  return isHinted(running, hint, type) ? membersOf(active) : INACTIVE;
}

/** A hint that is wrong does no harm (RFC 7662, section 2.1), unless a switch says otherwise. */
function isHinted({ org }: RunningOrg, hint: string | undefined, type: string): boolean {
  return org.switches.wrongTokenTypeHint === 'ignore' || hint === undefined || hint === type;
}

/** A resource server asks by a client of its own about the access tokens of others. */
function mayAsk({ org }: RunningOrg, client: Client, { kind, clientId }: ActiveToken): boolean {
  if (clientId === client.id) return true;
  return kind === 'access' && org.switches.introspectOthersAccessTokens;
}

/**
 * The members of the documentation's sample in its order, then the other claims of the token: a claim that is called like one of
 * those, which an org or a hook may add, does not stand in for it.
 */
function membersOf({ kind, claims, clientId, user }: ActiveToken): Members {
  const { exp, iat, sub, aud, iss, jti, scp } = claims;
  const own = {
    active: true,
    token_type: 'Bearer',
    ...(kind === 'access' && Array.isArray(scp) ? { scope: scp.join(' ') } : {}),
    client_id: clientId,
    ...usernameOf(user),
    ...{ exp, iat, sub, aud, iss, jti },
  };
  return { ...own, ...claims, ...own };
}

function usernameOf(user: User | null): Members {
  return user === null ? {} : { username: user.profile.login };
}

/** A replaced token is good for its leeway; asking about one that is not ends no chain. */
function ofRefreshToken(
  running: RunningOrg,
  { issuer, client }: Introspection,
  token: RefreshToken,
): Members {
  const { chain, idleUntil } = token;
  if (chain.issuerId !== issuer.server.id || chain.clientId !== client.id) return INACTIVE;
  const parties = activeParties(running, chain);
  const state = stateOf(token, running.clock.now(), client.refreshToken.leewaySeconds);
  if (parties?.user == null || state !== 'usable') return INACTIVE;
  const { login } = parties.user.profile;
  return {
    ...{ active: true, token_type: 'Bearer', scope: chain.scopes.join(' '), client_id: chain.clientId },
    ...{
      username: login,
      exp: Math.floor(Math.min(idleUntil, chain.expiresAt ?? idleUntil) / 1000),
      sub: login,
    },
  };
}
