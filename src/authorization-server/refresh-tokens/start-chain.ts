import type { PreparedTokens } from '../minting/prepare-tokens.js';
import { withRefreshToken, type TokenResponse } from '../minting/token-response.js';
import type { RunningOrg } from '../running-org.js';
import type { RefreshChain } from './refresh-chain.js';
import { endOfChain, endOfWindow } from './refresh-lifetimes.js';

/** What a chain inherits from the request that begins it. */
export type ChainOrigin = Omit<RefreshChain, 'id' | 'scopes' | 'expiresAt'>;

/** @returns the response with the first refresh token of a chain, where the prepared tokens go with one */
export function withFirstRefreshToken(
  running: RunningOrg,
  response: TokenResponse,
  { prepared, origin }: { readonly prepared: PreparedTokens; readonly origin: ChainOrigin },
): TokenResponse {
  const { rule, scopes, refreshTokenJti } = prepared;
  if (refreshTokenJti === null) return response;
  const now = running.clock.now();
  const chain = {
    ...origin,
    id: refreshTokenJti,
    scopes: scopes.map(({ name }) => name),
    expiresAt: endOfChain(rule, now),
  };
  return withRefreshToken(response, running.refreshTokens.issue(chain, endOfWindow(rule, now)));
}
