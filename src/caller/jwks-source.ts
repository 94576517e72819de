import { setTimeout as delay } from 'node:timers/promises';
import { carryOver, parseKeySet, type KeySet, type VerificationKey } from './key-set.js';

/** All in milliseconds. */
export interface JwksTiming {
  /** How often keys are fetched while that works. */
  readonly refreshMs: number;
  /** How long to wait after the first failure; twice as long after each further one, with jitter. */
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
  /** How long keys count when no newer ones can be had. */
  readonly keptMs: number;
  /** Between two fetches that unknown key ids cause. */
  readonly unknownKeyFetchMs: number;
  /** How long a request waits for such a fetch. */
  readonly unknownKeyWaitMs: number;
}

/** What production runs with. */
export const JWKS_TIMING: JwksTiming = {
  refreshMs: 10 * 60_000,
  firstRetryMs: 1_000,
  lastRetryMs: 5 * 60_000,
  keptMs: 24 * 60 * 60_000,
  unknownKeyFetchMs: 30_000,
  unknownKeyWaitMs: 500,
};

export interface JwksSourceOptions {
  /** Gets the text of the JWKS; null where the pinned keys are all that count. */
  readonly fetch: ((stopped: AbortSignal) => Promise<string>) | null;
  /** Keys that count until the first fetch succeeds, and for ever where there is nothing to fetch. */
  readonly pinned: KeySet;
  readonly timing: JwksTiming;
  /** Milliseconds on a clock that never jumps. */
  readonly monotonicNow: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly onFailure: (error: unknown) => void;
  /** Called with every set of keys that differs from the one before. */
  readonly onChange: (keys: KeySet, passedOver: number) => void;
}

const NO_KEYS: KeySet = new Map();

/**
 * Keeps the keys of one issuer at hand. They are fetched at the start and refreshed off the request path, one fetch at a
 * time; when that fails the old ones go on counting, up to their age limit.
 */
export class JwksSource {
  readonly #options: JwksSourceOptions;
  readonly #stopping = new AbortController();
  #keys: KeySet;
  #fetchedAt: number | null = null;
  #failures = 0;
  #lastUnknownAt = Number.NEGATIVE_INFINITY;
  #underWay: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: JwksSourceOptions) {
    this.#options = options;
    this.#keys = options.pinned;
  }

  /** Waits for the first fetch, which may fail: that is reported, and tried again. */
  static async start(options: JwksSourceOptions): Promise<JwksSource> {
    const source = new JwksSource(options);
    await source.#refresh();
    return source;
  }

  /**
   * The key of an id: at once where it is known. One that is not may have come since: it causes a fetch, but rarely, and
   * is waited for a moment.
   */
  find(kid: string): VerificationKey | undefined | Promise<VerificationKey | undefined> {
    const known = this.#current().get(kid);
    if (known !== undefined || this.#options.fetch === null) return known;
    const { monotonicNow, timing } = this.#options;
    const now = monotonicNow();
    if (this.#underWay === undefined) {
      if (now - this.#lastUnknownAt < timing.unknownKeyFetchMs) return undefined;
      this.#lastUnknownAt = now;
    }
    return settledWithin(this.#refresh(), timing.unknownKeyWaitMs).then(() => this.#current().get(kid));
  }

  /** Whether a key that was found still counts. */
  isCurrent(key: VerificationKey): boolean {
    return this.#current().get(key.kid) === key;
  }

  /** How long ago the keys were fetched, in milliseconds; null where none have been, or where they are pinned. */
  keysAgeMs(): number | null {
    return this.#fetchedAt === null ? null : this.#options.monotonicNow() - this.#fetchedAt;
  }

  /** Ends refreshing; a fetch under way is given up. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#underWay;
  }

  #current(): KeySet {
    return this.#isTooOld() ? NO_KEYS : this.#keys;
  }

  #isTooOld(): boolean {
    const age = this.keysAgeMs();
    return age !== null && age >= this.#options.timing.keptMs;
  }

  #refresh(): Promise<void> {
    const { fetch } = this.#options;
    if (fetch === null) return Promise.resolve();
    this.#underWay ??= this.#fetchKeys(fetch).finally(() => {
      this.#underWay = undefined;
      this.#schedule();
    });
    return this.#underWay;
  }

  async #fetchKeys(fetch: NonNullable<JwksSourceOptions['fetch']>): Promise<void> {
    const { monotonicNow, onFailure } = this.#options;
    try {
      const { keys, passedOver } = parseKeySet(await fetch(this.#stopping.signal));
      this.#fetchedAt = monotonicNow();
      this.#failures = 0;
      this.#replace(carryOver(this.#keys, keys), passedOver);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      this.#failures += 1;
      if (this.#isTooOld()) this.#replace(NO_KEYS, 0);
      onFailure(error);
    }
  }

  #replace(keys: KeySet, passedOver: number): void {
    const isSame =
      keys.size === this.#keys.size && [...keys].every(([id, key]) => this.#keys.get(id) === key);
    this.#keys = keys;
    if (!isSame) this.#options.onChange(keys, passedOver);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#stopping.signal.aborted) return;
    this.#timer = setTimeout(() => {
      void this.#refresh();
    }, this.#waitMs());
    this.#timer.unref();
  }

  #waitMs(): number {
    const { timing, random } = this.#options;
    if (this.#failures === 0) return timing.refreshMs;
    const doubled = Math.min(timing.lastRetryMs, timing.firstRetryMs * 2 ** Math.min(this.#failures - 1, 30));
    // Replicas that lost the endpoint together do not come back to it together.
    const wait = doubled * (1 - random() / 2);
    const age = this.keysAgeMs();
    // One try at the instant at which the old keys end, so that they end then and not some minutes later.
    return age === null || age >= timing.keptMs ? wait : Math.min(wait, timing.keptMs - age);
  }
}

async function settledWithin(work: Promise<void>, limitMs: number): Promise<void> {
  const settled = new AbortController();
  const late = delay(limitMs, undefined, { signal: settled.signal }).catch(() => undefined);
  await Promise.race([work, late]);
  settled.abort();
}
