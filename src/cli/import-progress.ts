import { SingleBar } from 'cli-progress';
import type { ImportCounts } from '../directory/imports/import-rows.js';

/** A bar on a terminal: how much of the file is read, and how many rows are in the database. Nothing where there is none. */
export class ImportProgress {
  readonly #bar: SingleBar | null;
  #read = 0;

  /** @param size of the file, in bytes; null where nobody knows */
  constructor(terminal: NodeJS.WriteStream | null, size: number | null) {
    if (terminal === null) {
      this.#bar = null;
      return;
    }
    const format =
      size === null
        ? '{rows} rows, {refused} refused, {rate} rows/s'
        : '{bar} {percentage} %  {rows} rows, {refused} refused, {rate} rows/s, {eta_formatted} left';
    this.#bar = new SingleBar({
      ...{ format, stream: terminal, hideCursor: true, clearOnComplete: true, stopOnComplete: false },
      ...{
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 24,
        fps: 5,
        etaBuffer: 50,
        gracefulExit: false,
      },
    });
    this.#bar.start(size ?? 0, 0, { rows: 0, refused: 0, rate: 0 });
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
    this.#bar?.update(this.#read, { rows: grouped(rows), refused: grouped(refused), rate: grouped(rate) });
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
