/** What becomes of one row. */
export interface RowChange {
  readonly noun: string;
  readonly action: 'create' | 'change' | 'remove';
  readonly key: readonly string[];
  /** Only for changes: what is different, in the order of the table's columns. */
  readonly columns: readonly ColumnChange[];
}

/** A value before and after, as JSON; null for columns whose values are not to be shown, in a log for example. */
export interface ColumnChange {
  readonly column: string;
  readonly values: { readonly before: string; readonly after: string } | null;
}

/** What people and things are called, and why they were granted something: a plan may end up in a log. */
const WITHHELD: ReadonlySet<string> = new Set(['login', 'name', 'reason']);

/** Takes what becomes of each row, one after the other. */
export type RowChangeListener = (change: RowChange) => void;

/** The columns in which two versions of a row differ. */
export function changedColumns(before: object, after: object): readonly ColumnChange[] {
  const old = new Map(Object.entries(before));
  return Object.entries(after).flatMap(([column, value]) => {
    const [first, second] = [JSON.stringify(old.get(column) ?? null), JSON.stringify(value ?? null)];
    if (first === second) return [];
    return [{ column, values: WITHHELD.has(column) ? null : { before: first, after: second } }];
  });
}
