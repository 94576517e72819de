import { writeBatch, writeWhole, type Batch, type BatchResult, type BatchWriting } from './write-batch.js';

/** Writes batches one after the other, each in one transaction where that takes all of its rows. */
export class Lane {
  readonly #writing: Omit<BatchWriting, 'onSent'>;
  readonly #mayTrust: boolean;
  /** Whether the last batch was created as a whole, and whether all of it could be written: the next is mostly like it. */
  #last = { isNew: true, isSound: true };

  /** @param mayTrust whether foreign keys check what rows refer to */
  constructor(writing: Omit<BatchWriting, 'onSent'>, mayTrust: boolean) {
    this.#writing = writing;
    this.#mayTrust = mayTrust;
  }

  /** @param onSent called when the database is at work: what is done from then on takes no time of its own */
  async write(batch: Batch, onSent: () => void): Promise<BatchResult> {
    const result = await this.#writeRows({ ...this.#writing, onSent }, batch);
    this.#last = { isNew: result.created === batch.rows.length, isSound: result.refused.length === 0 };
    return result;
  }

  /** Begins with the way that the last batch would have taken: a change costs one try in vain. */
  async #writeRows(writing: BatchWriting, batch: Batch): Promise<BatchResult> {
    const { isNew, isSound } = this.#last;
    const isTrusted = this.#mayTrust && isSound;
    return (
      (isTrusted && isNew ? await writeWhole(writing, 'creating', batch) : null) ??
      (isTrusted ? await writeWhole(writing, 'trusting', batch) : null) ??
      writeBatch(writing, batch)
    );
  }
}
