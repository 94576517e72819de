import type { Database } from '../../database/database.js';
import { readHeader, type Header } from './columns.js';
import { CsvFaultError, readCsvRows, type CsvRow } from './csv-rows.js';
import { replacedTables, ReplacedTableError } from '../facts/replaced-views.js';
import type { ImportKind } from './import-kind.js';
import { importStatements } from './import-statement.js';
import { Lane } from './lane.js';
import { lanesOf, turnOf } from './lanes.js';
import { Round } from './round.js';
import { rowReader, type Refusal, type RowReader } from './row-reader.js';
import type { Batch, BatchResult } from './write-batch.js';

export interface ImportCounts {
  readonly rows: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
}

export interface ImportOptions {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly delimiter: string;
  /** The org of rows whose file has no such column, or an empty cell in it. */
  readonly org: string | null;
  /** Who does it, for the audit. */
  readonly actor: string;
  readonly dryRun: boolean;
  readonly interrupted: AbortSignal;
  /** Takes the names of the columns, before any row is refused. */
  readonly onHeader: (names: readonly string[]) => Promise<void>;
  readonly onRefused: (refusals: readonly Refusal[]) => Promise<void>;
  /** Called after each batch. */
  readonly onProgress: (counts: ImportCounts) => void;
}

/** What became of a file. */
export interface ImportResult {
  readonly counts: ImportCounts;
  /** Why the rest of the file was not looked at; null where there is no rest. */
  readonly stopped:
    { readonly kind: 'fault'; readonly fault: CsvFaultError } | { readonly kind: 'interrupted' } | null;
}

/** Rows written by one statement, more or less: hashes deal them out. */
const BATCH = 2_000;

/**
 * Imports the rows of a CSV file in rounds, in each of which every lane writes a batch in a transaction: while one is written the next is
 * read, and no more than that is in memory. Importing a file once more changes nothing that is as the file says, so that one that was
 * interrupted is simply imported again. Of two rows with one key the later counts.
 *
 * @throws CsvFaultError where the first line is not that of such a file, and ReplacedTableError where nobody reads what it has; then
 * nothing was changed
 */
export async function importRows(
  database: Database,
  kind: ImportKind,
  options: ImportOptions,
): Promise<ImportResult> {
  const counts = { rows: 0, created: 0, changed: 0, unchanged: 0, refused: 0 };
  const importing = new Importing(database, kind, options, counts);
  try {
    for await (const row of readCsvRows(options.bytes, options.delimiter, options.interrupted)) {
      await importing.take(row);
      if (options.interrupted.aborted) break;
    }
    await importing.finish();
    return { counts, stopped: options.interrupted.aborted ? { kind: 'interrupted' } : null };
  } catch (error) {
    if (!(error instanceof CsvFaultError) || !importing.hasBegun()) throw error;
    await importing.finish();
    return { counts, stopped: { kind: 'fault', fault: error } };
  }
}

type Counts = { -readonly [Name in keyof ImportCounts]: number };

/** An import under way: one round of rows is gathered while the one before is written. */
class Importing {
  readonly #database: Database;
  readonly #kind: ImportKind;
  readonly #options: ImportOptions;
  readonly #counts: Counts;
  #reader: RowReader | undefined;
  #lanes: readonly Lane[] = [];
  #round: Round;
  #written: Promise<void> = Promise.resolve();

  constructor(database: Database, kind: ImportKind, options: ImportOptions, counts: Counts) {
    this.#database = database;
    this.#kind = kind;
    this.#options = options;
    this.#counts = counts;
    this.#round = this.#emptyRound();
  }

  /** Whether the first line was one. */
  hasBegun(): boolean {
    return this.#reader !== undefined;
  }

  async take(row: CsvRow): Promise<void> {
    if (this.#reader === undefined) {
      await this.#begin(row);
      return;
    }
    this.#round.add(this.#reader(row));
    if (this.#round.size >= BATCH * this.#lanes.length) await this.#flush();
  }

  /** @throws CsvFaultError where there was no first line */
  async finish(): Promise<void> {
    if (this.#reader === undefined)
      throw new CsvFaultError(null, 'the file is empty: its first line names the columns');
    await this.#flush();
    await this.#written;
  }

  async #begin({ line, cells }: CsvRow): Promise<void> {
    const { org, onHeader } = this.#options;
    const header = readHeader(cells, this.#kind.columns, new Set(org === null ? [] : ['org']));
    if (typeof header === 'string') throw new CsvFaultError(line, header);
    const replaced = await replacedTables(this.#database);
    if (replaced.has(this.#kind.target.table)) throw new ReplacedTableError(this.#kind.target.table);
    const features = await this.#database.prisma.feature.findMany({ select: { id: true, type: true } });
    const context = { features: new Map(features.map(({ id, type }) => [id, type])) };
    await onHeader(header.names);
    // Tables that refer to others' have no foreign keys that would check it.
    this.#lanes = this.#openLanes(header, replaced.size === 0);
    this.#reader = rowReader(this.#kind, { header, context, org });
  }

  #openLanes({ places }: Header, mayTrust: boolean): readonly Lane[] {
    const { actor, dryRun } = this.#options;
    const [database, kind, count] = [this.#database, this.#kind, lanesOf(this.#database, this.#kind)];
    const statements = importStatements(kind, new Set(places.keys()));
    return Array.from(
      { length: count },
      (_, lane) =>
        new Lane({ database, kind, statements, actor, dryRun, turn: turnOf(lane, count) }, mayTrust),
    );
  }

  #emptyRound(): Round {
    return new Round(this.#kind, lanesOf(this.#database, this.#kind));
  }

  async #flush(): Promise<void> {
    const round = this.#round;
    this.#round = this.#emptyRound();
    const batches = round.batches();
    await this.#written;
    // Reading keeps this process busy: it goes on when the database is, lest each waits for the other.
    await new Promise<void>((resolve) => {
      this.#written = this.#write(round, batches, resolve);
      // It is awaited before the next round is written; until then nobody may miss that it failed.
      this.#written.then(resolve, () => {
        resolve();
      });
    });
  }

  async #write(round: Round, batches: readonly Batch[], onSent: () => void): Promise<void> {
    const counts = this.#counts;
    const { created, changed, refused } = await this.#writeBatches(batches, onSent);
    const refusals = [
      ...round.refusals,
      ...refused.map(({ row: { line, cells }, reason }) => ({ line, cells, reason })),
    ].toSorted((a, b) => a.line - b.line);
    if (refusals.length > 0) await this.#options.onRefused(refusals);
    counts.rows += round.size;
    counts.created += created;
    counts.changed += changed;
    counts.refused += refusals.length;
    counts.unchanged += round.size - created - changed - refusals.length;
    this.#options.onProgress(counts);
  }

  /** Each lane writes its batch. A failure of one is told when none is at work any more. */
  async #writeBatches(batches: readonly Batch[], onSent: () => void): Promise<BatchResult> {
    const tasks = this.#lanes.flatMap((lane, place) => {
      const batch = batches[place];
      return batch === undefined || batch.rows.length === 0 ? [] : [{ lane, batch }];
    });
    const waiting = new Set(tasks);
    const results = await Promise.allSettled(
      tasks.map((task) =>
        task.lane.write(task.batch, () => {
          waiting.delete(task);
          if (waiting.size === 0) onSent();
        }),
      ),
    );
    return inSum(results.map(valueOf));
  }
}

/** @throws what was thrown */
function valueOf<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function inSum(results: readonly BatchResult[]): BatchResult {
  return {
    created: results.reduce((sum, { created }) => sum + created, 0),
    changed: results.reduce((sum, { changed }) => sum + changed, 0),
    refused: results.flatMap(({ refused }) => refused),
  };
}
