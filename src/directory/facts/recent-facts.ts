import type { Facts } from '../../claims/facts.js';
import { FactsUnavailableError, type FactsKey, type FactsSource, type LookupTime } from './facts-source.js';
import { DeadlineError, withinDeadline } from './within-deadline.js';

/** How many calls' facts are kept for the case that the database fails. */
const ENTRIES_LIMIT = 5_000;

/** Facts, and how old they are: 0 where they were just read. */
export interface AgedFacts {
  readonly facts: Facts;
  readonly ageMs: number;
}

export interface RecentFactsOptions {
  readonly source: FactsSource;
  /** How old facts may be when fresh ones cannot be had, in milliseconds. */
  readonly maxAgeMs: number;
  /** Milliseconds on a clock that never jumps. */
  readonly monotonicNow: () => number;
}

interface Entry {
  readonly facts: Facts;
  readonly readAt: number;
}

/**
 * Looks facts up, and falls back to the last ones of the very same call, within their age limit, where the directory
 * does not answer in time. Equal lookups at the same moment share one query.
 */
export class RecentFacts {
  readonly #options: RecentFactsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #underWay = new Map<string, Promise<Facts>>();

  constructor(options: RecentFactsOptions) {
    this.#options = options;
  }

  /**
   * @param waitMs how long to wait for the directory
   * @throws whatever the lookup threw, or DeadlineError, where no recent facts are at hand
   */
  async lookUp(key: FactsKey, time: LookupTime, waitMs: number): Promise<AgedFacts> {
    const id = structuralKey(key);
    try {
      return { facts: await withinDeadline(this.#read(id, key, time), waitMs), ageMs: 0 };
    } catch (error) {
      // Only where the directory is out of reach: what it holds for certain is not made better by older facts.
      const isOutOfReach = error instanceof DeadlineError || error instanceof FactsUnavailableError;
      const recent = isOutOfReach ? this.#recent(id) : undefined;
      if (recent === undefined) throw error;
      return recent;
    }
  }

  #read(id: string, key: FactsKey, time: LookupTime): Promise<Facts> {
    const underWay = this.#underWay.get(id);
    if (underWay !== undefined) return underWay;
    const reading = this.#options
      .source(key, time)
      .then((facts) => this.#keep(id, facts))
      .finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, reading);
    return reading;
  }

  #keep(id: string, facts: Facts): Facts {
    this.#entries.delete(id);
    this.#entries.set(id, { facts, readAt: this.#options.monotonicNow() });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > ENTRIES_LIMIT && oldest !== undefined) this.#entries.delete(oldest);
    return facts;
  }

  #recent(id: string): AgedFacts | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    const ageMs = this.#options.monotonicNow() - entry.readAt;
    return ageMs <= this.#options.maxAgeMs ? { facts: entry.facts, ageMs } : undefined;
  }
}

/** JSON keeps the members of the key apart: no two keys have one text, whatever the ids hold. */
function structuralKey({ orgId, userId, clientId, hintedTenantId, presentedJti }: FactsKey): string {
  return JSON.stringify([orgId, userId, clientId, hintedTenantId, presentedJti]);
}
