import type { Database } from '../../database/database.js';
import { CellError } from './cells.js';
import { readHeader, type Header } from './columns.js';
import { CsvFaultError, readCsvRows, type CsvRow } from './csv-rows.js';
import { replacedTables, ReplacedTableError } from '../facts/replaced-views.js';
import type { ImportContext, ImportKind } from './import-kind.js';
import { importStatements } from './import-statement.js';
import {
  batchOf,
  writeBatch,
  writeWhole,
  type Batch,
  type BatchResult,
  type BatchRow,
  type BatchWriting,
} from './write-batch.js';

/** A row that was not imported, with the cells of its file. */
export interface Refusal {
  readonly line: number;
  readonly reason: string;
  readonly cells: readonly string[];
}

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

/** Rows written by one statement. */
const BATCH = 2_000;

/**
 * Imports the rows of a CSV file in batches, each of which is a transaction: while one is written the next is read, and no more than
 * that is in memory. Importing a file once more changes nothing that is as the file says, so that one that was
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

/** An import under way: one batch is gathered while another one is written. */
class Importing {
  readonly #options: ImportOptions;
  readonly #counts: Counts;
  readonly #writing: Omit<BatchWriting, 'statements' | 'onSent'>;
  #reader: RowReader | undefined;
  #statements: BatchWriting['statements'] = { creating: '', trusting: '', checking: '' };
  #mayTrust = true;
  /** Whether the last batch was created as a whole, and whether all of it could be written: the next is mostly like it. */
  #last = { isNew: true, isSound: true };
  #batch = new Gathered();
  #written: Promise<void> = Promise.resolve();

  constructor(database: Database, kind: ImportKind, options: ImportOptions, counts: Counts) {
    this.#options = options;
    this.#counts = counts;
    this.#writing = { database, kind, actor: options.actor, dryRun: options.dryRun };
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
    this.#batch.add(this.#reader(row), this.#writing.kind.keyLength);
    if (this.#batch.size >= BATCH) await this.#flush();
  }

  /** @throws CsvFaultError where there was no first line */
  async finish(): Promise<void> {
    if (this.#reader === undefined)
      throw new CsvFaultError(null, 'the file is empty: its first line names the columns');
    await this.#flush();
    await this.#written;
  }

  async #begin({ line, cells }: CsvRow): Promise<void> {
    const { database, kind } = this.#writing;
    const { org, onHeader } = this.#options;
    const header = readHeader(cells, kind.columns, new Set(org === null ? [] : ['org']));
    if (typeof header === 'string') throw new CsvFaultError(line, header);
    const replaced = await replacedTables(database);
    if (replaced.has(kind.target.table)) throw new ReplacedTableError(kind.target.table);
    // Tables that refer to others' have no foreign keys that would check it.
    this.#mayTrust = replaced.size === 0;
    const features = await database.prisma.feature.findMany({ select: { id: true, type: true } });
    const context = { features: new Map(features.map(({ id, type }) => [id, type])) };
    await onHeader(header.names);
    this.#statements = importStatements(kind, new Set(header.places.keys()));
    this.#reader = rowReader(kind, { header, context, org });
  }

  async #flush(): Promise<void> {
    const gathered = this.#batch;
    this.#batch = new Gathered();
    const batch = batchOf(this.#writing.kind, gathered.rows);
    await this.#written;
    // Reading keeps this process busy: it goes on when the database is, lest each waits for the other.
    await new Promise<void>((resolve) => {
      this.#written = this.#write(gathered, batch, resolve);
      // It is awaited before the next batch is written; until then nobody may miss that it failed.
      this.#written.then(resolve, () => {
        resolve();
      });
    });
  }

  async #write(gathered: Gathered, batch: Batch, onSent: () => void): Promise<void> {
    const counts = this.#counts;
    const { created, changed, refused } = await this.#writeRows(batch, onSent);
    this.#last = { isNew: created === batch.rows.length, isSound: refused.length === 0 };
    const refusals = [
      ...gathered.refusals,
      ...refused.map(({ row: { line, cells }, reason }) => ({ line, cells, reason })),
    ].toSorted((a, b) => a.line - b.line);
    if (refusals.length > 0) await this.#options.onRefused(refusals);
    counts.rows += gathered.size;
    counts.created += created;
    counts.changed += changed;
    counts.refused += refusals.length;
    counts.unchanged += gathered.size - created - changed - refusals.length;
    this.#options.onProgress(counts);
  }

  /** Begins with the way that the last batch would have taken: a change costs one try in vain. */
  async #writeRows(batch: Batch, onSent: () => void): Promise<BatchResult> {
    const writing = { ...this.#writing, statements: this.#statements, onSent };
    const { isNew, isSound } = this.#last;
    const isTrusted = this.#mayTrust && isSound;
    return (
      (isTrusted && isNew ? await writeWhole(writing, 'creating', batch) : null) ??
      (isTrusted ? await writeWhole(writing, 'trusting', batch) : null) ??
      writeBatch(writing, batch)
    );
  }
}

type Reading =
  { readonly kind: 'row'; readonly row: BatchRow } | { readonly kind: 'refusal'; readonly refusal: Refusal };

/** Rows that were read since the last batch. */
class Gathered {
  readonly refusals: Refusal[] = [];
  readonly #rows = new Map<string, BatchRow>();
  size = 0;

  add(reading: Reading, keyLength: number): void {
    this.size += 1;
    if (reading.kind === 'refusal') {
      this.refusals.push(reading.refusal);
      return;
    }
    const key = JSON.stringify(reading.row.values.slice(0, keyLength));
    // The later one, in the later one's place.
    this.#rows.delete(key);
    this.#rows.set(key, reading.row);
  }

  get rows(): readonly BatchRow[] {
    return [...this.#rows.values()];
  }
}

type RowReader = (row: CsvRow) => Reading;

interface ReaderNeeds {
  readonly header: Header;
  readonly context: ImportContext;
  readonly org: string | null;
}

/** Makes what judges one row after the other. */
function rowReader({ read }: ImportKind, { header, context, org }: ReaderNeeds): RowReader {
  const { names, places } = header;
  return ({ line, cells }) => {
    const refusal = (reason: string): Reading => ({ kind: 'refusal', refusal: { line, cells, reason } });
    if (cells.length !== names.length)
      return refusal(`has ${String(cells.length)} cells, and the first line ${String(names.length)}`);
    const cellOf = (column: string): string | null => {
      const cell = cells[places.get(column) ?? -1] ?? '';
      if (cell === '') return column === 'org' ? org : null;
      return cell;
    };
    try {
      return { kind: 'row', row: { line, cells, values: read(cellOf, context) } };
    } catch (error) {
      if (error instanceof CellError) return refusal(error.message);
      throw error;
    }
  };
}
