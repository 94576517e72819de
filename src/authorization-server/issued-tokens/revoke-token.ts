import type { Issuer } from '../issuers/issuer.js';
import type { Client } from '../org/org.js';
import type { RunningOrg } from '../running-org.js';
import { revokeChain } from './revoke-chain.js';
import { verifyToken } from './verify-token.js';

export interface Revocation {
  readonly issuer: Issuer;
  /** Who asks. */
  readonly client: Client;
  readonly token: string;
}

/** What was revoked, for the log. */
export interface Revoked {
  readonly type: 'access_token' | 'refresh_token';
  readonly id: string;
  readonly userId: string | null;
}

/**
 * Revokes a token of the client that asks (okta/authorization-server.md section 4.3): an access token alone, or a refresh token
 * with its access tokens.
 *
 * @returns undefined where there was nothing to revoke: unknown, expired, an ID token, or another client's
 */
export async function revokeToken(
  running: RunningOrg,
  { issuer, client, token }: Revocation,
): Promise<Revoked | undefined> {
  const chain = running.refreshTokens.find(token)?.chain;
  if (chain !== undefined) {
    if (chain.clientId !== client.id || chain.issuerId !== issuer.server.id) return undefined;
    revokeChain(running, chain);
    return { type: 'refresh_token', id: chain.id, userId: chain.userId };
  }
  const signed = await verifyToken(running, issuer, token);
  if (signed?.kind !== 'access' || signed.clientId !== client.id) return undefined;
  running.revocations.revokeToken(signed.jti);
  return { type: 'access_token', id: signed.jti, userId: signed.userId };
}
