import type { Prisma } from '../../generated/prisma/client.js';
import type { DirectoryTable } from './directory-tables.js';
import { changedColumns, type RowChange, type RowChangeListener } from './row-change.js';

/** What was done to one table. */
export interface TableChanges {
  readonly noun: string;
  readonly created: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
}

/** Where rows are written, and who is told of each. */
export interface Writing {
  readonly tx: Prisma.TransactionClient;
  readonly onChange: RowChangeListener;
}

/** Rows looked up or created by one statement. */
const BATCH = 1_000;

/** Makes the rows of one table as they are wanted; those that already are stay untouched. */
export async function reconcile<Row extends object>(
  writing: Writing,
  table: DirectoryTable<Row>,
  wanted: readonly Row[],
): Promise<TableChanges> {
  const { tx, onChange } = writing;
  const removed = await removeUnnamed(writing, table, wanted);
  const existing = await findExisting(tx, table, wanted);
  const missing = wanted.filter((row) => !existing.has(keyOf(table, row)));
  const different = wanted.flatMap((row) => {
    const found = existing.get(keyOf(table, row));
    return found !== undefined && canonical(found) !== canonical(row) ? [{ found, row }] : [];
  });
  for (const batch of batches(missing)) if (batch.length > 0) await table.create(tx, [...batch]);
  for (const { row } of different) await table.update(tx, row);
  for (const row of missing) onChange(rowChange(table, 'create', row));
  for (const { found, row } of different)
    onChange({ ...rowChange(table, 'change', row), columns: changedColumns(found, row) });
  return {
    noun: table.noun,
    created: missing.length,
    changed: different.length,
    removed,
    unchanged: wanted.length - missing.length - different.length,
  };
}

/** Removes the rows that are part of a row in the file, and that the file does not name any more; says how many. */
export async function removeUnnamed<Row extends object>(
  { tx, onChange }: Writing,
  table: DirectoryTable<Row>,
  wanted: readonly Row[],
): Promise<number> {
  if (table.remove === undefined) return 0;
  const named = new Set(wanted.map((row) => keyOf(table, row)));
  const existing = await findExisting(tx, table, wanted);
  const unnamed = [...existing].filter(([key]) => !named.has(key));
  for (const [, row] of unnamed) {
    await table.remove(tx, row);
    onChange(rowChange(table, 'remove', row));
  }
  return unnamed.length;
}

function rowChange<Row>(
  { noun, key }: DirectoryTable<Row>,
  action: RowChange['action'],
  row: Row,
): RowChange {
  return { noun, action, key: key(row), columns: [] };
}

async function findExisting<Row extends object>(
  tx: Prisma.TransactionClient,
  table: DirectoryTable<Row>,
  wanted: readonly Row[],
): Promise<ReadonlyMap<string, Row>> {
  const existing = new Map<string, Row>();
  for (const batch of batches(wanted)) {
    for (const row of await table.find(tx, batch)) existing.set(keyOf(table, row), row);
  }
  return existing;
}

/** At least one batch, so that tables whose rows are found by their parents are looked at with no row wanted. */
function batches<Row>(rows: readonly Row[]): readonly (readonly Row[])[] {
  const count = Math.max(1, Math.ceil(rows.length / BATCH));
  return Array.from({ length: count }, (_, index) => rows.slice(index * BATCH, (index + 1) * BATCH));
}

function keyOf<Row>({ key }: DirectoryTable<Row>, row: Row): string {
  return JSON.stringify(key(row));
}

/** One text for equal rows: members in order, instants as ISO 8601. */
function canonical(row: object): string {
  return JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
