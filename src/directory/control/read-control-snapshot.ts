import type { Database, DatabaseRow } from '../../database/database.js';
import type { Transaction } from '../../database/write-as.js';
import { CONTROL_QUERY } from './control-query.js';
import { buildControlSnapshot, type ControlRows, type ControlSnapshot } from './control-snapshot.js';
import type { ControlRowsDto } from './snapshot-file.dto.js';
import { fromPlainRows } from './snapshot-rows.js';

/** Reads everything that the hook keeps in memory, as of one instant. */
export async function readControlSnapshot(database: Pick<Database, 'query'>): Promise<ControlSnapshot> {
  return buildControlSnapshot(await readControlRows(database));
}

/** Reads the rows that a control snapshot is made of, as of one instant and always in the same order. */
export async function readControlRows(database: Pick<Database, 'query'>): Promise<ControlRows> {
  return controlRows(await database.query(CONTROL_QUERY, []));
}

/** As `readControlSnapshot`, of what a transaction sees. */
export async function readControlSnapshotIn(
  tx: Pick<Transaction, '$queryRawUnsafe'>,
): Promise<ControlSnapshot> {
  return buildControlSnapshot(controlRows(await tx.$queryRawUnsafe<DatabaseRow[]>(CONTROL_QUERY)));
}

/** The query gives the plain form; the columns' types and the checks of the database keep it. */
function controlRows([row]: readonly DatabaseRow[]): ControlRows {
  return fromPlainRows(row as unknown as ControlRowsDto);
}
