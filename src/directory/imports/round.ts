import type { ImportKind } from './import-kind.js';
import { laneOf } from './lanes.js';
import type { Reading, Refusal } from './row-reader.js';
import { batchOf, type Batch, type BatchRow } from './write-batch.js';

/** Rows that were read one after the other, dealt out to the lanes that write them. */
export class Round {
  readonly refusals: Refusal[] = [];
  readonly #kind: ImportKind;
  readonly #lanes: readonly Map<string, BatchRow>[];
  size = 0;

  constructor(kind: ImportKind, lanes: number) {
    this.#kind = kind;
    this.#lanes = Array.from({ length: lanes }, () => new Map<string, BatchRow>());
  }

  add(reading: Reading): void {
    this.size += 1;
    if (reading.kind === 'refusal') {
      this.refusals.push(reading.refusal);
      return;
    }
    const { row } = reading;
    const key = JSON.stringify(row.values.slice(0, this.#kind.keyLength));
    const rows = this.#lanes[laneOf(row.values, this.#kind, this.#lanes.length)];
    // The later one, in the later one's place.
    rows?.delete(key);
    rows?.set(key, row);
  }

  /** What each lane has to write, in the order of the file. */
  batches(): readonly Batch[] {
    return this.#lanes.map((rows) => batchOf(this.#kind, [...rows.values()]));
  }
}
