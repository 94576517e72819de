import type { RefreshChain } from '../refresh-tokens/refresh-chain.js';
import type { RunningOrg } from '../running-org.js';

/** Ends a chain: its refresh tokens, and the access tokens that were issued with them (okta/authorization-server.md section 4.3). */
export function revokeChain({ refreshTokens, revocations }: RunningOrg, chain: RefreshChain): void {
  refreshTokens.revoke(chain);
  revocations.revokeChain(chain.id);
}
