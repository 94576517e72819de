import type { Database } from '../../database/database.js';
import type { Transaction } from '../../database/write-as.js';
import { applyDirectory } from '../../directory/files/apply-directory.js';
import type { DirectoryFile } from '../../directory/files/read-directory-file.js';
import type { TableChanges } from '../../directory/files/reconcile.js';

/** A directory as it would be after an apply, for a moment. */
export interface ChangedState {
  readonly tx: Transaction;
  /** What the apply changes. */
  readonly changes: readonly TableChanges[];
}

interface OpenState extends ChangedState {
  readonly end: () => Promise<void>;
}

export interface ChangedDirectoryOptions {
  readonly files: readonly DirectoryFile[];
  readonly prune: boolean;
  /** How long others may have to wait, in milliseconds. */
  readonly holdMs?: number;
}

/** Far less than whoever writes the directory waits for its turn. */
const HOLD_MS = 2_000;

/**
 * A directory as it would be after an apply. The apply is done in a transaction that is taken back, and done anew after a moment where
 * there is more to ask: applies and other writes wait for each other, and none of them waits for long.
 */
export class ChangedDirectory {
  readonly #database: Database;
  readonly #options: ChangedDirectoryOptions;
  #state: OpenState | undefined;
  #turns: Promise<unknown> = Promise.resolve();

  constructor(database: Database, options: ChangedDirectoryOptions) {
    this.#database = database;
    this.#options = options;
  }

  /**
   * Asks something of the directory as it would be; one after the other, since there is one connection.
   *
   * @throws DirectoryRefusedError where the files are refused
   */
  async ask<T>(question: (state: ChangedState) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      const state = await this.#open();
      try {
        return await question(state);
      } catch (error) {
        // A transaction in which something failed answers nothing any more.
        await this.#end().catch(() => undefined);
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#end());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.then(work);
    this.#turns = turn.catch(() => undefined);
    return turn;
  }

  async #open(): Promise<ChangedState> {
    if (this.#state !== undefined) return this.#state;
    const state = await beginApply(this.#database, this.#options);
    const timer = setTimeout(() => {
      // What fails then fails whoever asks next, too.
      this.close().catch(() => undefined);
    }, this.#options.holdMs ?? HOLD_MS);
    const end = async (): Promise<void> => {
      clearTimeout(timer);
      await state.end();
    };
    this.#state = { ...state, end };
    return this.#state;
  }

  async #end(): Promise<void> {
    const state = this.#state;
    this.#state = undefined;
    await state?.end();
  }
}

/** Applies, and stays there until it is ended; then everything is taken back. */
async function beginApply(database: Database, { files, prune }: ChangedDirectoryOptions): Promise<OpenState> {
  let take: () => void = () => undefined;
  const isOver = new Promise<void>((resolve) => {
    take = resolve;
  });
  return new Promise<OpenState>((resolve, reject) => {
    const applying = applyDirectory(database, files, {
      ...{ prune, dryRun: true },
      onApplied: async (tx, changes) => {
        const end = async (): Promise<void> => {
          take();
          await applying;
        };
        resolve({ tx, changes, end });
        await isOver;
      },
    });
    applying.catch(reject);
  });
}
