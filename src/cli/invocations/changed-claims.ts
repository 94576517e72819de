import type { TokenName } from '../../okta/token-hook-response.js';
import { compareClaims } from '../compare-claims.js';
import type { ChangedClaim } from './change-summary.js';

type Claims = Readonly<Record<string, unknown>>;

/** What changes in the claims of both tokens; a token that is not minted has none. */
export function changedClaims(
  claimsOf: (token: TokenName) => { readonly before: Claims; readonly after: Claims } | undefined,
): readonly ChangedClaim[] {
  return (['access', 'identity'] as const).flatMap((token) => {
    const { before, after } = claimsOf(token) ?? { before: {}, after: {} };
    return compareClaims(before, after).flatMap(({ name, change }) =>
      change === 'same' ? [] : [{ token, name, change }],
    );
  });
}
