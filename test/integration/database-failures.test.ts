import { Agent, request } from 'node:https';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { migrate } from '../../src/database/migrations.js';
import { openPostgresql } from '../../src/database/open-postgresql.js';
import type { Database } from '../../src/database/database.js';
import { ISSUER, USER, userCall } from '../support/calls.js';
import { createDatabase, startPostgresServer } from '../support/postgres-server.js';
import { startTcpGate } from '../support/tcp-gate.js';
import { onTeardown } from '../support/teardown.js';
import type { TestDatabase } from '../support/test-database.js';
import { HEADER, SECRETS, startTestHook, type TestHook } from '../support/test-hook.js';

// A PostgreSQL of this file's own, since it is stopped, frozen and filled up.

/** Every call is answered within this time of being sent. */
const ANSWERED_MS = 2_000;

/** Far shorter than the default of 1.5 s: the machine that runs the tests has other things to do too. */
const DEADLINE_MS = 500;

/** As many for each of two issuers, over connections that are open already. */
const CALLERS = 20;
const POOL_SIZE = 5;
const MAX_CONNECTIONS = 25;

const OMITTED = { commands: [] };
const DENIED = { error: { errorSummary: expect.any(String) as unknown } };

const server = await startPostgresServer({ max_connections: String(MAX_CONNECTIONS) });
onTeardown(() => server.stop());

/** A migrated database; the service reaches it through `through`, where that is given. */
async function openDatabase(through?: string, timeoutMs = DEADLINE_MS): Promise<TestDatabase> {
  const { url } = await createDatabase(server.superuserUrl);
  const migrating = await openPostgresql(url, { poolSize: 1, timeoutMs: 30_000 });
  await migrate(migrating);
  await migrating.close();
  const way = through === undefined ? url : Object.assign(new URL(url), { host: through }).href;
  const database = await openPostgresql(way, { poolSize: POOL_SIZE, timeoutMs });
  onTeardown(() => database.close());
  return { url, database };
}

interface Caller {
  readonly agent: Agent;
  readonly issuer: string;
  readonly expected: unknown;
}

interface Crowd {
  readonly hook: TestHook;
  readonly callers: readonly Caller[];
}

interface CrowdOptions {
  readonly through?: string;
  readonly staleFactsMs?: number;
  readonly deadlineMs?: number;
}

/** The service without stale facts unless asked for, and callers that keep their connections. */
async function startCrowd(options: CrowdOptions = {}): Promise<Crowd> {
  const { through, staleFactsMs = 0, deadlineMs = DEADLINE_MS } = options;
  const hook = await startTestHook({
    database: await openDatabase(through, deadlineMs),
    configuration: { staleFactsMs, factsDeadlineMs: deadlineMs, controlRefreshMs: 300 },
  });
  const policies = [
    { issuer: ISSUER.orders, expected: OMITTED },
    { issuer: ISSUER.strict, expected: DENIED },
  ];
  const callers = policies.flatMap((policy) =>
    Array.from({ length: CALLERS }, () => ({ ...policy, agent: keepingAgent() })),
  );
  const crowd = { hook, callers };
  await Promise.all(callers.map((caller) => call(hook, caller, USER.eli)));
  return crowd;
}

function keepingAgent(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTeardown(() => Promise.resolve(agent.destroy()));
  return agent;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly tookMs: number;
}

async function call({ service, ca }: TestHook, { agent, issuer }: Caller, user: string): Promise<Answer> {
  const headers = { [HEADER]: SECRETS.all, 'content-type': 'application/json' };
  const startedAt = performance.now();
  const outgoing = request(service.url, { method: 'POST', headers, agent, ca });
  outgoing.end(JSON.stringify(userCall({ user, issuer })));
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const body = JSON.parse(await text(incoming)) as unknown;
  return { status: incoming.statusCode ?? 0, body, tookMs: performance.now() - startedAt };
}

/** Everybody calls at once, each for another user; all are answered by policy, in time. */
async function expectPolicyAnswers({ hook, callers }: Crowd, reason: RegExp): Promise<void> {
  const before = callLines(hook).length;
  const answers = await Promise.all(
    callers.map((caller, index) => call(hook, caller, `00uNobody${String(index)}`)),
  );
  expect(answers.map(({ status, body }) => ({ status, body }))).toEqual(
    callers.map(({ expected }) => ({ status: 200, body: expected })),
  );
  expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(ANSWERED_MS);
  const lines = callLines(hook).slice(before);
  expect(lines).toHaveLength(callers.length);
  for (const line of lines) {
    expect(line).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(reason) as unknown });
  }
}

/** Everybody is stamped again, without a restart, as soon as the database allows. */
async function expectRecovery({ hook, callers }: Crowd): Promise<void> {
  const limit = performance.now() + 15_000;
  for (;;) {
    const answers = await Promise.all(callers.map((caller) => call(hook, caller, USER.eli)));
    if (answers.every(({ body }) => JSON.stringify(body).includes('/claims/mintmark'))) return;
    if (performance.now() > limit) {
      throw new Error(`no recovery within 15 s: ${JSON.stringify(callLines(hook).slice(-3))}`);
    }
    await delay(100);
  }
}

function callLines(hook: TestHook): readonly Readonly<Record<string, unknown>>[] {
  return hook.logs().filter(({ msg }) => msg === 'hook call');
}

async function connectTo(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Holds what every lookup reads, so that lookups hang in the middle. */
async function lockUsers({ databaseUrl }: TestHook): Promise<Client> {
  const client = await connectTo(databaseUrl);
  await client.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
  return client;
}

async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const limit = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error('it did not come to hold within 10 s');
    await delay(20);
  }
}

const FAILED = /^facts_(deadline|unavailable)$/;

describe('with the database', () => {
  it('stopped, every call is answered by policy; started again, stamped', async () => {
    const crowd = await startCrowd();
    await server.halt();
    try {
      // On a busy machine the refusal may come later than the deadline.
      await expectPolicyAnswers(crowd, FAILED);
      await expectPolicyAnswers(crowd, FAILED);
    } finally {
      await server.relaunch();
    }
    await expectRecovery(crowd);
  });

  it('accepting and never answering, every call is answered by policy; then stamped', async () => {
    const gate = await startTcpGate(server.superuserUrl);
    const crowd = await startCrowd({ through: gate.host });
    gate.block();
    for (let round = 0; round < 3; round += 1) await expectPolicyAnswers(crowd, FAILED);
    gate.unblock();
    await expectRecovery(crowd);
    await eventually(() => gate.blocked() === 0);
  });

  it('silent from the middle of the queries on, every call is answered by policy; then stamped', async () => {
    const gate = await startTcpGate(server.superuserUrl);
    const crowd = await startCrowd({ through: gate.host });
    const lock = await lockUsers(crowd.hook);
    const answered = expectPolicyAnswers(crowd, FAILED);
    await delay(200);
    gate.block();
    await lock.end();
    await answered;
    await expectPolicyAnswers(crowd, FAILED);
    gate.unblock();
    await expectRecovery(crowd);
  });

  it('frozen in the middle of the queries, every call is answered by policy; thawed, stamped', async () => {
    const crowd = await startCrowd();
    const lock = await lockUsers(crowd.hook);
    const answered = expectPolicyAnswers(crowd, FAILED);
    await delay(200);
    const thaw = await freezeServer();
    try {
      await answered;
      for (let round = 0; round < 2; round += 1) await expectPolicyAnswers(crowd, FAILED);
    } finally {
      thaw();
      await lock.end();
    }
    await expectRecovery(crowd);
  });

  it('out of connections, every call is answered by policy; then stamped', async () => {
    const crowd = await startCrowd();
    const others = await takeAllConnections();
    try {
      // On a busy machine the refusal may come later than the deadline.
      await expectPolicyAnswers(crowd, FAILED);
      await expectPolicyAnswers(crowd, FAILED);
    } finally {
      await Promise.all(others.map((client) => client.end()));
    }
    await expectRecovery(crowd);
  });

  it('full but for one of the service’s own connections, calls are decided over that one', async () => {
    // However busy the machine is, whoever waits for the one connection gets it in this time.
    const crowd = await startCrowd({ deadlineMs: 15_000 });
    const others = await takeAllConnections(crowd.hook);
    try {
      const before = callLines(crowd.hook).length;
      for (let round = 0; round < 3; round += 1) {
        const calls = crowd.callers.map((caller, index) =>
          call(crowd.hook, caller, `00uNobody${String(index)}`),
        );
        await Promise.all(calls);
      }
      const failed = callLines(crowd.hook)
        .slice(before)
        .filter(({ outcome }) => outcome === 'failed');
      // Those that ask for another connection learn that there is none; the others wait for the one that is there.
      expect(failed.length).toBeLessThanOrEqual(POOL_SIZE);
    } finally {
      await Promise.all(others.map((client) => client.end()));
    }
    await expectRecovery(crowd);
  });

  it('slow on every connection of the pool, every call is answered by policy; then stamped', async () => {
    const crowd = await startCrowd();
    const lock = await lockUsers(crowd.hook);
    const waiting =
      "SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND relation = 'users'::regclass";
    const answered = expectPolicyAnswers(crowd, FAILED);
    let most = 0;
    await eventually(async () => {
      most = Math.max(most, (await lock.query<{ n: number }>(waiting)).rows[0]?.n ?? 0);
      return most >= POOL_SIZE;
    });
    await answered;
    expect(most).toBe(POOL_SIZE);
    await lock.end();
    await expectRecovery(crowd);
  });
});

describe('facts of a moment ago', () => {
  /** Everybody calls for a user whose facts were read before; the answers and the lines that were logged. */
  async function callAgain({ hook, callers }: Crowd): Promise<{
    readonly answers: readonly Answer[];
    readonly lines: readonly Readonly<Record<string, unknown>>[];
  }> {
    const before = callLines(hook).length;
    const answers = await Promise.all(callers.map((caller) => call(hook, caller, USER.eli)));
    expect(answers.map(({ status }) => status)).toEqual(callers.map(() => 200));
    expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(ANSWERED_MS);
    return { answers, lines: callLines(hook).slice(before) };
  }

  it('within their age limit stamp in time, and are marked', async () => {
    const gate = await startTcpGate(server.superuserUrl);
    const crowd = await startCrowd({ through: gate.host, staleFactsMs: 900_000 });
    gate.block();
    const { answers, lines } = await callAgain(crowd);
    for (const { body } of answers) expect(JSON.stringify(body)).toContain('/claims/mintmark');
    expect(lines).toHaveLength(crowd.callers.length);
    for (const line of lines) {
      expect(line).toMatchObject({ outcome: 'stamped', facts: 'stale' });
      expect(line['factsAgeMs']).toBeGreaterThan(0);
    }
    gate.unblock();
    await expectRecovery(crowd);
  });

  it('beyond their age limit are not used', async () => {
    const gate = await startTcpGate(server.superuserUrl);
    const crowd = await startCrowd({ through: gate.host, staleFactsMs: DEADLINE_MS / 2 });
    gate.block();
    // Those of a moment ago are older than that when the deadline is over.
    const { answers, lines } = await callAgain(crowd);
    expect(answers.map(({ body }) => body)).toEqual(crowd.callers.map(({ expected }) => expected));
    for (const line of lines) expect(line).toMatchObject({ outcome: 'failed', facts: null });
    gate.unblock();
    await expectRecovery(crowd);
  });
});

/** SIGSTOP to the server and all of its processes. @returns what lets them go on */
async function freezeServer(): Promise<() => void> {
  const client = await connectTo(server.superuserUrl);
  const frozen: number[] = [server.pid];
  // First the one that starts others: whoever is there then is all there is.
  process.kill(server.pid, 'SIGSTOP');
  const thaw = (): void => {
    for (const pid of frozen) process.kill(pid, 'SIGCONT');
    void client.end();
  };
  try {
    const { rows } = await client.query<{ pid: number; self: boolean }>(
      'SELECT pid, pid = pg_backend_pid() AS self FROM pg_stat_activity ORDER BY self',
    );
    for (const { pid } of rows) {
      frozen.push(pid);
      process.kill(pid, 'SIGSTOP');
    }
  } catch (error) {
    thaw();
    throw error;
  }
  return thaw;
}

/**
 * Takes every connection that the server has, with those of the services cut off; one of the hook named is spared.
 * Counted, since a refusal alone does not say so: a connection that ends, or begins, is in no view while it keeps
 * its place, which the service could be the next to have.
 */
async function takeAllConnections(spared?: TestHook): Promise<readonly Client[]> {
  const first = await connectTo(server.superuserUrl);
  const taken = [first];
  const all = spared === undefined ? MAX_CONNECTIONS : MAX_CONNECTIONS - 1;
  await eventually(async () => {
    while (taken.length < all) {
      const next = await connectTo(server.superuserUrl).catch(() => undefined);
      if (next === undefined) break;
      taken.push(next);
    }
    await first.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mintmark'
        AND pid <> coalesce((SELECT min(pid) FROM pg_stat_activity WHERE application_name = 'mintmark' AND datname = $1), 0)`,
      [spared === undefined ? '' : new URL(spared.databaseUrl).pathname.slice(1)],
    );
    return taken.length === all;
  });
  return taken;
}

const TIMEOUT_MS = 400;

/** How long something takes to fail. */
async function timeToFail(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await expect(work).rejects.toThrow();
  return performance.now() - startedAt;
}

/** Not before its time, and soon after it. */
function expectTimeout(tookMs: number): void {
  expect(tookMs).toBeGreaterThan(TIMEOUT_MS * 0.9);
  expect(tookMs).toBeLessThan(TIMEOUT_MS + 1_500);
}

describe('the database’s timeouts', () => {
  const sleep = ({ prisma }: Database) => prisma.$queryRaw`SELECT pg_sleep(30)::text`;

  it('end the wait for a connection of the pool', async () => {
    const { database } = await openDatabase(undefined, TIMEOUT_MS);
    const { prisma } = database;
    // Borrowed, and idle: no statement is there that another timeout could end.
    const borrowed = Array.from({ length: POOL_SIZE }, () =>
      prisma.$transaction(
        async (tx) => {
          await tx.$queryRaw`SELECT 1`;
          await delay(3 * TIMEOUT_MS);
        },
        { timeout: 10 * TIMEOUT_MS },
      ),
    );
    await delay(TIMEOUT_MS / 2);
    expectTimeout(await timeToFail(prisma.$queryRaw`SELECT 1`));
    await Promise.all(borrowed);
    await prisma.$queryRaw`SELECT 1`;
  });

  it('end the wait for a connection that is accepted and never answered', async () => {
    const gate = await startTcpGate(server.superuserUrl);
    gate.block();
    const url = Object.assign(new URL(server.superuserUrl), { host: gate.host }).href;
    expectTimeout(await timeToFail(openPostgresql(url, { poolSize: 1, timeoutMs: TIMEOUT_MS })));
    await eventually(() => gate.blocked() === 0);
  });

  it('end a statement on the server itself', async () => {
    const { database, url } = await openDatabase(undefined, TIMEOUT_MS);
    const onlooker = await connectTo(url);
    const sleeping = async (): Promise<number> => {
      const { rows } = await onlooker.query<{ n: number }>(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()",
      );
      return rows[0]?.n ?? 0;
    };
    const failed = timeToFail(sleep(database));
    await eventually(async () => (await sleeping()) === 1);
    expectTimeout(await failed);
    await eventually(async () => (await sleeping()) === 0);
    await onlooker.end();
  });

  it('end the wait for an answer over a connection that became silent', async () => {
    const gate = await startTcpGate(server.superuserUrl);
    const { database } = await openDatabase(gate.host, TIMEOUT_MS);
    await database.prisma.$queryRaw`SELECT 1`;
    const failed = timeToFail(sleep(database));
    await delay(TIMEOUT_MS / 4);
    gate.block();
    expectTimeout(await failed);
    gate.unblock();
    await database.prisma.$queryRaw`SELECT 1`;
  });
});
