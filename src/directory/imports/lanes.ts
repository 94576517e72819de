import type { Database } from '../../database/database.js';
import { APPLY_LOCK } from '../files/apply-directory.js';
import type { ImportKind, ImportValues } from './import-kind.js';

/**
 * Rows are written over so many connections at once. Imports of every release that may run at one time have to agree on this, and
 * on `laneOf`: lanes are what keeps two imports apart.
 */
const LANES = 2;

/** How many lanes an import has: one where any two of its rows may be in each other's way, or where there is one connection. */
export function lanesOf({ engine }: Pick<Database, 'engine'>, { laneLength }: ImportKind): number {
  return engine === 'embedded' || laneLength === 0 ? 1 : LANES;
}

/** The lane of a row: rows that may be in each other's way have the same one, in whatever file they are. */
export function laneOf(values: ImportValues, { laneLength }: ImportKind, lanes: number): number {
  if (lanes === 1) return 0;
  // FNV-1a: cheap, and the same everywhere.
  let hash = 0x811c9dc5;
  for (let column = 0; column < laneLength; column += 1) {
    const text = values[column] ?? '';
    for (let place = 0; place < text.length; place += 1)
      hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  }
  return (hash >>> 16) % lanes;
}

/**
 * SQL that waits for a lane's turn, until its transaction ends. Lanes share the lock that `apply`, and whoever else looks at rules of the
 * whole directory, has alone; and of each lane there is one transaction at a time, whichever import it is of.
 */
export function turnOf(lane: number, lanes: number): string {
  if (lanes === 1) return APPLY_LOCK;
  // From left to right: whoever waits for another import is in nobody else's way.
  return `SELECT pg_advisory_xact_lock(hashtext('mintmark.import'), ${String(lane)}),
    pg_advisory_xact_lock_shared(hashtext('mintmark.apply'))`;
}
