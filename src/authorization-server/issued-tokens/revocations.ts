import { LRUCache } from 'lru-cache';

/** More than any test has alive at once; what was asked for longest ago is forgotten first. */
const CAPACITY = 10_000;

/** The access tokens that are no longer good, though their signature and their time are: each by its `jti`. */
export class Revocations {
  readonly #tokens = new LRUCache<string, true>({ max: CAPACITY });
  readonly #chains = new LRUCache<string, true>({ max: CAPACITY });
  /** The refresh token's chain that a token was issued with. */
  readonly #chainOf = new LRUCache<string, string>({ max: CAPACITY });

  /** Takes note that a token was issued together with a refresh token, with which it ends. */
  tie(jti: string, chainId: string): void {
    this.#chainOf.set(jti, chainId);
  }

  revokeToken(jti: string): void {
    this.#tokens.set(jti, true);
  }

  /** Revokes every access token that was issued with a chain, since the person signed in. */
  revokeChain(chainId: string): void {
    this.#chains.set(chainId, true);
  }

  isRevoked(jti: string): boolean {
    const chainId = this.#chainOf.get(jti);
    return this.#tokens.has(jti) || (chainId !== undefined && this.#chains.has(chainId));
  }

  clear(): void {
    for (const part of [this.#tokens, this.#chains, this.#chainOf]) part.clear();
  }
}
