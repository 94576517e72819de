import { CellError } from './cells.js';
import type { Header } from './columns.js';
import type { CsvRow } from './csv-rows.js';
import type { ImportContext, ImportKind } from './import-kind.js';
import type { BatchRow } from './write-batch.js';

/** A row that was not imported, with the cells of its file. */
export interface Refusal {
  readonly line: number;
  readonly reason: string;
  readonly cells: readonly string[];
}

export type Reading =
  { readonly kind: 'row'; readonly row: BatchRow } | { readonly kind: 'refusal'; readonly refusal: Refusal };

export type RowReader = (row: CsvRow) => Reading;

export interface ReaderNeeds {
  readonly header: Header;
  readonly context: ImportContext;
  readonly org: string | null;
}

/** Makes what judges one row after the other. */
export function rowReader({ read }: ImportKind, { header, context, org }: ReaderNeeds): RowReader {
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
