import { LRUCache } from 'lru-cache';
import { opaqueText, type RandomBytes } from './identifiers.js';

/** More than any test has waiting at once. */
const CAPACITY = 10_000;

interface Entry<Value> {
  readonly value: Value;
  readonly expiresAt: number;
}

/** Values kept in memory under secrets of this store's own making, each for a limited time. */
export class ExpiringStore<Value> {
  readonly #entries: LRUCache<string, Entry<Value>>;
  readonly #random: RandomBytes;

  /** @param capacity how many values are kept; what was asked for longest ago goes first */
  constructor(random: RandomBytes, capacity = CAPACITY) {
    this.#entries = new LRUCache({ max: capacity });
    this.#random = random;
  }

  /** @returns the secret that the value is found under, of 43 characters */
  put(value: Value, expiresAt: number): string {
    const secret = opaqueText(this.#random);
    this.#entries.set(secret, { value, expiresAt });
    return secret;
  }

  find(secret: string, now: number): Value | undefined {
    const entry = this.#entries.get(secret);
    return entry !== undefined && now < entry.expiresAt ? entry.value : undefined;
  }

  /** Finds the value, and forgets it. */
  take(secret: string, now: number): Value | undefined {
    const value = this.find(secret, now);
    this.#entries.delete(secret);
    return value;
  }

  clear(): void {
    this.#entries.clear();
  }
}
