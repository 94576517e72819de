import type { Issuer } from '../issuers/issuer.js';
import type { Client, User } from '../org/org.js';
import type { RunningOrg } from '../running-org.js';
import { verifyToken, type SignedToken } from './verify-token.js';

/** A signed token that is good at this moment, and whose it is. */
export interface ActiveToken extends SignedToken {
  readonly client: Client;
  /** Null for a machine's own token. */
  readonly user: User | null;
}

/** What belongs to nobody who is active belongs to nobody (okta/authorization-server.md section 3.3). */
export interface Holder {
  readonly clientId: string;
  readonly userId: string | null;
}

/** @returns a token of the issuer that is neither expired nor revoked; undefined for any other text */
export async function activeToken(
  running: RunningOrg,
  issuer: Issuer,
  text: string,
): Promise<ActiveToken | undefined> {
  const token = await verifyToken(running, issuer, text);
  if (token === undefined || running.clock.now() >= token.expiresAt * 1000) return undefined;
  if (running.revocations.isRevoked(token.jti)) return undefined;
  const parties = activeParties(running, token);
  return parties === undefined ? undefined : { ...token, ...parties };
}

/** Client and user of a token, if both are there and active. */
export function activeParties(
  { org }: RunningOrg,
  { clientId, userId }: Holder,
): Pick<ActiveToken, 'client' | 'user'> | undefined {
  const client = org.clients.get(clientId);
  if (client?.status !== 'ACTIVE') return undefined;
  if (userId === null) return { client, user: null };
  const user = org.users.get(userId);
  return user?.status === 'ACTIVE' ? { client, user } : undefined;
}
