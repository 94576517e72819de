import type { ProtocolRequest } from '../hook/hook-occasion.js';

/** Refresh tokens that descend from one sign-in (okta/authorization-server.md section 3.3). Instants are milliseconds. */
export interface RefreshChain {
  /** `oar…`: the same for every token of the chain, so that a hook can tie its calls together (okta/token-inline-hook.md section 1.8). */
  readonly id: string;
  /** The id of the server that issued it, or of the org. */
  readonly issuerId: string;
  readonly clientId: string;
  readonly userId: string;
  /** Of the request that began it: rules match a refresh by it (section 7). */
  readonly grantType: string;
  /** Names, as they were granted first: a refresh may ask for fewer, never for more. */
  readonly scopes: readonly string[];
  /** The request that began it, as a hook is shown it on a refresh. */
  readonly authorization: ProtocolRequest;
  /** Seconds since the epoch. */
  readonly authTime: number;
  /** Counted from the first token; null is without a limit. */
  readonly expiresAt: number | null;
}

/** One token of a chain. */
export interface RefreshToken {
  readonly chain: RefreshChain;
  /** The end of the idle window: every use opens a new one. */
  readonly idleUntil: number;
  /** When a successor was returned; null while there is none. */
  readonly replacedAt: number | null;
}

/** What a presented token is worth. */
export type RefreshTokenState =
  | 'usable'
  | 'expired'
  /** It was replaced, and its leeway is over: whoever presents it may have stolen it. */
  | 'reused';

/** A replaced token stays usable for the client's leeway; beyond that its use ends the chain. */
export function stateOf(
  { chain, idleUntil, replacedAt }: RefreshToken,
  now: number,
  leewaySeconds: number,
): RefreshTokenState {
  if (replacedAt !== null && now >= replacedAt + leewaySeconds * 1000) return 'reused';
  const isExpired = now >= idleUntil || (chain.expiresAt !== null && now >= chain.expiresAt);
  return isExpired ? 'expired' : 'usable';
}
