import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { boundedClient } from '../../src/database/bounded-client.js';
import { startPostgresServer } from '../support/postgres-server.js';
import { onTeardown } from '../support/teardown.js';

const server = await startPostgresServer();
onTeardown(() => server.stop());

const LIMIT_MS = 300;
const FOREVER = 'SELECT pg_sleep(30)';

type Answer = { readonly error: unknown } | { readonly rows: unknown };

/** A pool whose one connection bounds its queries. The server itself bounds none. */
function openPool(): pg.Pool {
  const pool = new pg.Pool({
    connectionString: server.superuserUrl,
    max: 1,
    Client: boundedClient(LIMIT_MS),
  });
  pool.on('error', () => undefined);
  onTeardown(() => pool.end());
  return pool;
}

async function borrow(): Promise<pg.PoolClient> {
  const client = await openPool().connect();
  client.on('error', () => undefined);
  onTeardown(() => Promise.resolve(client.release(true)));
  return client;
}

/** Each way of asking that the driver has. */
const WAYS: readonly (readonly [
  name: string,
  ask: (client: pg.PoolClient, sql: string) => Promise<Answer>,
])[] = [
  ['a text', (client, sql) => settled(client.query(sql))],
  ['a text and values', (client, sql) => settled(client.query(`${sql} -- none`, []))],
  [
    'a configuration',
    (client, sql) => settled(client.query({ name: sql.slice(0, 40), text: sql, values: [] })),
  ],
  ['a text and a callback', (client, sql) => new Promise((resolve) => client.query(sql, callback(resolve)))],
  [
    'a text, values and a callback',
    (client, sql) => new Promise((resolve) => client.query(sql, [], callback(resolve))),
  ],
];

function settled(asked: Promise<pg.QueryResult>): Promise<Answer> {
  return asked.then(
    ({ rows }) => ({ rows }),
    (error: unknown) => ({ error }),
  );
}

function callback(resolve: (answer: Answer) => void) {
  return (error: Error | null, result: pg.QueryResult | undefined): void => {
    resolve(error ? { error } : { rows: result?.rows });
  };
}

describe('a connection that bounds its queries', () => {
  it.each(WAYS)('answers %s', async (_, ask) => {
    const client = await borrow();
    expect(await ask(client, 'SELECT 1 AS one')).toEqual({ rows: [{ one: 1 }] });
    expect(await ask(client, 'SELECT 1 / 0 AS none')).toEqual({
      error: expect.objectContaining({ code: '22012' }) as unknown,
    });
    // The time of an answered query is over without a consequence.
    await delay(LIMIT_MS + 100);
    expect(await ask(client, 'SELECT 1 AS one')).toEqual({ rows: [{ one: 1 }] });
  });

  it.each(WAYS)('fails %s when the time is over', async (_, ask) => {
    const client = await borrow();
    const startedAt = performance.now();
    expect(await ask(client, FOREVER)).toEqual({
      error: expect.objectContaining({ message: 'Query read timeout' }) as unknown,
    });
    expect(performance.now() - startedAt).toBeGreaterThan(LIMIT_MS * 0.9);
  });

  it('is given up by its pool, which opens another', async () => {
    const pool = openPool();
    const pid = async (): Promise<unknown> =>
      (await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
    const first = await pid();
    expect(await pid()).toBe(first);
    await expect(pool.query(FOREVER)).rejects.toThrow('Query read timeout');
    expect(await pid()).not.toBe(first);
  });

  it('leaves query objects to themselves', async () => {
    const client = await borrow();
    const asked = new Promise<unknown>((resolve, reject) => {
      const query = new pg.Query<{ one: number }>('SELECT 1 AS one');
      query.on('row', resolve).on('error', reject);
      client.query(query);
    });
    expect(await asked).toEqual({ one: 1 });
  });
});
