import { setTimeout as delay } from 'node:timers/promises';

export interface RecordingWriterOptions {
  /** Stores rows: all of them, or none. */
  readonly append: (rows: readonly string[]) => Promise<void>;
  /** Bound of the rows that wait, in bytes. */
  readonly maxBytes: number;
  /** Told at the first failure, and when rows can be stored again. */
  readonly onFailure: (error: unknown) => void;
  readonly onRecovery: () => void;
  readonly timing?: WriterTiming;
}

/** In milliseconds. */
export interface WriterTiming {
  /** How long the first row of a batch waits for others. */
  readonly gatherMs: number;
  /** How long to wait after each failure; after one more a batch is given up. */
  readonly pausesMs: readonly number[];
  /** How long the end may wait for rows to be stored. */
  readonly closingMs: number;
}

const TIMING: WriterTiming = { gatherMs: 500, pausesMs: [250, 1_000, 4_000, 15_000], closingMs: 3_000 };

/** What became of the rows so far. */
export interface WriterFigures {
  readonly written: number;
  /** There was no room for them. */
  readonly overflowed: number;
  /** They could not be stored. */
  readonly lost: number;
  readonly waiting: number;
  readonly waitingBytes: number;
}

/** Rows that wait at the most. */
const WAITING_LIMIT = 20_000;

/** One statement stores at the most so many rows, and about so many bytes. */
const BATCH_ROWS = 500;
const BATCH_BYTES = 1024 * 1024;

/**
 * Stores rows in the background, in batches, one statement at a time. It is bounded: what comes while there is no room is dropped and
 * counted, and so is a batch that cannot be stored in several attempts.
 */
export class RecordingWriter {
  readonly #options: RecordingWriterOptions;
  readonly #timing: WriterTiming;
  readonly #impatience = new AbortController();
  #waiting: string[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #isFailing = false;
  #counts = { written: 0, overflowed: 0, lost: 0 };

  constructor(options: RecordingWriterOptions) {
    this.#options = options;
    this.#timing = options.timing ?? TIMING;
  }

  get figures(): WriterFigures {
    return { ...this.#counts, waiting: this.#waiting.length, waitingBytes: this.#waitingBytes };
  }

  add(row: string): void {
    const bytes = Buffer.byteLength(row);
    if (this.#waiting.length >= WAITING_LIMIT || this.#waitingBytes + bytes > this.#options.maxBytes) {
      this.#counts.overflowed += 1;
      return;
    }
    this.#waiting.push(row);
    this.#waitingBytes += bytes;
    this.#writing ??= this.#write();
    if (this.#waiting.length >= BATCH_ROWS) this.#wake?.();
  }

  /** Stores what waits, for a bounded time. */
  async close(): Promise<void> {
    const { signal } = this.#impatience;
    const patience = setTimeout(() => {
      this.#impatience.abort();
    }, this.#timing.closingMs);
    const outOfPatience = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
    this.#wake?.();
    await Promise.race([this.#writing, outOfPatience]);
    clearTimeout(patience);
  }

  async #write(): Promise<void> {
    await this.#gather();
    while (this.#waiting.length > 0) await this.#store(this.#takeBatch());
    this.#writing = undefined;
  }

  async #gather(): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => {
      woken.abort();
    };
    await delay(this.#timing.gatherMs, undefined, { ref: false, signal: woken.signal }).catch(
      () => undefined,
    );
    this.#wake = undefined;
  }

  #takeBatch(): readonly string[] {
    let bytes = 0;
    const full = this.#waiting.findIndex((row, index) => {
      bytes += Buffer.byteLength(row);
      return index >= BATCH_ROWS || (index > 0 && bytes > BATCH_BYTES);
    });
    return this.#waiting.slice(0, full === -1 ? this.#waiting.length : full);
  }

  /** A batch keeps its room until it is stored: what waits is all that is held. */
  async #store(batch: readonly string[]): Promise<void> {
    const isStored = await this.#tryStoring(batch);
    this.#waiting = this.#waiting.slice(batch.length);
    this.#waitingBytes -= batch.reduce((bytes, row) => bytes + Buffer.byteLength(row), 0);
    if (isStored) this.#counts.written += batch.length;
    else this.#counts.lost += batch.length;
  }

  async #tryStoring(batch: readonly string[]): Promise<boolean> {
    for (const pauseMs of [...this.#timing.pausesMs, null]) {
      if (this.#impatience.signal.aborted) return false;
      try {
        await this.#options.append(batch);
        this.#note(false);
        return true;
      } catch (error) {
        this.#note(true, error);
      }
      if (pauseMs !== null) await this.#pause(pauseMs);
    }
    return false;
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#impatience;
    await delay(ms, undefined, { ref: false, signal }).catch(() => undefined);
  }

  #note(isFailing: boolean, error?: unknown): void {
    if (isFailing && !this.#isFailing) this.#options.onFailure(error);
    if (!isFailing && this.#isFailing) this.#options.onRecovery();
    this.#isFailing = isFailing;
  }
}
