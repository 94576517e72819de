import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Database } from '../../src/database/database.js';
import { openPostgresql } from '../../src/database/open-postgresql.js';
import { APPLY_LOCK } from '../../src/directory/files/apply-directory.js';
import { IMPORT_KINDS } from '../../src/directory/imports/import-kinds.js';
import {
  importRows,
  type ImportCounts,
  type ImportOptions,
} from '../../src/directory/imports/import-rows.js';
import { laneOf, turnOf } from '../../src/directory/imports/lanes.js';
import type { Refusal } from '../../src/directory/imports/row-reader.js';
import { createDatabase } from '../support/postgres-server.js';
import { onTeardown } from '../support/teardown.js';
import { postgresUrl } from '../support/test-database.js';

const USERS = Array.from({ length: 6_000 }, (_, index) => `u${String(index)}`);
const LANES = [0, 1].map((lane) =>
  USERS.filter((id) => laneOf(['acme', id], IMPORT_KINDS.memberships, 2) === lane),
);

/** A database with users and tenants, which others are copied from. */
const base = await createDatabase(postgresUrl(), { template: 'mintmark_template' });
onTeardown(() => base.drop());
const original = await openPostgresql(base.url, { poolSize: 1, timeoutMs: 30_000 });
await original.prisma.org.create({ data: { id: 'acme', url: 'https://acme.example' } });
await original.prisma.user.createMany({ data: USERS.map((id) => ({ orgId: 'acme', id })) });
await original.prisma.tenant.createMany({ data: ['blue', 'green'].map((id) => ({ id, name: id })) });
await original.close();

interface Place {
  readonly database: Database;
  /** Somebody else who is at work in the same database. */
  readonly other: pg.Client;
}

async function startFromBase(poolSize = 4): Promise<Place> {
  const copy = await createDatabase(postgresUrl(), { template: base.name });
  const database = await openPostgresql(copy.url, { poolSize, timeoutMs: 60_000 });
  const other = new pg.Client({ connectionString: copy.url });
  await other.connect();
  onTeardown(async () => {
    await other.end();
    await database.close();
    await copy.drop();
  });
  return { database, other };
}

/** Resolves to the counts, and to the refused lines in the order in which they were told. */
async function imported(
  database: Database,
  rows: readonly string[],
  options: Partial<ImportOptions> = {},
): Promise<ImportCounts & { readonly lines: readonly number[] }> {
  const refusals: Refusal[] = [];
  const { counts } = await importRows(database, IMPORT_KINDS.memberships, {
    ...{ delimiter: ',', org: 'acme', actor: 'cli:tester', dryRun: false },
    bytes: pieces(`user,tenant\n${rows.map((row) => `${row}\n`).join('')}`),
    interrupted: new AbortController().signal,
    onHeader: async () => undefined,
    onRefused: async (some) => void refusals.push(...some),
    onProgress: () => undefined,
    ...options,
  });
  return { ...counts, lines: refusals.map(({ line }) => line) };
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += 4_096) yield bytes.subarray(start, start + 4_096);
}

const BLUE = USERS.map((id) => `${id},blue`);

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + 20_000;
  while (!(await isTrue())) {
    if (performance.now() > limit) throw new Error('it did not come true within 20 s');
    await delay(10);
  }
}

/** How many transactions wait for an advisory lock. */
async function waiting({ other }: Place): Promise<number> {
  const { rows } = await other.query(
    `SELECT FROM pg_locks JOIN pg_database AS d ON d.oid = database
     WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted`,
  );
  return rows.length;
}

async function auditedIn({ other }: Place): Promise<number> {
  const { rows } = await other.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM audit WHERE noun = 'membership' AND action = 'create'`,
  );
  return rows[0]?.count ?? -1;
}

describe('the lanes of an import', () => {
  it('write at the same time, and wait for an import that is in the same lane', async () => {
    const place = await startFromBase();
    await place.other.query('BEGIN');
    await place.other.query(turnOf(0, 2));
    const importing = imported(place.database, BLUE.slice(0, 200));
    const [first = [], second = []] = LANES.map((ids) => ids.filter((id) => USERS.indexOf(id) < 200));
    // What one lane has written is there while the other waits.
    await until(async () => (await place.database.prisma.membership.count()) === second.length);
    await until(async () => (await waiting(place)) === 1);
    expect(await place.database.prisma.membership.count({ where: { userId: { in: first } } })).toBe(0);
    await place.other.query('COMMIT');
    expect(await importing).toMatchObject({ rows: 200, created: 200 });
  });

  it('stay out while somebody applies a file, and keep it out while they write', async () => {
    const place = await startFromBase();
    await place.other.query('BEGIN');
    await place.other.query(APPLY_LOCK);
    const importing = imported(place.database, BLUE.slice(0, 200));
    await until(async () => (await waiting(place)) === 2);
    expect(await place.database.prisma.membership.count()).toBe(0);
    await place.other.query('COMMIT');
    expect(await importing).toMatchObject({ created: 200 });
    // As a lane does.
    await place.other.query('BEGIN');
    await place.other.query(turnOf(1, 2));
    const applying = place.database.prisma.$transaction((tx) => tx.$executeRawUnsafe(APPLY_LOCK), {
      timeout: 60_000,
    });
    await until(async () => (await waiting(place)) === 1);
    await place.other.query('COMMIT');
    await applying;
  });

  it('let two imports of the same rows take turns, in whatever order these come', async () => {
    const place = await startFromBase();
    const results = await Promise.all([
      imported(place.database, BLUE),
      imported(place.database, BLUE.toReversed()),
    ]);
    const [created, unchanged] = [results.map((one) => one.created), results.map((one) => one.unchanged)];
    expect(created[0]).toBe(unchanged[1]);
    expect(created[1]).toBe(unchanged[0]);
    expect(await auditedIn(place)).toBe(BLUE.length);
  });

  it('tell what they refuse in the order of the file', async () => {
    const place = await startFromBase();
    const rows = BLUE.map((row, index) => (index % 7 === 3 ? `no-${row}` : row));
    rows[500] = 'u500';
    const { lines, created } = await imported(place.database, rows);
    const expected = rows.flatMap((row, index) => (/^u\d+,/.test(row) ? [] : [index + 2]));
    expect(lines).toEqual(expected);
    expect(created).toBe(rows.length - expected.length);
  });

  it('do with a single connection', async () => {
    const place = await startFromBase(1);
    expect(await imported(place.database, BLUE.slice(0, 5_000))).toMatchObject({ created: 5_000 });
  });
});

/** Makes the writing of one user’s membership fail: always, or the first time only. */
async function breakFor({ other }: Place, user: string, failure: string): Promise<void> {
  await other.query(`
    CREATE SEQUENCE failures;
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN ${failure} RETURN new; END $$;
    CREATE TRIGGER fail BEFORE INSERT ON memberships FOR EACH ROW WHEN (new.user_id = '${user}') EXECUTE FUNCTION fail()`);
}

describe('a batch that somebody’s own SQL is in the way of', () => {
  it('is tried once more where PostgreSQL lets it lose', async () => {
    const place = await startFromBase();
    await breakFor(
      place,
      'u77',
      `IF nextval('failures') = 1 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF;`,
    );
    expect(await imported(place.database, BLUE)).toMatchObject({ created: 6_000, lines: [] });
    expect(await auditedIn(place)).toBe(6_000);
  });

  it('ends the import where it loses again', async () => {
    const place = await startFromBase();
    await breakFor(
      place,
      'u77',
      `PERFORM nextval('failures'); RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01';`,
    );
    await expect(imported(place.database, BLUE)).rejects.toThrow('deadlock detected');
    const { rows } = await place.other.query('SELECT last_value::integer AS tries FROM failures');
    expect(rows).toEqual([{ tries: 2 }]);
  });
});

describe('a failure in one lane', () => {
  it('ends the import, when the other has ended too, and what is written is not written again', async () => {
    const place = await startFromBase();
    const progress: number[] = [];
    const [late = ''] = LANES[1]?.slice(-1) ?? [];
    await breakFor(place, late, `RAISE EXCEPTION 'the disk is full' USING ERRCODE = '53100';`);
    await expect(
      imported(place.database, BLUE, { onProgress: ({ rows }) => progress.push(rows) }),
    ).rejects.toThrow('the disk is full');
    expect(progress).toEqual([4_000]);
    const { rows: busy } = await place.other.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()`,
    );
    expect(busy).toEqual([]);
    const written = await place.database.prisma.membership.count();
    expect(written).toBeGreaterThanOrEqual(4_000);
    expect(written).toBeLessThan(6_000);
    await place.other.query('DROP TRIGGER fail ON memberships');
    expect(await imported(place.database, BLUE)).toMatchObject({
      created: 6_000 - written,
      unchanged: written,
    });
    expect(await auditedIn(place)).toBe(6_000);
  });
});
