import { createHmac } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** Values whose hash is at hand: the same people and clients come again. */
const RECENT_VALUES = 20_000;

/** What longer values cost to keep is more than hashing them again. */
const RECENT_LENGTH = 256;

/** Hexadecimal digits of a pseudonym: 80 bits. */
const DIGITS = 20;

/** What stands in the place of a value, by what the value is. */
export type PseudonymKind = 'user' | 'tenant' | 'token' | 'scope' | 'claim' | 'p';

/** Pseudonyms of ids that a directory may know: whoever has it and the key can tell which they are. */
export const ID_PSEUDONYM = /^(user|tenant|token)-[0-9a-f]{20}$/;

/**
 * Stable pseudonyms: with one key the same value always gets the same one, wherever it stands, and without the key nobody can tell
 * whose it is.
 */
export class Pseudonyms {
  readonly #key: string;
  readonly #recent = new LRUCache<string, string>({ max: RECENT_VALUES });

  constructor(key: string) {
    this.#key = key;
  }

  of(kind: PseudonymKind, value: string): string {
    return `${kind}-${this.#hash(value)}`;
  }

  /** For what looks like an address, one that can never be anybody's (RFC 2606). */
  address(value: string): string {
    return `${this.#hash(value)}@pseudonym.invalid`;
  }

  /** For a number, another one of up to nine digits. */
  number(value: number): number {
    return Number.parseInt(this.#hash(String(value)).slice(0, 12), 16) % 1_000_000_000;
  }

  #hash(value: string): string {
    const known = this.#recent.get(value);
    if (known !== undefined) return known;
    const hash = createHmac('sha256', this.#key).update(value).digest('hex').slice(0, DIGITS);
    if (value.length <= RECENT_LENGTH) this.#recent.set(value, hash);
    return hash;
  }
}
