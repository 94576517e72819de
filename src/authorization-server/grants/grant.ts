import type { Parameters } from '../endpoints/parameters.js';
import type { DraftTokens } from '../hook/draft-tokens.js';
import type { HookOccasion } from '../hook/hook-occasion.js';
import type { Issuer } from '../issuers/issuer.js';
import type { TokenResponse } from '../minting/token-response.js';
import type { Client, User } from '../org/org.js';
import type { RunningOrg } from '../running-org.js';

/** A request at the token endpoint, once its client is authenticated. */
export interface GrantRequest {
  readonly issuer: Issuer;
  readonly client: Client;
  readonly body: Parameters;
  readonly request: HookOccasion['request'];
}

/** Tokens that a grant yields, and how their claims came about. */
export interface GrantedTokens {
  readonly response: TokenResponse;
  /** Null for a machine. */
  readonly user: User | null;
  /** The claims as they were drafted. */
  readonly before: DraftTokens;
  /** The claims as the hook left them. */
  readonly after: DraftTokens;
}

/** One grant type. @throws OAuthError */
export type Grant = (running: RunningOrg, request: GrantRequest) => Promise<GrantedTokens>;
