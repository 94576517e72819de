import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { tenantId } from './directory.js';
import { readMachine } from './machine.js';
import { prepareBench, type Bench } from './prepare.js';
import { peakMegabytes } from './process-figures.js';
import { startHook, type HookServer } from './servers.js';

/** What each of the commands may have in memory at the most, whatever the number of calls. */
const CEILING_MEGABYTES = 260;

const USAGE = 'npm run bench:replay -- [--calls 100000] [--heap 96] [--node PATH]\n';

const RECORDING_KEY = 'the key of the bench’s pseudonyms, 32 or more';

interface Options {
  readonly calls: number;
  /** `--max-old-space-size` of the commands, in MiB. */
  readonly heap: number;
  readonly node: string;
}

interface Round {
  readonly name: string;
  readonly seconds: number;
  readonly megabytes: number;
}

/** Records calls, exports them, and replays them against a hook and against a changed directory, each by the built command line. */
export async function runReplayBench(
  parameters: readonly string[],
  print: (text: string) => void,
): Promise<number> {
  const options = readOptions(parameters);
  if (options === undefined) {
    print(USAGE);
    return 64;
  }
  const { calls, heap, node } = options;
  const { machine, node: version, loadAverage } = await readMachine(node);
  print(`${String(calls)} calls, a heap of ${String(heap)} MiB; Node ${version}, ${machine}, `);
  print(`load average before: ${loadAverage.toFixed(1)}\n`);
  const bench = await prepareBench({ node, hookOptions: [] });
  try {
    await recordCalls(bench, calls);
    const rounds: Round[] = [];
    for (const measure of [exportCalls, replayToHook, replayWithChanges]) {
      const round = await measure(bench, options);
      print(`${describeRound(round, calls)}\n`);
      rounds.push(round);
    }
    const highest = Math.max(...rounds.map(({ megabytes }) => megabytes));
    const verdict = highest <= CEILING_MEGABYTES ? 'holds' : 'falls short';
    print(`bar: at most ${String(CEILING_MEGABYTES)} MB: ${verdict}\n`);
    return 0;
  } finally {
    await bench.close();
  }
}

function readOptions(parameters: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      calls: { type: 'string', default: '100000' },
      heap: { type: 'string', default: '96' },
      node: { type: 'string', default: process.execPath },
    },
  });
  const [calls, heap] = [Number(values.calls), Number(values.heap)];
  const isRight = [calls, heap].every((count) => Number.isSafeInteger(count) && count > 0);
  return isRight ? { calls, heap, node: values.node } : undefined;
}

function describeRound({ name, seconds, megabytes }: Round, calls: number): string {
  const rate = Math.round(calls / seconds).toLocaleString('en');
  return `${name}: ${rate} calls/s (${seconds.toFixed(1)} s), ${megabytes.toFixed(0)} MB at the peak`;
}

/** Where a round has its files. */
function filesOf({ folder }: Bench) {
  return {
    sent: join(folder, 'sent.jsonl'),
    recorded: join(folder, 'recorded.jsonl'),
    secret: join(folder, 'secret.txt'),
    changes: join(folder, 'changes.yaml'),
    out: join(folder, 'out.txt'),
  };
}

/** A hook records one call of each subject; the same rows are there again until there are as many as are wanted. */
async function recordCalls(bench: Bench, calls: number): Promise<void> {
  const files = filesOf(bench);
  const bodies = bench.bodies.slice(0, calls);
  await writeFile(files.sent, bodies.join('\n'));
  await writeFile(files.secret, bench.secret);
  const environment = { MINTMARK_RECORD_ISSUERS: '*', MINTMARK_RECORD_KEY: RECORDING_KEY };
  const hook = await startHook(bench, { environment });
  try {
    await bench.mintmark('replay', files.sent, ...toHook(bench, hook), '--only-failed', '--json');
  } finally {
    await hook.stop(); // which stores what waits
  }
  await copyRecordings(bench.databaseUrl, calls);
}

function toHook(bench: Bench, { port }: HookServer): readonly string[] {
  return [
    ...['--url', `https://localhost:${String(port)}/okta/token-hook`, '--ca', bench.certificates.caFile],
    ...['--header', `authorization=@${filesOf(bench).secret}`, '--concurrency', '16'],
  ];
}

const COLUMNS = `at, kept_until, issuer_id, client_id, user_pseudonym, tenant_id, grant_type, mode, outcome, reason, decision, selection,
  duration_us, document`;

async function copyRecordings(databaseUrl: string, calls: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const count = async (): Promise<number> =>
      Number((await client.query<{ n: string }>('SELECT count(*) AS n FROM invocations')).rows[0]?.n);
    const recorded = await count();
    if (recorded < 1) throw new Error('the hook recorded nothing');
    await client.query(
      `INSERT INTO invocations (${COLUMNS})
       SELECT ${COLUMNS} FROM invocations, generate_series(1, $1::int) LIMIT greatest(0, $2::int)`,
      [Math.ceil(calls / recorded), calls - recorded],
    );
    await client.query(
      'DELETE FROM invocations WHERE id > (SELECT id FROM invocations ORDER BY id OFFSET $1 LIMIT 1)',
      [calls - 1],
    );
    await client.query('ANALYZE invocations');
    if ((await count()) !== calls) throw new Error(`${String(await count())} recordings`);
  } finally {
    await client.end();
  }
}

async function exportCalls(bench: Bench, options: Options): Promise<Round> {
  const { recorded } = filesOf(bench);
  const figures = await measured(bench, { ...options, out: recorded }, ['invocations', 'export']);
  return { name: 'export', ...figures };
}

async function replayToHook(bench: Bench, options: Options): Promise<Round> {
  const { recorded, out } = filesOf(bench);
  const hook = await startHook(bench);
  try {
    const parameters = ['replay', recorded, ...toHook(bench, hook), '--only-failed', '--json'];
    const figures = await measured(bench, { ...options, out }, parameters);
    await expectFigure(out, 'passed', options.calls);
    return { name: 'replay to a hook, 16 at once', ...figures };
  } finally {
    await hook.stop();
  }
}

/** The tenant of every tenth subject would be suspended. */
async function replayWithChanges(bench: Bench, options: Options): Promise<Round> {
  const { recorded, changes, out } = filesOf(bench);
  const tenants = Array.from({ length: 1_000 }, (_, tenth) => {
    const id = tenantId(tenth * 10);
    return `  - { id: ${id}, name: Tenant ${String(tenth * 10)}, status: suspended }\n`;
  });
  await writeFile(changes, `version: 1\ntenants:\n${tenants.join('')}`);
  const parameters = ['replay', recorded, '--with', changes, '--json'];
  const figures = await measured(bench, { ...options, out }, parameters);
  await expectFigure(out, 'calls', options.calls);
  return { name: 'replay with changes', ...figures };
}

/** That all of it happened. */
async function expectFigure(file: string, name: string, wanted: number): Promise<void> {
  const printed = JSON.parse((await readFile(file, 'utf8')).trim().split('\n').at(-1) ?? '') as object;
  const figures = Object.assign({}, printed, Reflect.get(printed, 'summary')) as object;
  const found: unknown = Reflect.get(figures, name);
  if (found !== wanted) throw new Error(`${name}: ${String(found)} in place of ${String(wanted)}`);
}

interface Measuring extends Options {
  /** The file for standard output. */
  readonly out: string;
}

/** Runs the built command line with a small heap. @throws where it does not end with 0 */
async function measured(
  { databaseUrl }: Bench,
  { node, heap, out }: Measuring,
  parameters: readonly string[],
): Promise<Omit<Round, 'name'>> {
  const output = await open(out, 'w');
  const beganAt = performance.now();
  const child = spawn(node, [`--max-old-space-size=${String(heap)}`, 'dist/cli/main.js', ...parameters], {
    env: { PATH: process.env['PATH'], DATABASE_URL: databaseUrl, MINTMARK_RECORD_KEY: RECORDING_KEY },
    stdio: ['ignore', output.fd, 'inherit'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill); // should the run end early
  const ended = once(child, 'close');
  let megabytes = 0;
  while (child.exitCode === null && child.signalCode === null) {
    megabytes = Math.max(megabytes, peakMegabytes(child.pid ?? 0) || 0);
    await Promise.race([delay(50), ended]);
  }
  await ended;
  process.off('exit', kill);
  await output.close();
  if (child.exitCode !== 0)
    throw new Error(`mintmark ${parameters.slice(0, 2).join(' ')} ended with ${String(child.exitCode)}`);
  return { seconds: (performance.now() - beganAt) / 1000, megabytes };
}
