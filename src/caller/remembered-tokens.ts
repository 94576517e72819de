import { hash } from 'node:crypto';
import type { KeySet, VerificationKey } from './key-set.js';

/** The longest that a verified token is remembered, in milliseconds. */
export const REMEMBERED_MS = 5 * 60_000;

/** How many tokens are remembered; an issuer has one or two for each client at a time. */
export interface TokenPlaces {
  /** A power of two, up to 65,536. A token's digest says which group it may have a place in. */
  readonly groups: number;
  readonly placesOfGroup: number;
}

/** 16,384 tokens, in 0.8 MB. */
const PLACES: TokenPlaces = { groups: 2048, placesOfGroup: 8 };

/** Of a SHA-256 digest. */
const DIGEST_BYTES = 32;

/** Whose token it is, and the key that proved it. */
interface Owner {
  readonly clientId: string;
  readonly key: VerificationKey;
}

/**
 * Remembers tokens that were verified, by the hash of their text and for a short time: verifying a signature costs as much
 * as the rest of a call.
 *
 * A table of numbers, since where each call brings a new token, an object for each outlives some collections of garbage.
 */
export class RememberedTokens {
  readonly #groups: number;
  readonly #placesOfGroup: number;
  /** Four bytes of each place's digest, to find the one that is worth a comparison. */
  readonly #tags: Int32Array;
  readonly #digests: Uint8Array;
  /** Milliseconds since the epoch; 0 where the place is free. */
  readonly #until: Float64Array;
  /** Index of each place's owner in {@link #owners}. */
  readonly #ownerAt: Uint32Array;
  /** Undefined where an owner's key has gone. */
  readonly #owners: (Owner | undefined)[] = [];

  constructor({ groups, placesOfGroup }: TokenPlaces = PLACES) {
    const places = groups * placesOfGroup;
    this.#groups = groups;
    this.#placesOfGroup = placesOfGroup;
    this.#tags = new Int32Array(places);
    this.#digests = new Uint8Array(places * DIGEST_BYTES);
    this.#until = new Float64Array(places);
    this.#ownerAt = new Uint32Array(places);
  }

  /**
   * The client that a remembered token proved.
   *
   * @param digest from {@link digestOf}
   * @param now milliseconds since the epoch
   */
  find(digest: string, now: number): string | undefined {
    const place = this.#placeOf(digest);
    if (place === undefined) return undefined;
    if (now < this.#untilAt(place)) return this.#owners[this.#ownerAt[place] ?? 0]?.clientId;
    this.#until[place] = 0;
    return undefined;
  }

  /** Remembers a token for five minutes, or until it expires. Where its group is full, the one that ends first gives way. */
  remember(
    digest: string,
    { clientId, expiresAt }: { readonly clientId: string; readonly expiresAt: number },
    { key, now }: { readonly key: VerificationKey; readonly now: number },
  ): void {
    const until = Math.min(expiresAt, now + REMEMBERED_MS);
    if (until <= now) return;
    const place = this.#placeOf(digest) ?? this.#placeToTake(digest);
    this.#tags[place] = tagOf(digest);
    for (let at = 0; at < DIGEST_BYTES; at += 1)
      this.#digests[place * DIGEST_BYTES + at] = digest.charCodeAt(at);
    this.#until[place] = until;
    this.#ownerAt[place] = this.#indexOf(clientId, key);
  }

  /** Forgets the tokens of keys that are no longer among these. */
  keepThoseOf(keys: KeySet): void {
    for (const [index, owner] of this.#owners.entries())
      if (owner !== undefined && keys.get(owner.key.kid) !== owner.key) this.#owners[index] = undefined;
    for (const [place, index] of this.#ownerAt.entries())
      if (this.#owners[index] === undefined) this.#until[place] = 0;
  }

  #placeOf(digest: string): number | undefined {
    const first = this.#firstPlace(digest);
    const tag = tagOf(digest);
    for (let place = first; place < first + this.#placesOfGroup; place += 1)
      if (this.#tags[place] === tag && this.#untilAt(place) > 0 && this.#isAt(place, digest)) return place;
    return undefined;
  }

  #placeToTake(digest: string): number {
    const first = this.#firstPlace(digest);
    let soonest = first;
    for (let place = first; place < first + this.#placesOfGroup; place += 1)
      if (this.#untilAt(place) < this.#untilAt(soonest)) soonest = place;
    return soonest;
  }

  #firstPlace(digest: string): number {
    const group = (digest.charCodeAt(0) | (digest.charCodeAt(1) << 8)) & (this.#groups - 1);
    return group * this.#placesOfGroup;
  }

  #isAt(place: number, digest: string): boolean {
    for (let at = 0; at < DIGEST_BYTES; at += 1)
      if (this.#digests[place * DIGEST_BYTES + at] !== digest.charCodeAt(at)) return false;
    return true;
  }

  #untilAt(place: number): number {
    return this.#until[place] ?? 0;
  }

  /** There are as many as clients in the configuration, for each key. */
  #indexOf(clientId: string, key: VerificationKey): number {
    const known = this.#owners.findIndex((owner) => owner?.clientId === clientId && owner.key === key);
    if (known >= 0) return known;
    const free = this.#owners.indexOf(undefined);
    const index = free >= 0 ? free : this.#owners.length;
    this.#owners[index] = { clientId, key };
    return index;
  }
}

/** From bytes that do not say which group it is. */
function tagOf(digest: string): number {
  const low = digest.charCodeAt(2) | (digest.charCodeAt(3) << 8);
  const high = digest.charCodeAt(4) | (digest.charCodeAt(5) << 8);
  return low | (high << 16);
}

/** What a token is remembered by: its SHA-256, one character for each byte. */
export function digestOf(token: string): string {
  return hash('sha256', token, 'binary');
}
