import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database, ScriptRunner } from './database.js';

/** `prisma/migrations`, the same distance away from the sources and from what is built. */
const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

const MIGRATION_NAME = /^\d{14}_[a-z0-9_]+$/;

/** The key of Prisma's own advisory lock: its migrations and ours take turns. */
const LOCK = '72707369';

/** How long looking at the history may take, in milliseconds: somebody may hold its table. */
const LOOKING_MS = 5_000;

const HISTORY_TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, in hexadecimal: as Prisma records it. */
  readonly checksum: string;
}

/** The database's history and the migrations of this release do not agree. */
export class MigrationError extends Error {
  readonly code = 'MIGRATION';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MigrationError';
  }
}

/**
 * Applies the migrations that the database does not have yet, each in one transaction, under an advisory lock, and
 * records them as Prisma does, so that `prisma migrate deploy` and `status` agree.
 *
 * @returns the names of the migrations applied now
 * @throws MigrationError
 */
export async function migrate(database: Database): Promise<readonly string[]> {
  const migrations = await readMigrations();
  return database.withScripts(async (run) => {
    await run(`SET lock_timeout = '60s'; SELECT pg_advisory_lock(${LOCK})`);
    try {
      await run(`SET client_min_messages = warning; ${HISTORY_TABLE}`);
      const pending = pendingAmong(migrations, await readHistory(run));
      for (const migration of pending) await apply(migration, run);
      return pending.map(({ name }) => name);
    } finally {
      await run(`SELECT pg_advisory_unlock(${LOCK})`);
    }
  });
}

/**
 * The names of the migrations that the database still needs.
 *
 * @throws MigrationError where it has others than this release, or a changed one
 */
export async function pendingMigrations(database: Database): Promise<readonly string[]> {
  const migrations = await readMigrations();
  return database.withScripts(async (run) => {
    const [table] = await run(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS "exists"`);
    const history = table?.['exists'] === true ? await readHistory(run) : new Map<string, string>();
    return pendingAmong(migrations, history).map(({ name }) => name);
  }, LOOKING_MS);
}

/**
 * Makes a check that the database is at this release. Once it has succeeded it asks no more.
 *
 * @returns what throws a MigrationError where migrations are pending or the history is another's
 */
export function releaseCheck(database: Database): () => Promise<void> {
  let checked: Promise<void> | undefined;
  return () => {
    checked ??= assertRelease(database).catch((error: unknown) => {
      checked = undefined;
      throw error;
    });
    return checked;
  };
}

async function assertRelease(database: Database): Promise<void> {
  const pending = await pendingMigrations(database);
  if (pending.length > 0) {
    throw new MigrationError(
      `The database lacks ${String(pending.length)} migrations: run "mintmark migrate" first.`,
    );
  }
}

async function readMigrations(): Promise<readonly Migration[]> {
  const names = (await readdir(MIGRATIONS_FOLDER)).filter((name) => MIGRATION_NAME.test(name)).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(MIGRATIONS_FOLDER, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Names and checksums of the migrations that were applied. */
async function readHistory(run: ScriptRunner): Promise<ReadonlyMap<string, string>> {
  const rows = await run(`
    SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
    FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY migration_name`);
  const failed = rows.find(({ finished }) => finished !== true);
  if (failed !== undefined) {
    throw new MigrationError(
      `Migration ${String(failed['name'])} did not finish. Repair the database, then mark it with "prisma migrate resolve".`,
    );
  }
  return new Map(rows.map(({ name, checksum }) => [String(name), String(checksum)]));
}

function pendingAmong(
  migrations: readonly Migration[],
  history: ReadonlyMap<string, string>,
): readonly Migration[] {
  const known = new Map(migrations.map(({ name, checksum }) => [name, checksum]));
  for (const [name, checksum] of history) {
    if (!known.has(name)) {
      throw new MigrationError(
        `The database has migration ${name}, which this release does not know: use a newer one.`,
      );
    }
    if (known.get(name) !== checksum) {
      throw new MigrationError(`Migration ${name} was changed after it was applied: restore its file.`);
    }
  }
  return migrations.filter(({ name }) => !history.has(name));
}

async function apply({ name, sql, checksum }: Migration, run: ScriptRunner): Promise<void> {
  const record = `
    INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
    VALUES ('${randomUUID()}', '${checksum}', '${name}', now(), now(), 1)`;
  try {
    await run('BEGIN');
    await run(sql);
    await run(record);
    await run('COMMIT');
  } catch (error) {
    await run('ROLLBACK');
    const reason = error instanceof Error ? error.message : 'unknown reason';
    throw new MigrationError(`Migration ${name} failed, and nothing of it was kept: ${reason}`, {
      cause: error,
    });
  }
}
