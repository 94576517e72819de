import { performance } from 'node:perf_hooks';
import type { Database } from '../../database/database.js';
import { MigrationError, pendingMigrations } from '../../database/migrations.js';
import { findingsOf, type Finding } from './finding.js';

/** A hook call waits for one round trip, and has 1.5 s in all: this much is a sign of distance, not yet of danger. */
const SLOW_MS = 20;

const ROUNDS = 7;

/** How far it is to the database, and which server it is. */
export async function checkLatency(database: Database): Promise<Finding> {
  const { ok, warning } = findingsOf('database', 'unavailable');
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    await database.query('SELECT 1 AS one', []);
    times.push(performance.now() - began);
  }
  const median = times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  const [row] = await database.query(`SELECT current_setting('server_version') AS version`, []);
  const engine = database.engine === 'postgresql' ? 'PostgreSQL' : 'embedded PostgreSQL';
  const message = `${engine} ${String(row?.['version'])} answers in ${median.toFixed(1)} ms`;
  return median > SLOW_MS
    ? warning(message, 'run the hook close to the database: each login that is not in its cache waits for it')
    : ok(message);
}

/** Whether the tables are those of this release. */
export async function checkMigrations(database: Database): Promise<Finding> {
  const { ok, failure } = findingsOf('migrations', 'configuration');
  try {
    const pending = await pendingMigrations(database);
    return pending.length === 0
      ? ok('the database is at this release')
      : failure(`missing: ${pending.join(', ')}`, 'run "mintmark migrate"');
  } catch (error) {
    if (error instanceof MigrationError)
      return failure(error.message, 'use the release that the database was migrated with, or a newer one');
    throw error;
  }
}

/** Apart by more than this, windows open and close at other times than people think. */
const APART_MS = 2_000;

/** Apart by more than this, tokens are refused: RFC 7519 leaves "a few minutes", Mintmark 30 seconds. */
const FAR_APART_MS = 30_000;

/** Whether this machine and the database agree on the time. */
export async function checkClock(database: Database, now: () => Date): Promise<Finding> {
  const { ok, warning, failure } = findingsOf('clock', 'unavailable');
  const began = now().getTime();
  const [row] = await database.query(`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS ms`, []);
  const apart = Number(row?.['ms']) - (began + now().getTime()) / 2;
  const seconds = `${(Math.abs(apart) / 1000).toFixed(1)} s`;
  const message = `the database’s clock is ${seconds} ${apart < 0 ? 'behind' : 'ahead of'} this machine’s`;
  const advice = 'keep both machines on NTP';
  if (Math.abs(apart) > FAR_APART_MS) return failure(message, advice);
  return Math.abs(apart) > APART_MS
    ? warning(message, advice)
    : ok(`agrees with the database’s within ${seconds}`);
}
