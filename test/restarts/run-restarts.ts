import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { generateSecret, hashSecret } from '../../src/caller/header-credential.js';
import { migrate } from '../../src/database/migrations.js';
import { openPostgresql } from '../../src/database/open-postgresql.js';
import { createHookCredential } from '../../src/directory/credentials/hook-credentials.js';
import { ensureCertificates } from '../../src/playground/issue-certificates.js';
import { loadSampleDirectory, readSampleDirectory } from '../../src/playground/sample-directory.js';
import { examplePayload } from '../support/payloads.js';
import { createDatabase, startPostgresServer } from '../support/postgres-server.js';
import { Balancer } from './balancer.js';
import { Callers, type CallsTaken } from './callers.js';
import { startReplica, type Replica } from './replica.js';

const RESTARTS = 20;
const REPLICAS = 2;
const CALLERS = 20;
const CALLS_PER_SECOND = 200;

/** Less than the default, so that twenty fit into a minute or two: the balancer here looks every 100 ms. */
const DRAIN_SECONDS = process.env['MINTMARK_DRAIN_SECONDS'] ?? '2';

const HEADER = 'x-mintmark-secret';

/** A call that stores a choice, one that reads one, and a machine's. */
const PAYLOADS = ['request_01', 'request_06', 'request_07'] as const;
const PAYLOAD_FILES: Readonly<Record<(typeof PAYLOADS)[number], string>> = {
  request_01: 'request_01_authorization_code_user',
  request_06: 'request_06_refresh_token',
  request_07: 'request_07_client_credentials',
};

type Steps = (() => Promise<unknown>)[];

/** Restarts the service again and again under load. @returns the exit code: 1 where a call was lost */
export async function runRestarts(): Promise<number> {
  const atEnd: Steps = [];
  try {
    return await measure(atEnd);
  } finally {
    for (const step of atEnd.toReversed()) await step();
  }
}

async function measure(atEnd: Steps): Promise<number> {
  const { environment, ca, secret } = await prepare(atEnd);
  const balancer = await Balancer.start();
  atEnd.push(() => balancer.stop());
  const fleet = new Fleet(balancer, environment);
  atEnd.push(() => fleet.kill());
  for (let index = 0; index < REPLICAS; index += 1) await fleet.grow();
  const callers = new Callers({
    url: `https://localhost:${String(balancer.port)}/okta/token-hook`,
    ca,
    headers: { [HEADER]: secret, 'content-type': 'application/json' },
    bodies: PAYLOADS.map((name) => JSON.stringify(examplePayload(PAYLOAD_FILES[name]))),
    callers: CALLERS,
    callsPerSecond: CALLS_PER_SECOND,
  });
  const startedAt = performance.now();
  for (let restart = 1; restart <= RESTARTS; restart += 1) {
    await fleet.replaceOldest();
    process.stdout.write(`restart ${String(restart)}: ${String(callers.lost)} lost\n`);
  }
  const taken = await callers.stop();
  const ending = await fleet.stop();
  const seconds = (performance.now() - startedAt) / 1000;
  return report(taken, { ...ending, seconds });
}

interface Prepared {
  readonly environment: Readonly<Record<string, string>>;
  readonly ca: string;
  readonly secret: string;
}

/** PostgreSQL with the sample directory, a certificate and a credential. */
async function prepare(atEnd: Steps): Promise<Prepared> {
  const folder = await mkdtemp(join(tmpdir(), 'mintmark-restarts-'));
  atEnd.push(() => rm(folder, { recursive: true, force: true }));
  const { caFile, certFile, keyFile } = await ensureCertificates(folder, new Date());
  const server = await startPostgresServer();
  atEnd.push(() => server.stop());
  const { url } = await createDatabase(server.superuserUrl);
  const secret = await fill(url);
  const environment = {
    DATABASE_URL: url,
    MINTMARK_HOOK_HOST: '127.0.0.1',
    MINTMARK_HOOK_PORT: '0',
    MINTMARK_OPS_PORT: '0',
    MINTMARK_TLS_CERT_FILE: certFile,
    MINTMARK_TLS_KEY_FILE: keyFile,
    MINTMARK_DRAIN_SECONDS: DRAIN_SECONDS,
  };
  return { environment, ca: await readFile(caFile, 'utf8'), secret };
}

async function fill(url: string): Promise<string> {
  const database = await openPostgresql(url, { poolSize: 2, timeoutMs: 30_000 });
  try {
    await migrate(database);
    const file = await readSampleDirectory(Date.now());
    await loadSampleDirectory(database, file);
    const secret = generateSecret();
    await createHookCredential(database, {
      id: 'hc_restarts',
      label: 'restarts',
      headerName: HEADER,
      secretSha256: hashSecret(secret),
      issuerIds: file.content.orgs.flatMap(({ issuers }) => issuers.map(({ id }) => id)),
      failurePolicy: 'omit',
      createdAt: new Date(),
      expiresAt: null,
    });
    return secret;
  } finally {
    await database.close();
  }
}

interface FleetEnding {
  readonly logged: number;
  readonly failures: readonly string[];
  /** Replicas that did not end with 0. */
  readonly badExits: number;
}

/** The replicas behind the balancer: those that serve, and those that are stopping. */
class Fleet {
  readonly #balancer: Balancer;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #started: Replica[] = [];
  readonly #serving: Replica[] = [];
  readonly #exits: Promise<number | null>[] = [];

  constructor(balancer: Balancer, environment: Readonly<Record<string, string>>) {
    this.#balancer = balancer;
    this.#environment = environment;
  }

  /** One more, which the balancer knows to be ready. */
  async grow(): Promise<void> {
    const replica = await startReplica(this.#environment);
    this.#started.push(replica);
    this.#serving.push(replica);
    this.#balancer.add(replica);
    while (!this.#balancer.isReady(replica)) await delay(20);
  }

  async replaceOldest(): Promise<void> {
    await this.grow();
    const [oldest] = this.#serving.splice(0, 1);
    if (oldest !== undefined) this.#retire(oldest);
  }

  async stop(): Promise<FleetEnding> {
    for (const replica of this.#serving.splice(0)) this.#retire(replica);
    const exits = await Promise.all(this.#exits);
    const logged = this.#started.reduce((sum, replica) => sum + replica.logged(), 0);
    const failures = this.#started.flatMap((replica) => replica.failures());
    return { logged, failures, badExits: exits.filter((code) => code !== 0).length };
  }

  kill(): Promise<void> {
    for (const replica of this.#started) replica.kill();
    return Promise.resolve();
  }

  #retire(replica: Replica): void {
    // The balancer finds out by itself; that it forgets the replica later changes nothing for callers.
    const exit = replica.stop().finally(() => {
      this.#balancer.remove(replica);
    });
    this.#exits.push(exit);
  }
}

function report(
  { durations, lost, unconnected }: CallsTaken,
  { logged, failures, badExits, seconds }: FleetEnding & { readonly seconds: number },
): number {
  const calls = durations.length + lost.length;
  const p99 = durations.toSorted((a, b) => a - b)[Math.floor(durations.length * 0.99)] ?? NaN;
  const figures = {
    restarts: RESTARTS,
    calls,
    lost: lost.length,
    'p99 ms': Number(p99.toFixed(1)),
    'calls not logged': Math.max(0, calls - logged),
    'connections refused': unconnected,
    'bad exits': badExits,
    seconds: Math.round(seconds),
  };
  process.stdout.write(
    `${Object.entries(figures)
      .map(([name, figure]) => `${name}: ${String(figure)}`)
      .join('\n')}\n`,
  );
  for (const what of new Set(lost)) process.stdout.write(`lost: ${what}\n`);
  for (const why of failures) process.stdout.write(`answered by policy: ${why}\n`);
  const isGood = lost.length === 0 && badExits === 0 && logged >= calls && calls > 0;
  return isGood ? 0 : 1;
}
