import { performance } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import { buildControlSnapshot, type ControlRows, type ControlSnapshot } from './control-snapshot.js';

export interface ControlSnapshotHolderOptions {
  readonly read: () => Promise<ControlRows>;
  readonly refreshMs: number;
  /** What to start from where the first reading fails. */
  readonly copy?: ControlRows | undefined;
  /** Called with all rows that were read, one call at a time and never waited for; what it throws is its own business. */
  readonly keep?: (rows: ControlRows) => Promise<void>;
  /** Called where a reading failed; the last snapshot, or the copy, stays in force. */
  readonly onError: (error: unknown) => void;
  /** Called where a reading succeeded after one that failed. */
  readonly onRecovery?: () => void;
  /** Called with every new snapshot. */
  readonly onRefresh?: (snapshot: ControlSnapshot) => void;
}

/** Keeps the control snapshot in memory and refreshes it off the request path. */
export class ControlSnapshotHolder {
  readonly #options: ControlSnapshotHolderOptions;
  /** What the current snapshot was made of. */
  #rows: ControlRows;
  #current: ControlSnapshot;
  #isFromCopy: boolean;
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> = Promise.resolve();
  #isRefreshing = false;
  /** Whether there was a change while the rows were being read: they may be those of before. */
  #isOutdated = false;
  #keeping: Promise<void> | undefined;
  #isFailing: boolean;
  #readAt: number | undefined;
  #stopped = false;

  private constructor(options: ControlSnapshotHolderOptions, first: ControlRows, isFromCopy: boolean) {
    this.#options = options;
    this.#isFromCopy = isFromCopy;
    this.#isFailing = isFromCopy;
    if (!isFromCopy) this.#readAt = performance.now();
    this.#rows = first;
    this.#current = buildControlSnapshot(first);
    options.onRefresh?.(this.#current);
    this.#schedule();
  }

  /** Reads the first snapshot, or takes the copy. @throws whatever the reading threw, where there is no copy */
  static async start(options: ControlSnapshotHolderOptions): Promise<ControlSnapshotHolder> {
    const reading = await settle(options.read());
    if (reading.rows !== undefined) {
      const holder = new ControlSnapshotHolder(options, reading.rows, false);
      holder.#keep(reading.rows);
      return holder;
    }
    if (options.copy === undefined) throw reading.error;
    options.onError(reading.error);
    return new ControlSnapshotHolder(options, options.copy, true);
  }

  get current(): ControlSnapshot {
    return this.#current;
  }

  /** Whether nothing has been read since the start, so that the copy is what counts. */
  get isFromCopy(): boolean {
    return this.#isFromCopy;
  }

  /** How long ago the last good reading was, in milliseconds; null where there was none since the start. */
  ageMs(monotonicNow: number): number | null {
    return this.#readAt === undefined ? null : monotonicNow - this.#readAt;
  }

  /** Ends refreshing; a refresh under way is waited for. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#refreshing;
    await this.#keeping;
  }

  /** Reads anew: the directory has changed. One reading answers for all the changes before it began. */
  refreshNow(): void {
    if (this.#stopped) return;
    if (this.#isRefreshing) this.#isOutdated = true;
    else this.#startRefresh();
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#startRefresh();
    }, this.#options.refreshMs);
    this.#timer.unref();
  }

  #startRefresh(): void {
    clearTimeout(this.#timer);
    this.#isRefreshing = true;
    this.#isOutdated = false;
    this.#refreshing = this.#refresh().finally(() => {
      this.#isRefreshing = false;
      if (this.#isOutdated && !this.#stopped) this.#startRefresh();
      else this.#schedule();
    });
  }

  async #refresh(): Promise<void> {
    try {
      const rows = await this.#options.read();
      // Most of the time nothing has changed: then the mappings stay compiled, and what was kept by their identity is kept.
      if (!isDeepStrictEqual(rows, this.#rows)) {
        this.#current = buildControlSnapshot(rows);
        this.#rows = rows;
      }
      this.#readAt = performance.now();
      this.#isFromCopy = false;
      if (this.#isFailing) this.#options.onRecovery?.();
      this.#isFailing = false;
      this.#options.onRefresh?.(this.#current);
      this.#keep(rows);
    } catch (error) {
      this.#isFailing = true;
      this.#options.onError(error);
    }
  }

  /** A slow disk delays no refresh: the next one tries again. */
  #keep(rows: ControlRows): void {
    this.#keeping ??= this.#options
      .keep?.(rows)
      .catch(() => undefined)
      .finally(() => {
        this.#keeping = undefined;
      });
  }
}

type Reading =
  | { readonly rows: ControlRows; readonly error?: undefined }
  | { readonly rows?: undefined; readonly error: unknown };

async function settle(reading: Promise<ControlRows>): Promise<Reading> {
  try {
    return { rows: await reading };
  } catch (error) {
    return { error };
  }
}
