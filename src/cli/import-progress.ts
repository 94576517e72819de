import { SingleBar } from 'cli-progress';
import type { ImportCounts } from '../directory/imports/import-rows.js';

/** Before that nobody can tell how long the rest will take, in seconds. */
const PATIENCE_SECONDS = 2;

/** A bar on a terminal: how much of the file is read, and how many rows are in the database. Nothing where there is none. */
export class ImportProgress {
  readonly #bar: SingleBar | null;
  readonly #size: number | null;
  #read = 0;

  /** @param size of the file, in bytes; null where nobody knows */
  constructor(terminal: NodeJS.WriteStream | null, size: number | null) {
    this.#size = size;
    if (terminal === null) {
      this.#bar = null;
      return;
    }
    const format =
      size === null
        ? '{rows} rows, {refused} refused, {rate} rows/s'
        : '{bar} {percentage} %  {rows} rows, {refused} refused, {rate} rows/s{left}';
    this.#bar = new SingleBar({
      ...{ format, stream: terminal, hideCursor: true, clearOnComplete: true, stopOnComplete: false },
      ...{
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 24,
        fps: 5,
        gracefulExit: false,
      },
    });
    this.#bar.start(size ?? 0, 0, { rows: 0, refused: 0, rate: 0, left: '' });
  }

  /** The same bytes, counted. */
  async *counting(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      this.#read += chunk.length;
      yield chunk;
    }
  }

  show({ rows, refused }: ImportCounts, seconds: number): void {
    const rate = Math.round(rows / Math.max(seconds, 0.001));
    const left = this.#size === null ? '' : timeLeft({ read: this.#read, size: this.#size, seconds });
    this.#bar?.update(this.#read, {
      ...{ rows: grouped(rows), refused: grouped(refused), rate: grouped(rate) },
      left: left === '' ? '' : `, ${left} left`,
    });
  }

  /** Takes the bar away, and gives the cursor back. */
  stop(): void {
    if (this.#bar?.isActive) this.#bar.stop();
  }
}

/** `1 234 567` */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}

interface Pace {
  readonly read: number;
  readonly size: number;
  readonly seconds: number;
}

/** How long the rest takes at the pace so far, such as `1 min 20 s`; empty where nobody can tell, and where all is read. */
function timeLeft({ read, size, seconds }: Pace): string {
  if (seconds < PATIENCE_SECONDS || read === 0 || read >= size) return '';
  const left = Math.ceil((seconds * (size - read)) / read);
  const [minutes, rest] = [Math.floor(left / 60), left % 60];
  return minutes === 0 ? `${String(rest)} s` : `${String(minutes)} min ${String(rest)} s`;
}
