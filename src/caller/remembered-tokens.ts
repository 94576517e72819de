import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { KeySet, VerificationKey } from './key-set.js';

/** The longest that a verified token is remembered, in milliseconds. */
export const REMEMBERED_MS = 5 * 60_000;

/** How many tokens are remembered; an issuer has one or two for each client at a time. */
const ENTRIES_LIMIT = 10_000;

interface Entry {
  readonly clientId: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly key: VerificationKey;
}

/**
 * Remembers tokens that were verified, by the hash of their text and for a short time: verifying a signature costs as much
 * as the rest of a call.
 */
export class RememberedTokens {
  readonly #entries: LRUCache<string, Entry>;

  constructor(limit = ENTRIES_LIMIT) {
    this.#entries = new LRUCache({ max: limit });
  }

  /** The client that a remembered token proved. */
  find(digest: string, now: number): string | undefined {
    const entry = this.#entries.peek(digest);
    if (entry === undefined) return undefined;
    if (now < entry.until) return entry.clientId;
    this.#entries.delete(digest);
    return undefined;
  }

  /** Remembers a token for five minutes, or until it expires. */
  remember(
    digest: string,
    { clientId, expiresAt }: { readonly clientId: string; readonly expiresAt: number },
    { key, now }: { readonly key: VerificationKey; readonly now: number },
  ): void {
    const until = Math.min(expiresAt, now + REMEMBERED_MS);
    if (until <= now) return;
    this.#entries.set(digest, { clientId, until, key });
  }

  /** Forgets the tokens of keys that are no longer among these. */
  keepThoseOf(keys: KeySet): void {
    for (const [digest, { key }] of [...this.#entries.entries()]) {
      if (keys.get(key.kid) !== key) this.#entries.delete(digest);
    }
  }
}

/** What a token is remembered by. */
export function digestOf(token: string): string {
  return hash('sha256', token, 'base64');
}
