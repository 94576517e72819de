import type { Database } from '../../database/database.js';
import { FACTS_VIEWS, replacedTables, type FactsTable } from '../../directory/facts/replaced-views.js';
import { Problem } from '../problems/problem.js';
import type { Resource } from './resource.js';

/** The tables that a write of a record has to do with. */
export function tablesOf({ store }: Resource, body: unknown): readonly FactsTable[] {
  const { readThroughViews, partsReadThroughViews = {} } = store;
  if (typeof body !== 'object' || body === null) return readThroughViews;
  const parts = Object.entries(partsReadThroughViews).filter(([member]) => Object.hasOwn(body, member));
  return [...readThroughViews, ...parts.map(([, table]) => table)];
}

/**
 * Refuses to write what the hook reads elsewhere: where a view shows tables of the product's own, ours would be changed to no
 * effect (docs/existing-tables.md).
 *
 * @throws Problem that names the view
 */
export async function requireOwnTables(
  database: Pick<Database, 'query'>,
  tables: readonly FactsTable[],
): Promise<void> {
  if (tables.length === 0) return;
  const replaced = await replacedTables(database);
  const [table] = tables.filter((name) => replaced.has(name));
  if (table === undefined) return;
  const view = FACTS_VIEWS[table];
  throw new Problem(
    'read-only',
    `the hook reads this from tables of the product’s own, through the view ${view}: change it there`,
  );
}
