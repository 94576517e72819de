import type { FeatureType } from '../../generated/prisma/client.js';
import type { Cells } from './cells.js';
import type { FactsTable } from '../facts/replaced-views.js';
import type { Column } from './columns.js';

/** What rows are judged by, read once at the beginning. */
export interface ImportContext {
  readonly features: ReadonlyMap<string, FeatureType>;
}

/** A row that can be written: one value for each column of the statement's input, as text that PostgreSQL casts. */
export type ImportValues = readonly (string | null)[];

/** One kind of file: its columns, what its rows must be, and how many of them are written at once. */
export interface ImportKind {
  /** One row of it, in words. */
  readonly noun: string;
  readonly columns: readonly Column[];
  /** What the input of the statement has, as `name type`; its first columns are the key of a row. */
  readonly input: readonly string[];
  readonly keyLength: number;
  /**
   * So many of the first columns are equal in rows that may be in each other's way; others may be written at the same time. 0 where
   * any two rows may be.
   */
  readonly laneLength: number;
  /** @throws CellError where a row cannot be used */
  readonly read: (cells: Cells, context: ImportContext) => ImportValues;
  /** The table, the columns that a row creates, and those of the file that set them. */
  readonly target: ImportTarget;
  /** SQL for why a row of the input `i` is refused; null where it is not. */
  readonly problem: string;
  /** Whether a user may get too many rows. */
  readonly isCovering: boolean;
}

export interface ImportTarget {
  readonly table: FactsTable;
  readonly key: readonly string[];
  /** Besides the key: column of the table, the expression that a new row has, and the column of the file that it comes from. */
  readonly columns: readonly {
    readonly name: string;
    readonly value: string;
    readonly from: string;
  }[];
}
