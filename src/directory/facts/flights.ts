import type { DirectoryChange } from './facts-cache.js';
import type { FactsReading } from './facts-source.js';

/** A read that is under way. */
export interface Flight {
  /** Structural: equal lookups have one. */
  readonly id: string;
  readonly presentedJti: string | null;
  /** What changed since it began: it may have read the state before. */
  readonly changes: DirectoryChange[];
  readonly reading: Promise<FactsReading>;
  /** Whether a lookup may still share it. */
  isJoinable: boolean;
}

const BUCKETS = 256;

/**
 * The reads that are under way. Not a `Map`: one whose entries come and go makes itself a new table every so often, and each table
 * that it has left, once it is among V8's long-lived objects, keeps the next one alive with all that was in it: a third of what was
 * ever read would wait in memory for a collection of the whole heap. Arrays leave nothing behind.
 */
export class Flights {
  readonly #buckets: readonly Flight[][] = Array.from({ length: BUCKETS }, () => []);

  /** The one that a lookup may share. */
  joinable(id: string): Flight | undefined {
    return this.#bucketOf(id).find((flight) => flight.isJoinable && flight.id === id);
  }

  add(flight: Flight): void {
    this.#bucketOf(flight.id).push(flight);
  }

  remove(flight: Flight): void {
    const bucket = this.#bucketOf(flight.id);
    const place = bucket.indexOf(flight);
    if (place < 0) return;
    const last = bucket.pop();
    if (last !== undefined && last !== flight) bucket[place] = last;
  }

  forEach(visit: (flight: Flight) => void): void {
    for (const bucket of this.#buckets) bucket.forEach(visit);
  }

  #bucketOf(id: string): Flight[] {
    let hash = 0;
    for (let index = 0; index < id.length; index += 1) hash = (31 * hash + id.charCodeAt(index)) | 0;
    return this.#buckets[(hash >>> 0) % BUCKETS] ?? [];
  }
}
