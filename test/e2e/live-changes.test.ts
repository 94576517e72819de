import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createAdminToken } from '../../src/caller/admin-tokens.js';
import { ensureCertificates } from '../../src/playground/issue-certificates.js';
import { startAdminProcess } from '../support/admin-process.js';
import { CLIENT, userCall } from '../support/calls.js';
import { startHookProcess, type HookProcess } from '../support/hook-process.js';
import { startTcpGate } from '../support/tcp-gate.js';
import { onTeardown } from '../support/teardown.js';
import { createTestDatabase } from '../support/test-database.js';
import { HEADER, loadSample, SECRETS } from '../support/test-hook.js';

// Two hook processes over HTTPS and an admin process, as they are installed, one PostgreSQL, and about 200 calls a second. The connections that hear
// changes lead through a gate, so that they can be cut without anybody being told.

const PATIENCE_MS = 60_000;
/** One call to each of the replicas. */
const EVERY_MS = 10;
const IN_FLIGHT_LIMIT = 100;

const folder = await mkdtemp(join(tmpdir(), 'mintmark-live-'));
onTeardown(() => rm(folder, { recursive: true, force: true }));
const { caFile, certFile, keyFile } = await ensureCertificates(folder, new Date());
const ca = await readFile(caFile, 'utf8');

const { url, database } = await createTestDatabase();
await loadSample(database);
const gate = await startTcpGate(url);
const gatedUrl = new URL(url);
gatedUrl.host = gate.host;

/** Users of one tenant each, which has a feature granted. */
const PEOPLE = Array.from({ length: 40 }, (_, index) => `live-${String(index)}`);

async function sql(statement: string): Promise<void> {
  await database.withScripts((run) => run(statement));
}

await sql(`
  INSERT INTO features (id, type) VALUES ('live.export', 'boolean');
  INSERT INTO tenants (id, name) SELECT 'live-' || n, 'Live' FROM generate_series(0, 39) AS n;
  INSERT INTO users (org_id, id) SELECT 'acme', 'live-' || n FROM generate_series(0, 39) AS n;
  INSERT INTO memberships (org_id, user_id, tenant_id) SELECT 'acme', 'live-' || n, 'live-' || n FROM generate_series(0, 39) AS n;
  INSERT INTO feature_grants (id, tenant_id, feature_id, feature_type, value, reason)
    SELECT 'live-' || n, 'live-' || n, 'live.export', 'boolean', 'true', 'test' FROM generate_series(0, 39) AS n`);

// Nothing but a notice can be the reason why anything is read again within a second.
const variables = {
  ...{
    DATABASE_URL: url,
    MINTMARK_DATABASE_DIRECT_URL: gatedUrl.href,
    MINTMARK_CONTROL_REFRESH_SECONDS: '300',
  },
  ...{ MINTMARK_CACHED_FACTS_SECONDS: '5', MINTMARK_FACTS_DEADLINE_MS: '2500' },
};
let replicas: readonly HookProcess[] = [];

let adminUrl = '';
const { token } = await createAdminToken(
  database,
  { label: 'live', scopes: ['directory:write', 'credentials:write'], expiresAt: null },
  { actor: 'cli:test', rights: 'everything', now: new Date() },
);

async function overRest(method: string, path: string): Promise<void> {
  const { status } = await fetch(`${adminUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
  expect([200, 204]).toContain(status);
}

interface Answer {
  readonly replica: HookProcess;
  readonly person: string;
  readonly secret: string;
  /** When the call was made: milliseconds on the monotonic clock. */
  readonly sentAt: number;
  readonly status: number;
  /** Whether the token gets the feature. */
  readonly isGranted: boolean;
}

const answers: Answer[] = [];
const failures: unknown[] = [];
const agent = new Agent({ keepAlive: true, maxSockets: 8, ca });
onTeardown(async () => {
  agent.destroy();
  await Promise.resolve();
});

async function call(replica: HookProcess, person: string, secret: string): Promise<void> {
  const sentAt = performance.now();
  const outgoing = request(replica.url, { method: 'POST', agent });
  outgoing.setHeader(HEADER, secret);
  outgoing.setHeader('content-type', 'application/json');
  outgoing.end(JSON.stringify(userCall({ user: person, client: CLIENT.web })));
  const incoming = await new Promise<
    Parameters<typeof text>[0] & { readonly statusCode?: number | undefined }
  >((resolve, reject) => {
    outgoing.on('response', resolve).on('error', reject);
  });
  const body = await text(incoming);
  const isGranted = body.includes('"live.export":true');
  answers.push({ replica, person, secret, sentAt, status: incoming.statusCode ?? 0, isGranted });
}

function startCalling(): void {
  let calls = 0;
  const inFlight = new Set<Promise<void>>();
  const timer = setInterval(() => {
    for (const replica of replicas) {
      if (inFlight.size >= IN_FLIGHT_LIMIT) return;
      const person = PEOPLE[calls % PEOPLE.length] ?? '';
      const secret = calls % 5 === 0 ? SECRETS.ordersOnly : SECRETS.all;
      calls += 1;
      const answered = call(replica, person, secret)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => inFlight.delete(answered));
      inFlight.add(answered);
    }
    calls += 1; // so that no replica gets every other person only
  }, EVERY_MS);
  onTeardown(async () => {
    clearInterval(timer);
    await Promise.all(inFlight);
  });
}

async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const limit = performance.now() + PATIENCE_MS; !(await isSo()); await delay(20)) {
    if (performance.now() > limit) throw new Error('it never came to that');
  }
}

async function feedsAre(state: 0 | 1): Promise<boolean> {
  const states = await Promise.all(replicas.map((replica) => replica.metric('mintmark_change_feed_alive')));
  return states.every((alive) => alive === state);
}

interface Watch {
  /** Of the answers, those that the change is about. */
  readonly isOf: (answer: Answer) => boolean;
  readonly isOld: (answer: Answer) => boolean;
}

/** Makes a change, and tells how long after it the last call was made that each replica still answered as before. */
async function lastOld(
  change: () => Promise<void>,
  { isOf, isOld }: Watch,
  watchedMs: number,
): Promise<readonly number[]> {
  const since = (at: number, replica: HookProcess) =>
    answers.filter((answer) => answer.replica === replica && answer.sentAt > at && isOf(answer));
  const before = performance.now();
  await eventually(() => replicas.every((replica) => since(before, replica).some(isOld)));
  await change();
  const changedAt = performance.now();
  await delay(watchedMs);
  // Calls of after the time that is watched, on either replica: otherwise nothing was seen.
  await eventually(() => replicas.every((replica) => since(changedAt + watchedMs, replica).length > 0));
  return replicas.map((replica) =>
    since(changedAt, replica)
      .filter(isOld)
      .reduce((last, { sentAt }) => Math.max(last, sentAt - changedAt), 0),
  );
}

const granted = (person: string): Watch => ({
  isOf: (answer) => answer.person === person && answer.secret === SECRETS.all,
  isOld: ({ isGranted }) => isGranted,
});

function revoke(person: string): () => Promise<void> {
  return () => sql(`DELETE FROM feature_grants WHERE id = '${person}'`);
}

let quietShare = Number.POSITIVE_INFINITY;

/** How much of a core both replicas take, in the quietest of some seconds: they have just started. */
async function leastCpuShare(): Promise<number> {
  const spent = async (): Promise<number> => {
    const seconds = await Promise.all(replicas.map((replica) => replica.metric('process_cpu_seconds_total')));
    return seconds.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0);
  };
  let least = Number.POSITIVE_INFINITY;
  for (let second = 0; second < 10 && !(least < 0.2); second += 1) {
    const [before, began] = [await spent(), performance.now()];
    await delay(1_000);
    least = Math.min(least, ((await spent()) - before) / ((performance.now() - began) / 1000));
  }
  return least;
}

beforeAll(async () => {
  // Here, and not where the file begins: whatever is started ends, even where another does not start.
  adminUrl = (await startAdminProcess(url)).url;
  replicas = await Promise.all([1, 2].map(() => startHookProcess({ certFile, keyFile }, variables)));
  await eventually(() => feedsAre(1));
  quietShare = await leastCpuShare();
  startCalling();
}, PATIENCE_MS);

describe('two replicas that hear changes', () => {
  it('cost next to nothing while nobody calls and nothing changes', () => {
    // About 0.02 each, and without the feed hardly less: a loop that asks again and again would have a core of its own.
    expect(quietShare).toBeLessThan(0.2);
  });

  it(
    'keep facts longer than they would without',
    async () => {
      await eventually(() => answers.length > 400);
      const lookups = async (origin: string): Promise<number> => {
        const name = `mintmark_facts_lookups_total{origin="${origin}"}`;
        const counts = await Promise.all(replicas.map((replica) => replica.metric(name)));
        return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
      };
      const before = await lookups('directory');
      const cachedBefore = await lookups('cache');
      // Without the feed, every user would be read again, by either replica.
      await delay(5_500);
      await eventually(async () => (await lookups('cache')) - cachedBefore > 400);
      expect((await lookups('directory')) - before).toBeLessThan(PEOPLE.length);
    },
    PATIENCE_MS,
  );

  it(
    'do not stamp a grant a second after it was revoked by plain SQL',
    async () => {
      for (const last of await lastOld(revoke('live-1'), granted('live-1'), 1_500))
        expect(last).toBeLessThan(1_000);
    },
    PATIENCE_MS,
  );

  it(
    'do not stamp a grant a second after it was deleted over REST',
    async () => {
      const change = () => overRest('DELETE', '/v1/grants/live-4');
      for (const last of await lastOld(change, granted('live-4'), 1_500)) expect(last).toBeLessThan(1_000);
    },
    PATIENCE_MS,
  );

  it(
    'refuse a credential a second after it was revoked',
    async () => {
      const watch: Watch = {
        isOf: ({ secret }) => secret === SECRETS.ordersOnly,
        isOld: ({ status }) => status === 200,
      };
      const change = () => overRest('POST', '/v1/hook-credentials/hc_orders/revoke');
      for (const last of await lastOld(change, watch, 1_500)) expect(last).toBeLessThan(1_000);
    },
    PATIENCE_MS,
  );

  it(
    'do not stamp a grant six seconds after it was revoked, though they were silently cut off',
    async () => {
      gate.block();
      const [last] = await Promise.all([
        lastOld(revoke('live-2'), granted('live-2'), 6_500),
        eventually(() => feedsAre(0)),
      ]);
      for (const ms of last) expect(ms).toBeLessThan(6_000);
    },
    PATIENCE_MS,
  );

  it(
    'hear changes again when they can',
    async () => {
      gate.unblock();
      await eventually(() => feedsAre(1));
      for (const last of await lastOld(revoke('live-3'), granted('live-3'), 1_500))
        expect(last).toBeLessThan(1_000);
    },
    PATIENCE_MS,
  );

  it('answer every call all the while', () => {
    expect(failures).toEqual([]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 401]));
  });
});
