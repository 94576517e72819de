import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { MigrationError, migrate, pendingMigrations } from '../../src/database/migrations.js';
import { openPostgresql } from '../../src/database/open-postgresql.js';
import { createDatabase } from '../support/postgres-server.js';
import { onTeardown } from '../support/teardown.js';
import { createTestDatabase, postgresUrl } from '../support/test-database.js';

const { url, database } = await createTestDatabase();
const folder = await mkdtemp(join(tmpdir(), 'mintmark-schema-'));
onTeardown(() => rm(folder, { recursive: true, force: true }));

async function schemaDifference(schema: string): Promise<string> {
  const path = join(folder, 'schema.prisma');
  await writeFile(path, schema);
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/schema-diff.mjs', path], {
    env: { ...process.env, DATABASE_URL: url },
  });
  return stdout.trim();
}

describe('the migrations', () => {
  it('make the database that schema.prisma describes', async () => {
    const schema = await readFile('prisma/schema.prisma', 'utf8');
    expect(await schemaDifference(schema)).toBe('-- This is an empty migration.');
  });

  it('would be found to disagree by a column', async () => {
    const schema = await readFile('prisma/schema.prisma', 'utf8');
    expect(await schemaDifference(schema.replace(/^ {2}reason .*\n/m, ''))).toContain('DROP COLUMN "reason"');
  });

  it('would be found to disagree by whether a column may be empty', async () => {
    const schema = await readFile('prisma/schema.prisma', 'utf8');
    const stricter = schema.replace(/^( {2}clientId +String)\? (.*"client_id"\)\n)/m, '$1  $2');
    expect(stricter).not.toBe(schema);
    expect(await schemaDifference(stricter)).toContain('"client_id" SET NOT NULL');
  });

  it('are recorded, and not applied twice', async () => {
    expect(await pendingMigrations(database)).toEqual([]);
    expect(await migrate(database)).toEqual([]);
  });

  it('are applied once when two processes start at the same time', async () => {
    const created = await createDatabase(postgresUrl());
    const options = { poolSize: 1, timeoutMs: 10_000 };
    const [one, two] = [
      await openPostgresql(created.url, options),
      await openPostgresql(created.url, options),
    ];
    const applied = await Promise.all([migrate(one), migrate(two)]);
    const all = (await readdir('prisma/migrations')).filter((name) => /^\d/.test(name)).toSorted();
    expect(applied.toSorted((a, b) => a.length - b.length)).toEqual([[], all]);
    await one.close();
    await two.close();
    await created.drop();
  });

  it.each([
    [
      'was changed after it was applied',
      `UPDATE _prisma_migrations SET checksum = repeat('0', 64) WHERE migration_name LIKE '%_directory'`,
    ],
    [
      'use a newer one',
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at)
       VALUES ('x', repeat('0', 64), '29990101000000_later', now())`,
    ],
    [
      'did not finish',
      `UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name LIKE '%_directory'`,
    ],
  ])('refuse a history that %s', async (message, sql) => {
    const created = await createDatabase(postgresUrl(), { template: 'mintmark_template' });
    const other = await openPostgresql(created.url, { poolSize: 1, timeoutMs: 10_000 });
    await other.withScripts((run) => run(sql));
    await expect(pendingMigrations(other)).rejects.toThrow(MigrationError);
    await expect(migrate(other)).rejects.toThrow(message);
    await other.close();
    await created.drop();
  });
});
