import type { ProtocolRequest } from '../hook/hook-occasion.js';
import type { PreparedTokens } from '../minting/prepare-tokens.js';

/**
 * What `/authorize` decided, kept until the code is redeemed: policies are not evaluated and the hook is not called again
 * (okta/authorization-server.md section 4.1, okta/token-inline-hook.md section 1.9).
 */
export interface AuthorizationCode {
  /** The id of the server that issued it, or of the org. */
  readonly issuerId: string;
  readonly clientId: string;
  readonly userId: string;
  readonly redirectUri: string;
  /** PKCE, S256; null where the client sent none. */
  readonly challenge: string | null;
  readonly prepared: PreparedTokens;
  /** The request, as a hook is shown it when the tokens are refreshed. */
  readonly authorization: ProtocolRequest;
  /** Seconds since the epoch. */
  readonly authTime: number;
}
