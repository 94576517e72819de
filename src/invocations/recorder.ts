import type { RecordableCall } from './recordable-call.js';
import type { RecordingWriter } from './recording-writer.js';

export interface RecorderOptions {
  /** Ids of the issuers whose calls are recorded; null for all of them. */
  readonly issuerIds: ReadonlySet<string> | null;
  /** The share of calls that is recorded, 0 to 1. */
  readonly ratio: number;
  /** From 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** Milliseconds on a clock that never jumps. */
  readonly monotonicNow: () => number;
  /** Makes the row of a call. */
  readonly redact: (call: RecordableCall) => string;
  readonly writer: Pick<RecordingWriter, 'add' | 'close'>;
  readonly onError: (error: unknown) => void;
}

/** What became of the calls so far, before they were handed to the writer. */
export interface RecorderFigures {
  /** There was no time for them. */
  readonly late: number;
  /** No row could be made of them. */
  readonly failed: number;
}

/** Calls that wait to be looked at: their payloads are as large as they came. */
const CALLS_LIMIT = 64;

/** How long calls are looked at before others are answered, in milliseconds. */
const TURN_MS = 1;

/**
 * Takes calls that are answered, and makes rows of them when the answers are on their way. Never throws and never waits: calls that it
 * has no time for are dropped and counted.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  #calls: RecordableCall[] = [];
  #turn: NodeJS.Immediate | undefined;
  #counts = { late: 0, failed: 0 };

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  get figures(): RecorderFigures {
    return { ...this.#counts };
  }

  /** Whether a call is to be recorded: asked first, so that the others cost nothing. */
  wants(issuerId: string): boolean {
    const { issuerIds, ratio, random } = this.#options;
    return (issuerIds === null || issuerIds.has(issuerId)) && random() < ratio;
  }

  take(call: RecordableCall): void {
    if (this.#calls.length >= CALLS_LIMIT) {
      this.#counts.late += 1;
      return;
    }
    this.#calls.push(call);
    this.#turn ??= setImmediate(() => {
      this.#look();
    });
  }

  /** Stores what was taken, for a bounded time. */
  async close(): Promise<void> {
    while (this.#calls.length > 0) this.#lookAtNext();
    clearImmediate(this.#turn);
    await this.#options.writer.close();
  }

  #look(): void {
    const { monotonicNow } = this.#options;
    const end = monotonicNow() + TURN_MS;
    do this.#lookAtNext();
    while (this.#calls.length > 0 && monotonicNow() < end);
    this.#turn =
      this.#calls.length === 0
        ? undefined
        : setImmediate(() => {
            this.#look();
          });
  }

  #lookAtNext(): void {
    const call = this.#calls.shift();
    if (call === undefined) return;
    try {
      this.#options.writer.add(this.#options.redact(call));
    } catch (error) {
      this.#counts.failed += 1;
      this.#options.onError(error);
    }
  }
}
