import { LRUCache } from 'lru-cache';
import { opaqueText, type RandomBytes } from '../identifiers.js';
import type { RefreshChain, RefreshToken } from './refresh-chain.js';

/** More than any test has alive at once; what was used longest ago goes first. */
const CAPACITY = 10_000;

/** The refresh tokens that have been issued, by their opaque text. */
export class RefreshTokens {
  readonly #tokens = new LRUCache<string, RefreshToken>({ max: CAPACITY });
  readonly #random: RandomBytes;

  constructor(random: RandomBytes) {
    this.#random = random;
  }

  /** @returns the token's text, of 43 characters */
  issue(chain: RefreshChain, idleUntil: number): string {
    const text = opaqueText(this.#random);
    this.#tokens.set(text, { chain, idleUntil, replacedAt: null });
    return text;
  }

  find(text: string): RefreshToken | undefined {
    return this.#tokens.get(text);
  }

  /** `STATIC`: the same text goes on, with a new idle window. */
  extend(text: string, idleUntil: number): string {
    const token = this.#tokens.get(text);
    if (token !== undefined) this.#tokens.set(text, { ...token, idleUntil });
    return text;
  }

  /** `ROTATE`: a new text takes over. A token that is used again within its leeway was replaced when it first was. */
  rotate(text: string, { now, idleUntil }: { readonly now: number; readonly idleUntil: number }): string {
    const token = this.#tokens.get(text);
    if (token === undefined) throw new TypeError('only a token that is there can be rotated');
    this.#tokens.set(text, { ...token, replacedAt: token.replacedAt ?? now });
    return this.issue(token.chain, idleUntil);
  }

  /** Ends a chain with all its tokens. */
  revoke({ id }: RefreshChain): void {
    const texts = [...this.#tokens.entries()].filter(([, { chain }]) => chain.id === id);
    for (const [text] of texts) this.#tokens.delete(text);
  }

  clear(): void {
    this.#tokens.clear();
  }
}
