import type { SystemLog } from '../events/system-log.js';
import type { Client } from '../org/org.js';
import type { RefreshChain } from '../refresh-tokens/refresh-chain.js';

/** Says that a replaced refresh token came again after its leeway, and what that ended (okta/authorization-server.md section 3.3). */
export function recordReuse(log: SystemLog, client: Client, chain: RefreshChain): void {
  log.record({
    eventType: 'app.oauth2.as.token.detect_reuse',
    outcome: {
      result: 'FAILURE',
      reason:
        'A refresh token that was replaced came again after its leeway: the newest refresh token and all access tokens ' +
        'since the user authenticated are revoked.',
    },
    actor: { id: client.id, type: 'PublicClientApp', alternateId: null, displayName: client.label },
    target: [
      { id: chain.userId, type: 'User', alternateId: null, displayName: null },
      { id: chain.id, type: 'refresh_token', alternateId: null, displayName: null },
    ],
  });
}
