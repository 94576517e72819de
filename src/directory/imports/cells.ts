import { isId } from '../../claims/identifiers.js';
import { FACT_LIST_LIMIT } from '../../claims/expression-cost.js';
import { isInstant } from '../files/file-validators.js';

/** A cell cannot be used; the row is refused. */
export class CellError extends Error {
  constructor(column: string, problem: string) {
    super(`${column} ${problem}`);
    this.name = 'CellError';
  }
}

/** The cells of one row by the names of their columns; an empty one, or one of a column that is not there, is null. */
export type Cells = (column: string) => string | null;

export function idIn(cells: Cells, column: string): string {
  const cell = cells(column);
  if (cell === null) throw new CellError(column, 'is empty');
  if (!isId(cell))
    throw new CellError(
      column,
      'is no id: 1 to 255 characters, without control characters or outer white space',
    );
  return cell;
}

export function optionalIdIn(cells: Cells, column: string): string | null {
  return cells(column) === null ? null : idIn(cells, column);
}

export function instantIn(cells: Cells, column: string): string | null {
  const cell = cells(column);
  if (cell !== null && !isInstant(cell))
    throw new CellError(column, 'must be an instant with an offset, such as 2026-11-22T10:00:00Z');
  return cell;
}

/** Both bounds of a window, the second after the first. */
export function windowIn(cells: Cells): { readonly from: string | null; readonly until: string | null } {
  const [from, until] = [instantIn(cells, 'from'), instantIn(cells, 'until')];
  if (from !== null && until !== null && new Date(from) >= new Date(until))
    throw new CellError('until', 'must be later than from');
  return { from, until };
}

export function wordIn<Word extends string>(
  cells: Cells,
  column: string,
  words: readonly Word[],
): Word | null {
  const cell = cells(column);
  if (cell === null) return null;
  const found = words.find((word) => word === cell);
  if (found === undefined) throw new CellError(column, `must be one of ${words.join(', ')}`);
  return found;
}

/** Entries with bars between them, or a list of texts in JSON where an entry has a bar in it. */
export function listOf(cell: string | null, column: string): readonly string[] {
  if (cell === null) return [];
  const entries = cell.startsWith('[') ? jsonIn(cell, column) : cell.split('|');
  if (!Array.isArray(entries) || !entries.every((entry): entry is string => typeof entry === 'string'))
    throw new CellError(column, 'must be entries such as a|b, or a list of texts in JSON');
  return entries;
}

export function idsIn(cells: Cells, column: string): readonly string[] {
  const entries = listOf(cells(column), column);
  if (entries.length > FACT_LIST_LIMIT)
    throw new CellError(column, `must have at most ${String(FACT_LIST_LIMIT)} entries`);
  if (new Set(entries).size < entries.length) throw new CellError(column, 'must not repeat an entry');
  if (!entries.every(isId)) throw new CellError(column, 'has an entry that is no id');
  return entries;
}

export function jsonIn(cell: string, column: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    throw new CellError(column, 'is no JSON');
  }
}
