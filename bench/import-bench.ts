import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createDatabase, startPostgresServer } from '../test/support/postgres-server.js';
import { peakMegabytes } from './process-figures.js';

/** The bar that the import has to hold, on two cores, with a row of audit for each row, and notices. */
const FLOOR_ROWS_PER_SECOND = 20_000;
const CEILING_MEGABYTES = 300;

const USAGE = 'npm run bench:import -- [--rows 1000000] [--node PATH]\n';

interface Round {
  readonly name: string;
  readonly rowsPerSecond: number;
  readonly seconds: number;
  readonly megabytes: number;
}

/** Imports memberships from CSV into PostgreSQL, by the built command line, and once more without anything to change. */
export async function runImportBench(
  parameters: readonly string[],
  print: (text: string) => void,
): Promise<number> {
  const options = readOptions(parameters);
  if (options === undefined) {
    print(USAGE);
    return 64;
  }
  const { rows, node } = options;
  print(`${String(rows)} memberships; ${describeMachine(node)}\n`);
  const folder = await mkdtemp(join(tmpdir(), 'mintmark-bench-import-'));
  const server = await startPostgresServer();
  try {
    const { url } = await createDatabase(server.superuserUrl);
    await mintmark(node, url, ['migrate']);
    const people = Math.ceil(rows / TENANTS_OF_A_USER);
    await seed(url, people);
    const file = join(folder, 'memberships.csv');
    await writeMemberships(file, rows);
    const importing = ['import', 'memberships', file, '--json'];
    const rounds = [
      roundOf('new rows', await mintmark(node, url, importing)),
      roundOf('the same rows again', await mintmark(node, url, importing)),
    ];
    await checkDatabase(url, rows);
    for (const round of rounds) print(`${describeRound(round)}\n`);
    print(`${judge(rounds)}\n`);
    return 0;
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function readOptions(
  parameters: readonly string[],
): { readonly rows: number; readonly node: string } | undefined {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      rows: { type: 'string', default: '1000000' },
      node: { type: 'string', default: process.execPath },
    },
  });
  const rows = Number(values.rows);
  return Number.isSafeInteger(rows) && rows > 0 ? { rows, node: values.node } : undefined;
}

function describeMachine(node: string): string {
  const [first] = cpus();
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  return `${String(cpus().length)} cores, ${first?.model.trim() ?? 'unknown'}; ${node}; load average before: ${load}`;
}

const TENANTS = 20_000;

/** Each user is in so many tenants. */
const TENANTS_OF_A_USER = 4;

/** Orgs, tenants and users, in SQL and without audit: they are not what is measured. */
async function seed(url: string, users: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`
      SET session_replication_role = replica;
      INSERT INTO orgs (id, url) VALUES ('acme', 'https://acme.example');
      INSERT INTO tenants (id, name) SELECT 'tenant-' || n, 'Tenant ' || n FROM generate_series(0, ${String(TENANTS - 1)}) AS n;
      INSERT INTO users (org_id, id) SELECT 'acme', '00u' || lpad(n::text, 17, '0') FROM generate_series(0, ${String(users - 1)}) AS n;
      ANALYZE orgs, tenants, users`);
  } finally {
    await client.end();
  }
}

/** Every membership has roles, every fourth is the user's default, every tenth ends. */
async function writeMemberships(file: string, rows: number): Promise<void> {
  const stream = createWriteStream(file);
  stream.write('org,user,tenant,roles,default,from,until\n');
  for (let start = 0; start < rows; start += 10_000) {
    const count = Math.min(10_000, rows - start);
    const lines = Array.from({ length: count }, (_, index) => membership(start + index));
    if (!stream.write(lines.join(''))) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

function membership(n: number): string {
  const user = Math.floor(n / TENANTS_OF_A_USER);
  const nth = n % TENANTS_OF_A_USER;
  const tenant = (user * 7 + nth * 4_999) % TENANTS;
  const until = n % 10 === 0 ? '2096-01-01T00:00:00Z' : '';
  return `acme,00u${String(user).padStart(17, '0')},tenant-${String(tenant)},viewer|editor,${String(nth === 0)},,${until}\n`;
}

interface Run {
  readonly out: string;
  /** The most that it ever had in memory. */
  readonly megabytes: number;
}

/** Runs the built command line. @throws where it does not end with 0 */
async function mintmark(node: string, url: string, parameters: readonly string[]): Promise<Run> {
  const env = { PATH: process.env['PATH'], DATABASE_URL: url };
  const child = spawn(node, ['dist/cli/main.js', ...parameters], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let megabytes = 0;
  const timer = setInterval(() => {
    megabytes = Math.max(megabytes, peakMegabytes(child.pid ?? 0) || 0);
  }, 50);
  try {
    const [out] = await Promise.all([text(child.stdout), once(child, 'close')]);
    if (child.exitCode !== 0)
      throw new Error(`mintmark ${parameters.join(' ')} ended with ${String(child.exitCode)}`);
    return { out, megabytes };
  } finally {
    clearInterval(timer);
  }
}

function roundOf(name: string, { out, megabytes }: Run): Round {
  const result: unknown = JSON.parse(out);
  if (typeof result !== 'object' || result === null) throw new TypeError('the import printed no object');
  const [rows, seconds] = [Number(Reflect.get(result, 'rows')), Number(Reflect.get(result, 'seconds'))];
  return { name, seconds, megabytes, rowsPerSecond: rows / seconds };
}

/** That all of it happened: a row for each line, and a row of audit for each row. */
async function checkDatabase(url: string, rows: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: counts } = await client.query<{ memberships: string; audited: string }>(
      `SELECT (SELECT count(*) FROM memberships) AS memberships, (SELECT count(*) FROM audit WHERE noun = 'membership') AS audited`,
    );
    const [count] = counts;
    if (Number(count?.memberships) !== rows || Number(count?.audited) !== rows)
      throw new Error(
        `${String(count?.memberships)} memberships and ${String(count?.audited)} rows of audit`,
      );
  } finally {
    await client.end();
  }
}

function describeRound({ name, rowsPerSecond, seconds, megabytes }: Round): string {
  const rate = Math.round(rowsPerSecond).toLocaleString('en');
  return `${name}: ${rate} rows/s (${seconds.toFixed(1)} s), ${megabytes.toFixed(0)} MB at the peak`;
}

function judge(rounds: readonly Round[]): string {
  const slowest = Math.min(...rounds.map(({ rowsPerSecond }) => rowsPerSecond));
  const highest = Math.max(...rounds.map(({ megabytes }) => megabytes));
  const isHeld = slowest >= FLOOR_ROWS_PER_SECOND && highest <= CEILING_MEGABYTES;
  return `bar: at least ${String(FLOOR_ROWS_PER_SECOND)} rows/s, at most ${String(CEILING_MEGABYTES)} MB: ${isHeld ? 'holds' : 'falls short'}`;
}
