import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ChangeFeed, FEED_TIMING } from '../../src/database/change-feed.js';
import { openPostgresql } from '../../src/database/open-postgresql.js';
import { CLIENT, USER, userCall } from '../support/calls.js';
import { startTcpGate } from '../support/tcp-gate.js';
import { onTeardown } from '../support/teardown.js';
import { createTestDatabase } from '../support/test-database.js';
import { SECRETS, startTestHook, type TestHook, type TestHookOptions } from '../support/test-hook.js';

const PATIENCE_MS = 20_000;
const TEST_MS = 30_000;

const { url, database } = await createTestDatabase();

async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const limit = performance.now() + PATIENCE_MS; !(await isSo()); await delay(5)) {
    if (performance.now() > limit) throw new Error('it never came to that');
  }
}

async function sql(statement: string): Promise<void> {
  await database.withScripts((run) => run(statement));
}

interface Told {
  readonly what: string;
  readonly at: number;
}

/** A feed through a gate of its own. */
async function startGatedFeed() {
  const gate = await startTcpGate(url);
  const gated = new URL(url);
  gated.host = gate.host;
  const options = { poolSize: 1, timeoutMs: 1_000, directUrl: gated.href };
  const opened = await openPostgresql(url, options);
  const told: Told[] = [];
  const tell = (what: string): void => void told.push({ what, at: performance.now() });
  const feed = ChangeFeed.start({
    random: Math.random,
    listen: opened.listen,
    onNotice: tell,
    onAlive: (hasMissed) => {
      tell(hasMissed ? 'alive anew' : 'alive');
    },
    onLost: () => {
      tell('lost');
    },
  });
  onTeardown(async () => {
    await feed.stop();
    await opened.close();
  });
  await eventually(() => feed.isAlive);
  return { gate, feed, told, whats: () => told.map(({ what }) => what) };
}

describe('a feed from PostgreSQL', () => {
  it('hears what is committed, in order', async () => {
    const { told, whats } = await startGatedFeed();
    await sql(`INSERT INTO tenants (id, name) VALUES ('first', 'First')`);
    await sql(`BEGIN; INSERT INTO tenants (id, name) VALUES ('never', 'Never'); ROLLBACK`);
    await sql(`INSERT INTO tenants (id, name) VALUES ('second', 'Second')`);
    await eventually(() => told.length === 3);
    expect(whats()).toEqual(['alive anew', '[["tenant", "first"]]', '[["tenant", "second"]]']);
  });

  it(
    'notices a connection that carries nothing any more within a second, and is back when there is a way',
    async () => {
      const { gate, feed, told, whats } = await startGatedFeed();
      gate.block();
      const blockedAt = performance.now();
      await eventually(() => !feed.isAlive);
      // What the feed promises, and what is promised of it.
      expect(FEED_TIMING.intervalMs + FEED_TIMING.lateMs).toBeLessThan(1_000);
      expect((told.at(-1)?.at ?? 0) - blockedAt).toBeLessThan(1_000);
      await sql(`INSERT INTO tenants (id, name) VALUES ('unheard', 'Unheard')`);
      gate.unblock();
      await eventually(() => feed.isAlive);
      await sql(`INSERT INTO tenants (id, name) VALUES ('heard', 'Heard')`);
      await eventually(() => told.length === 4);
      expect(whats()).toEqual(['alive anew', 'lost', 'alive anew', '[["tenant", "heard"]]']);
    },
    TEST_MS,
  );

  it(
    'notices a connection that the server ends',
    async () => {
      const { feed, whats } = await startGatedFeed();
      await sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'mintmark change feed' AND datname = current_database()`);
      await eventually(() => whats().filter((what) => what === 'alive anew').length === 2);
      expect(feed.isAlive).toBe(true);
      expect(whats()).toEqual(['alive anew', 'lost', 'alive anew']);
    },
    TEST_MS,
  );

  it(
    'lets go of its connection when it is stopped, whether anybody answers or not',
    async () => {
      const { gate, feed } = await startGatedFeed();
      gate.block();
      const stopping = performance.now();
      await feed.stop();
      expect(performance.now() - stopping).toBeLessThan(1_000);
    },
    TEST_MS,
  );
});

describe('a hook that hears changes', () => {
  const CONFIGURATION = { changeFeed: true, announcedFactsMs: 60_000, controlRefreshMs: 300_000 };

  async function startListeningHook({
    cachedFactsMs = 5_000,
    ...options
  }: { readonly cachedFactsMs?: number } & Pick<TestHookOptions, 'database'> = {}): Promise<TestHook> {
    const hook = await startTestHook({ configuration: { ...CONFIGURATION, cachedFactsMs }, ...options });
    await eventually(async () => (await metric(hook, 'mintmark_change_feed_alive')) === 1);
    return hook;
  }

  async function metric(hook: TestHook, name: string): Promise<number> {
    const text = await (await fetch(`${hook.service.opsUrl}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  /** Makes a change, and waits until its notice was taken. */
  async function change(hook: TestHook, statement: string): Promise<void> {
    const notices = await metric(hook, 'mintmark_change_notices_total');
    await hook.database.withScripts((run) => run(statement));
    await eventually(async () => (await metric(hook, 'mintmark_change_notices_total')) > notices);
  }

  const originOf = async (hook: TestHook, user: string): Promise<unknown> => {
    await hook.send(userCall({ user, client: CLIENT.web }));
    return hook.logs().findLast(({ msg }) => msg === 'hook call')?.['facts'];
  };

  it(
    'reads again what a change touches, and nothing else',
    async () => {
      const hook = await startListeningHook();
      for (const user of [USER.eli, USER.dana]) await originOf(hook, user);
      expect([await originOf(hook, USER.eli), await originOf(hook, USER.dana)]).toEqual(['cache', 'cache']);
      await change(hook, `UPDATE memberships SET roles = '{changed}' WHERE user_id = '${USER.eli}'`);
      expect([await originOf(hook, USER.dana), await originOf(hook, USER.eli)]).toEqual([
        'cache',
        'directory',
      ]);
      expect(JSON.stringify(await hook.send(userCall({ user: USER.eli })))).toContain('"changed"');
      expect(await metric(hook, 'mintmark_facts_invalidations_total')).toBe(1);
      expect(await metric(hook, 'mintmark_facts_flushes_total')).toBe(1);
    },
    TEST_MS,
  );

  it(
    'reads everything again after a large change',
    async () => {
      const hook = await startListeningHook();
      for (const user of [USER.eli, USER.dana]) await originOf(hook, user);
      await change(
        hook,
        `INSERT INTO users (org_id, id) SELECT 'acme', 'bulk-' || n FROM generate_series(1, 500) AS n`,
      );
      expect([await originOf(hook, USER.dana), await originOf(hook, USER.eli)]).toEqual([
        'directory',
        'directory',
      ]);
      expect(await metric(hook, 'mintmark_facts_invalidations_total')).toBe(0);
      expect(await metric(hook, 'mintmark_facts_flushes_total')).toBe(2);
    },
    TEST_MS,
  );

  it(
    'has credentials, issuers and mappings at once, long before it would read them again',
    async () => {
      const hook = await startListeningHook();
      const call = userCall({ user: USER.eli });
      expect((await hook.send(call, SECRETS.ordersOnly)).status).toBe(200);
      await hook.database.withScripts((run) =>
        run(`
        UPDATE hook_credentials SET revoked_at = now() WHERE id = 'hc_orders';
        UPDATE claim_mappings SET claim = 'renamed_id' WHERE id = 'tenant-id'`),
      );
      await eventually(async () => (await hook.send(call, SECRETS.ordersOnly)).status === 401);
      await eventually(async () => JSON.stringify(await hook.send(call)).includes('renamed_id'));
    },
    TEST_MS,
  );

  it(
    'keeps facts no longer than it would without when it hears nothing any more, and forgets them when it does again',
    async () => {
      const created = await createTestDatabase();
      const gate = await startTcpGate(created.url);
      const gated = new URL(created.url);
      gated.host = gate.host;
      const opened = await openPostgresql(created.url, {
        ...{ poolSize: 3, timeoutMs: 10_000 },
        directUrl: gated.href,
      });
      onTeardown(() => opened.close());
      const hook = await startListeningHook({
        database: { ...created, database: opened },
        cachedFactsMs: 50,
      });
      await originOf(hook, USER.eli);
      await delay(100);
      expect(await originOf(hook, USER.eli)).toBe('cache');
      gate.block();
      await eventually(async () => (await metric(hook, 'mintmark_change_feed_alive')) === 0);
      await delay(100);
      expect(await originOf(hook, USER.eli)).toBe('directory');
      gate.unblock();
      await eventually(async () => (await metric(hook, 'mintmark_facts_flushes_total')) === 2);
      expect(await originOf(hook, USER.eli)).toBe('directory');
      await delay(100);
      expect(await originOf(hook, USER.eli)).toBe('cache');
      const lines = hook.logs().map(({ msg, code }) => [msg, code]);
      expect(lines).toContainEqual(['changes of the directory are not heard', 'SILENT']);
    },
    TEST_MS,
  );
});
