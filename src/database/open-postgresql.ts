import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/prisma/client.js';
import { boundedClient } from './bounded-client.js';
import {
  DatabaseUnavailableError,
  type Database,
  type DatabaseRow,
  type OpeningOptions,
  type ScriptRunner,
} from './database.js';
import { postgresqlListener } from './listen-postgresql.js';
import { PatientPool } from './patient-pool.js';

/** Statements that stay prepared on a connection. ORM queries with lists of changing length must not pile up there. */
const PREPARED_LIMIT = 100;

export interface PostgresqlOptions extends OpeningOptions {
  readonly poolSize: number;
  /** Where listeners connect: past any pooler that stands between. The same URL where it is not given. */
  readonly directUrl?: string;
}

/**
 * Opens a pool on a PostgreSQL server. Every wait is bounded: adapter and driver would otherwise wait for ever on a
 * server that accepts and never answers, on an exhausted pool and on a frozen connection.
 *
 * @throws DatabaseUnavailableError where the first connection fails, unless `onUnreachable` takes it
 */
export async function openPostgresql(
  url: string,
  { poolSize, timeoutMs, onUnreachable, directUrl = url }: PostgresqlOptions,
): Promise<Database> {
  const connection = { connectionString: url, application_name: 'mintmark' };
  const pool = new PatientPool({
    ...connection,
    max: poolSize,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    Client: boundedClient(timeoutMs),
    keepAlive: true,
  });
  // Idle connections that break are replaced by the pool; without a listener the event would end the process.
  pool.on('error', () => undefined);
  const unreachable = await tryReaching(pool, url);
  if (unreachable !== undefined && onUnreachable === undefined) {
    await pool.end();
    throw unreachable;
  }
  if (unreachable !== undefined) onUnreachable?.(unreachable);
  const nameOf = statementNames();
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: nameOf }),
    errorFormat: 'minimal',
  });
  return {
    engine: 'postgresql',
    prisma,
    query: async (sql, parameters) => {
      const prepared = { name: nameOf({ sql }), text: sql, values: [...parameters] };
      return (await pool.query<DatabaseRow>(prepared)).rows;
    },
    withScripts: (work, timeoutMs) =>
      withClient(
        timeoutMs === undefined
          ? connection
          : { ...connection, query_timeout: timeoutMs, statement_timeout: timeoutMs },
        work,
      ),
    listen: postgresqlListener(directUrl, timeoutMs),
    pool: () => ({
      busy: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    close: async () => {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/** One query; what failed is returned. */
async function tryReaching(pool: pg.Pool, url: string): Promise<DatabaseUnavailableError | undefined> {
  try {
    await pool.query('SELECT 1');
    return undefined;
  } catch (error) {
    return new DatabaseUnavailableError(
      `PostgreSQL at ${withoutSecrets(url)} cannot be used: ${reasonOf(error)}. Check DATABASE_URL and that the server runs.`,
      { cause: error },
    );
  }
}

/** What SQLSTATE says at the connection (PostgreSQL, appendix A), by its class. */
const REFUSALS: Readonly<Record<string, string>> = {
  '28': 'it refuses the user or the password',
  '3D': 'it has no such database',
  '42': 'it does not permit the user to do this',
  '53': 'it has no connection to give',
  '57': 'it is starting or stopping',
};

/** The server's own messages quote the user's name, in the server's language. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  if (!(error instanceof pg.DatabaseError)) return error.message;
  const { code = 'without a code' } = error;
  return `${REFUSALS[code.slice(0, 2)] ?? 'it refuses the connection'} (${code})`;
}

/** Host and database of a connection URL: never its user, password or parameters. */
function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return 'DATABASE_URL';
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** One name for each SQL text, so that the driver prepares it once on each connection. */
function statementNames(): (query: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined || names.size >= PREPARED_LIMIT) return known ?? '';
    const name = `mm_${createHash('sha256').update(sql).digest('hex').slice(0, 24)}`;
    names.set(sql, name);
    return name;
  };
}

async function withClient<T>(
  connection: pg.ClientConfig,
  work: (run: ScriptRunner) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 10_000 });
  // A lost connection also fails the query at hand; without a listener the event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(async (sql) => lastRows(await client.query(sql)));
  } finally {
    await client.end();
  }
}

/** The driver gives one result for one statement and an array for several. */
function lastRows(result: pg.QueryResult | readonly pg.QueryResult[]): readonly DatabaseRow[] {
  const last = Array.isArray(result)
    ? (result as readonly pg.QueryResult[]).at(-1)
    : (result as pg.QueryResult);
  return (last?.rows ?? []) as readonly DatabaseRow[];
}
