import type { Facts } from '../../claims/facts.js';
import {
  FactsCache,
  type ChoiceKey,
  type DirectoryChange,
  type KeptFacts,
  type KeptSince,
} from './facts-cache.js';
import {
  FactsUnavailableError,
  type FactsKey,
  type FactsReading,
  type FactsSource,
  type LookupTime,
} from './facts-source.js';
import { Flights, type Flight } from './flights.js';
import type { Freshness } from './freshness.js';
import { DeadlineError, withinDeadline } from './within-deadline.js';

/** Where the facts of one call came from: `stale` ones stand in because the directory did not answer. */
export type FactsOrigin = 'directory' | 'cache' | 'stale';

/** Facts, where they came from, and how old the oldest of them is: 0 where they were read for this call. */
export interface AgedFacts {
  readonly facts: Facts;
  readonly origin: FactsOrigin;
  readonly ageMs: number;
  /** What they were put together from, where they were in the cache and fresh: what is made of them holds as long as that does. */
  readonly basis: KeptFacts | null;
}

export interface FactsLookupOptions {
  readonly source: FactsSource;
  /** How old facts may be while the directory answers. */
  readonly freshness: Freshness;
  /** How old facts may be when fresh ones cannot be had, in milliseconds. */
  readonly staleMs: number;
  /** Bound of the documents in memory, in bytes, by estimate. */
  readonly cacheBytes: number;
  /** Milliseconds on a clock that never jumps. */
  readonly monotonicNow: () => number;
}

/**
 * Looks facts up: in the cache while they are fresh, else in the directory, else, where that does not answer in time, in
 * the cache within their age limit. Equal lookups at the same moment share one read.
 */
export class FactsLookup {
  readonly #options: FactsLookupOptions;
  readonly #cache: FactsCache;
  readonly #flights = new Flights();

  constructor(options: FactsLookupOptions) {
    this.#options = options;
    this.#cache = new FactsCache(options.cacheBytes);
  }

  /** Documents kept, and what they weigh in bytes, by estimate. */
  get size(): FactsCache['size'] {
    return this.#cache.size;
  }

  /**
   * @param waitMs how long to wait for the directory
   * @throws whatever the lookup threw, or DeadlineError, where no facts are at hand that are young enough
   */
  async lookUp(key: FactsKey, time: LookupTime, waitMs: number): Promise<AgedFacts> {
    const { documentsMs, choicesMs } = this.#options.freshness;
    const fresh = this.#find(key, time, { documents: documentsMs(), choices: choicesMs });
    if (fresh !== undefined) return this.#aged(fresh, 'cache');
    try {
      const { facts } = await withinDeadline(this.#read(key, time), waitMs);
      return { facts, origin: 'directory', ageMs: 0, basis: null };
    } catch (error) {
      // Only where the directory is out of reach: what it holds for certain is not made better by older facts.
      const isOutOfReach = error instanceof DeadlineError || error instanceof FactsUnavailableError;
      const { staleMs } = this.#options;
      const ages = { documents: staleMs, choices: staleMs };
      const stale = isOutOfReach ? this.#find(key, time, ages) : undefined;
      if (stale === undefined) throw error;
      return this.#aged(stale, 'stale');
    }
  }

  /**
   * Forgets what a change in the directory touches. Reads under way keep nothing of it either, and no later lookup joins
   * them: they may have seen the directory as it was before.
   */
  forget(change: DirectoryChange): void {
    this.#cache.drop(change);
    this.#flights.forEach((flight) => {
      flight.changes.push(change);
      const isTouched = change.kind !== 'choice' || flight.presentedJti === change.refreshTokenJti;
      if (isTouched) flight.isJoinable = false;
    });
  }

  /** Keeps a choice that this process just stored, for the refresh that may follow soon. */
  noteChoice(choice: ChoiceKey & { readonly tenantId: string; readonly chosenAt: number }): void {
    this.forget({ kind: 'choice', ...choice });
    const { tenantId, chosenAt } = choice;
    this.#cache.keepChoice(choice, Object.freeze({ tenantId, chosenAt }), this.#options.monotonicNow());
  }

  /** @param ages in milliseconds: how old what is found may be */
  #find(key: FactsKey, time: LookupTime, ages: Omit<KeptSince, 'noChoices'>): KeptFacts | undefined {
    if (ages.documents === 0) return undefined;
    const now = this.#options.monotonicNow();
    return this.#cache.find(key, time, {
      documents: now - ages.documents,
      choices: now - ages.choices,
      noChoices: now - this.#options.freshness.choicesMs,
    });
  }

  #aged(kept: KeptFacts, origin: 'cache' | 'stale'): AgedFacts {
    const ageMs = this.#options.monotonicNow() - kept.readAt;
    return { facts: kept.facts, origin, ageMs, basis: origin === 'cache' ? kept : null };
  }

  #read(key: FactsKey, time: LookupTime): Promise<FactsReading> {
    const id = structuralKey(key, time);
    const joined = this.#flights.joinable(id);
    if (joined !== undefined) return joined.reading;
    const startedAt = this.#options.monotonicNow();
    const changes: DirectoryChange[] = [];
    const reading = this.#options.source(key, time).then((read) => {
      this.#cache.keep(key, read, { readAt: startedAt, changes });
      return read;
    });
    const flight: Flight = { id, presentedJti: key.presentedJti, changes, reading, isJoinable: true };
    this.#flights.add(flight);
    const land = (): void => this.#flights.remove(flight);
    reading.then(land, land);
    return reading;
  }
}

/**
 * JSON keeps the members of the key apart: no two keys have one text, whatever the ids hold. Which tenants are read depends
 * on how long the token lives at the least, too.
 */
function structuralKey(
  { orgId, userId, clientId, hintedTenantId, presentedJti }: FactsKey,
  { now, horizon }: LookupTime,
): string {
  return JSON.stringify([orgId, userId, clientId, hintedTenantId, presentedJti, horizon - now]);
}
