import { performance } from 'node:perf_hooks';
import type { CliContext } from '../cli-context.js';
import { sizeOf } from './read-calls.js';

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

/** How far a replay is. */
export interface ProgressFigures {
  readonly calls: number;
  /** Undefined where no call can fail. */
  readonly failed?: number;
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

  show({ calls, failed }: ProgressFigures): void {
    const now = this.#monotonicNow();
    const elapsedMs = now - this.#beganAt;
    if (this.#terminal === null || elapsedMs < PATIENCE_MS || now - this.#drawnAt < INTERVAL_MS) return;
    this.#drawnAt = now;
    const rate = Math.round((calls / elapsedMs) * 1000);
    const parts = [
      ...(this.#size === null || this.#size === 0 ? [] : [`${this.#share(this.#size)} %`]),
      `${String(calls)} calls`,
      ...(failed === undefined ? [] : [`${String(failed)} failed`]),
      `${String(rate)} calls/s`,
    ];
    this.#terminal.write(`${CLEAR_LINE}${parts.join(', ')}`);
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

/** Where standard error is a terminal and output is for people: how far the calls of these files are. */
export async function startProgress(
  { terminal }: Pick<CliContext, 'terminal'>,
  names: readonly string[],
  isJson: boolean,
): Promise<ReplayProgress> {
  const shown = isJson ? null : terminal;
  return new ReplayProgress({
    terminal: shown,
    size: shown === null ? null : await sizeOf(names),
    monotonicNow: () => performance.now(),
  });
}
