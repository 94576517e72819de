import type { TokenName } from '../../okta/token-hook-response.js';

/** A token before it is signed: what a hook is shown and may patch (okta/token-inline-hook.md section 1.8). */
export interface DraftToken {
  /** Without `iat`, `exp`, `scp` and the hashes, which come after the hook. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly lifetimeSeconds: number;
}

/** The tokens that are being minted; one that is not here must not be patched. */
export type DraftTokens = Readonly<Partial<Record<TokenName, DraftToken>>>;
