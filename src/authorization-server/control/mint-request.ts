import type { SystemLogEvent } from '../events/system-log.js';
import type { DraftTokens } from '../hook/draft-tokens.js';
import type { DecodedToken } from '../minting/decode-token.js';

/** Tokens that a test wants: minted as the endpoints would mint them, but for the client's proof and the user's page. */
export interface MintRequest {
  /** A client id. */
  readonly client: string;
  /** A user id, or a login; every grant but client credentials needs one, unless it is given a refresh token. */
  readonly user?: string;
  /** Left out, or empty: the default scopes. */
  readonly scopes?: readonly string[];
  readonly grant: 'client_credentials' | 'authorization_code' | 'refresh_token' | 'password';
  /** The user's, for the password grant. */
  readonly password?: string;
  /** Goes into the query of the request as `tenant`, where a hook sees it: with a user at `/authorize`, else at `/token`. */
  readonly tenantHint?: string;
  /** The id of a custom server, or `org`; left out: `default`, or the only one that there is. */
  readonly server?: string;
  /** For the refresh token grant; without one a chain is begun first, for the scopes and `offline_access`: without scopes, for that alone. */
  readonly refreshToken?: string;
}

/** What was minted, and how it came about. */
export interface Minted {
  readonly accessToken: string;
  readonly idToken: string | null;
  readonly refreshToken: string | null;
  /** Seconds. */
  readonly expiresIn: number;
  readonly scope: string;
  readonly decoded: { readonly access: DecodedToken; readonly identity: DecodedToken | null };
  /** The claims as they were drafted. */
  readonly before: DraftTokens;
  /** The claims as the hook left them, before times and hashes. */
  readonly after: DraftTokens;
  /** What the system log says of it. */
  readonly events: readonly SystemLogEvent[];
}
