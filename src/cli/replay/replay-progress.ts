import type { ReplaySummary } from './call-result.js';

/** Nothing is shown of what is soon over. */
const PATIENCE_MS = 1_000;

/** How often it is drawn anew, in milliseconds. */
const INTERVAL_MS = 200;

const CLEAR_LINE = '\r\u001B[K';

export interface ProgressOptions {
  /** Null where there is none. */
  readonly terminal: Pick<NodeJS.WriteStream, 'write'> | null;
  /** Bytes of all files; null where nobody knows. */
  readonly size: number | null;
  readonly monotonicNow: () => number;
}

/** One line on a terminal: how far it is. Nothing where there is no terminal. */
export class ReplayProgress {
  readonly #terminal: Pick<NodeJS.WriteStream, 'write'> | null;
  readonly #size: number | null;
  readonly #monotonicNow: () => number;
  readonly #beganAt: number;
  #read = 0;
  #drawnAt = 0;
  #isDrawn = false;

  constructor({ terminal, size, monotonicNow }: ProgressOptions) {
    this.#terminal = terminal;
    this.#size = size;
    this.#monotonicNow = monotonicNow;
    this.#beganAt = monotonicNow();
  }

  addBytes(count: number): void {
    this.#read += count;
  }

  show({ calls, failed }: Pick<ReplaySummary, 'calls' | 'failed'>): void {
    const now = this.#monotonicNow();
    const elapsedMs = now - this.#beganAt;
    if (this.#terminal === null || elapsedMs < PATIENCE_MS || now - this.#drawnAt < INTERVAL_MS) return;
    this.#drawnAt = now;
    const rate = Math.round((calls / elapsedMs) * 1000);
    const share = this.#size === null || this.#size === 0 ? '' : ` ${this.#share(this.#size)} %,`;
    const text = `${share} ${String(calls)} calls, ${String(failed)} failed, ${String(rate)} calls/s`;
    this.#terminal.write(`${CLEAR_LINE}${text.trimStart()}`);
    this.#isDrawn = true;
  }

  #share(size: number): string {
    return String(Math.min(100, Math.round((this.#read / size) * 100)));
  }

  /** Takes the line away, before something else is printed, and at the end. */
  clear(): void {
    if (!this.#isDrawn) return;
    this.#terminal?.write(CLEAR_LINE);
    this.#isDrawn = false;
  }
}
