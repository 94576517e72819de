import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { rememberChoice } from '../../src/directory/choices/remembered-choices.js';
import { FACTS_QUERY } from '../../src/directory/facts/facts-query.js';
import {
  areAllFactsAnnounced,
  FACTS_VIEWS,
  replacedTables,
} from '../../src/directory/facts/replaced-views.js';
import { CLIENT, userCall } from '../support/calls.js';
import { onTeardown } from '../support/teardown.js';
import { createTestDatabase } from '../support/test-database.js';
import { loadSample, startTestHook, type TestHook } from '../support/test-hook.js';

const TEST_MS = 30_000;
const PATIENCE_MS = 20_000;

const guide = await readFile('docs/existing-tables.md', 'utf8');

/** The SQL of the guide's example, as it stands there. */
function example(name: string): string {
  const [, text] = new RegExp(`<!-- test: ${name} -->\\n+\`\`\`sql\\n([^]*?)\`\`\``).exec(guide) ?? [];
  if (text === undefined) throw new Error(`the guide has no example ${name}`);
  return text;
}

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  for (const limit = performance.now() + PATIENCE_MS; !(await isSo()); await delay(10)) {
    if (performance.now() > limit) throw new Error('it never came to that');
  }
}

describe('the views that facts are read from', () => {
  it('have the columns that the guide promises', async () => {
    const { database } = await createTestDatabase();
    for (const view of Object.values(FACTS_VIEWS)) {
      const rows = await database.query(
        `SELECT attname || ' ' || replace(format_type(atttypid, atttypmod), 'timestamp with time zone', 'timestamptz') AS text
         FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 ORDER BY attnum`,
        [view],
      );
      const [, promised = ''] = new RegExp(`^\\| \`${view}\` +\\| (.*)\\|$`, 'm').exec(guide) ?? [];
      const columns = [...promised.matchAll(/`([^`]+)`/g)].map(([, column]) => column);
      expect([view, rows.map(({ text }) => text)]).toEqual([view, columns]);
    }
  });

  it('cost nothing: the plan of the query is the one over the tables themselves', async () => {
    const { database } = await createTestDatabase();
    await loadSample(database);
    await database.withScripts((run) => run('ANALYZE'));
    const onTables = FACTS_QUERY.replaceAll('mintmark_facts_', '');
    expect(onTables).not.toBe(FACTS_QUERY);
    const shapeOf = async (sql: string): Promise<unknown> => {
      const values = ['acme', 'u', 'c', null, null, '2026-03-01T00:00:00Z', '2026-03-01T00:05:00Z'];
      const [row = {}] = await database.query(`EXPLAIN (FORMAT JSON) ${sql}`, values);
      const [explained] = row['QUERY PLAN'] as readonly { readonly Plan: PlanNode }[];
      return planShape(explained?.Plan);
    };
    expect(await shapeOf(FACTS_QUERY)).toEqual(await shapeOf(onTables));
  });
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

function planShape(node: PlanNode | undefined): unknown {
  if (node === undefined) throw new Error('there is no plan');
  const { 'Node Type': type, 'Index Name': index, 'Relation Name': table, Plans = [] } = node;
  return [type, index, table, Plans.map(planShape)];
}

const ACCOUNTS = {
  north: '0b1e1c52-6f0d-4f7c-9d43-2a7f2f1b6f01',
  south: '5a2d9a3c-1b7e-4c55-8f8a-9b6c1d2e3f02',
};

const DATA = `
  INSERT INTO product.accounts (id, title) VALUES ('${ACCOUNTS.north}', 'North'), ('${ACCOUNTS.south}', 'South');
  INSERT INTO product.people (okta_id, email) VALUES ('00uAda', 'ada@example.com'), ('00uBen', 'ben@example.com');
  INSERT INTO product.seats VALUES
    ('${ACCOUNTS.north}', '00uAda', 'owner'), ('${ACCOUNTS.north}', '00uAda', 'billing'), ('${ACCOUNTS.north}', '00uBen', 'viewer');
  INSERT INTO features (id, type) VALUES ('product.reports', 'boolean');
  INSERT INTO feature_grants (id, tenant_id, feature_id, feature_type, value, reason)
    VALUES ('north-reports', '${ACCOUNTS.north}', 'product.reports', 'boolean', 'true', 'part of the offer')`;

describe('a product’s own tables', () => {
  it(
    'are stamped from, and their changes reach the next token',
    async () => {
      const created = await createTestDatabase();
      const sql = (text: string) => created.database.withScripts((run) => run(text));
      expect(await replacedTables(created.database)).toEqual(new Set());
      const hook = await startTestHook({
        database: created,
        configuration: { changeFeed: true, cachedFactsMs: 5_000, announcedFactsMs: 60_000 },
      });
      await sql(example('schema'));
      await sql(example('views'));
      await sql(example('announcing'));
      await sql(DATA);
      expect(await replacedTables(created.database)).toEqual(new Set(['tenants', 'users', 'memberships']));

      await eventually(async () => (await claimsOf(hook, '00uAda'))['tenant_selection'] === 'only');
      expect(await claimsOf(hook, '00uAda')).toMatchObject({
        ...{ tenant_id: ACCOUNTS.north, tenant_roles: ['billing', 'owner'] },
        tenant_entitlements: { 'product.reports': true },
      });
      expect(await claimsOf(hook, '00uBen')).toMatchObject({ tenant_roles: ['viewer'] });
      expect(hook.logs().findLast(({ msg }) => msg === 'hook call')).toMatchObject({ outcome: 'stamped' });

      await sql(`DELETE FROM product.seats WHERE okta_id = '00uAda' AND role = 'owner'`);
      await eventually(
        async () => JSON.stringify((await claimsOf(hook, '00uAda'))['tenant_roles']) === '["billing"]',
      );

      await sql(`INSERT INTO product.seats VALUES ('${ACCOUNTS.south}', '00uBen', 'owner')`);
      await eventually(async () => (await claimsOf(hook, '00uBen'))['tenant_selection'] === 'ambiguous');

      await sql(`UPDATE product.accounts SET closed_at = now() WHERE title = 'North'`);
      await eventually(async () => (await claimsOf(hook, '00uAda'))['tenant_selection'] === 'none');
      expect(await claimsOf(hook, '00uBen')).toMatchObject({ tenant_id: ACCOUNTS.south });

      await sql(`UPDATE product.people SET is_blocked = true WHERE okta_id = '00uBen'`);
      await eventually(async () => (await claimsOf(hook, '00uBen'))['tenant_selection'] === 'none');

      // A choice is remembered for somebody whom only the product's table knows.
      const choice = { orgId: 'acme', clientId: 'c', userId: '00uAda', refreshTokenJti: 'jti' };
      await rememberChoice(created.database, {
        ...choice,
        tenantId: ACCOUNTS.north,
        chosenAt: 1,
        keptUntil: 2,
      });
    },
    TEST_MS,
  );

  it.each([
    ['no longer than without the feed where nobody says that their changes are announced', '', 'directory'],
    ['as long as our own where the comments of their views say so', example('announced'), 'cache'],
  ])(
    'are kept %s',
    async (_, comments, expected) => {
      const created = await createTestDatabase();
      const statements = [example('schema'), example('views'), comments, DATA].join(';');
      await created.database.withScripts((run) => run(statements));
      expect(await areAllFactsAnnounced(created.database)).toBe(comments !== '');
      const configuration = { changeFeed: true, cachedFactsMs: 50, announcedFactsMs: 60_000 };
      const hook = await startTestHook({ database: created, configuration });
      await eventually(() =>
        Promise.resolve(hook.logs().some(({ msg }) => msg === 'changes of the directory are heard')),
      );
      // What is kept is too old without the feed when it is asked for again.
      const originAfter = async (ms: number): Promise<unknown> => {
        await claimsOf(hook, '00uAda');
        await delay(ms);
        expect(await claimsOf(hook, '00uAda')).toMatchObject({ tenant_id: ACCOUNTS.north });
        return hook.logs().at(-1)?.['facts'];
      };
      await originAfter(500);
      await eventually(async () => (await originAfter(100)) === expected);
    },
    TEST_MS,
  );

  it('whose changes nobody announces may also stand beside ours in a view', async () => {
    const { database } = await createTestDatabase();
    const sql = (text: string) => database.withScripts((run) => run(text));
    await sql(example('schema'));
    const ours = 'SELECT org_id, id, login, status FROM users';
    const both = `${ours} UNION ALL SELECT 'acme', okta_id, email, 'active'::status FROM product.people`;
    const blocked = `SELECT org_id, id, login, CASE WHEN product.is_blocked(id) THEN 'suspended'::status ELSE status END AS status FROM users`;
    await sql(`CREATE FUNCTION product.is_blocked(id text) RETURNS boolean LANGUAGE sql STABLE
      AS $$ SELECT EXISTS (SELECT FROM product.people WHERE okta_id = id AND is_blocked) $$`);
    for (const [query, expected] of [
      [both, false] as const,
      [blocked, false] as const,
      [ours, true] as const,
    ]) {
      await sql(`CREATE OR REPLACE VIEW mintmark_facts_users AS ${query}`);
      expect([query, await areAllFactsAnnounced(database)]).toEqual([query, expected]);
      expect(await replacedTables(database)).toEqual(new Set());
    }
    await sql(`CREATE OR REPLACE VIEW mintmark_facts_users AS ${both};
      COMMENT ON VIEW mintmark_facts_users IS 'announced by triggers on product.people'`);
    expect(await areAllFactsAnnounced(database)).toBe(true);
  });

  it('of subscriptions say whom a change of a plan of ours touches', async () => {
    const { database } = await createTestDatabase();
    const sql = (text: string) => database.withScripts((run) => run(text));
    await sql(`
      CREATE SCHEMA product;
      CREATE TABLE product.contracts (account text PRIMARY KEY, plan text NOT NULL);
      CREATE OR REPLACE VIEW mintmark_facts_subscriptions AS
        SELECT account AS id, account AS tenant_id, plan AS plan_id, NULL::timestamptz AS valid_from, NULL::timestamptz AS valid_until
        FROM product.contracts;
      INSERT INTO features (id, type) VALUES ('export', 'boolean');
      INSERT INTO plans (id, rank) VALUES ('gold', 1), ('silver', 2);
      INSERT INTO product.contracts VALUES ('north', 'gold'), ('south', 'silver')`);
    const heard: string[] = [];
    const onNotice = (_: string, payload: string): void => void heard.push(payload);
    const listening = await database.listen(['mintmark_changes'], { onNotice, onEnd: () => undefined });
    onTeardown(() => listening.close());
    await sql(`UPDATE plans SET rank = 3 WHERE id = 'gold'`);
    await sql(`INSERT INTO plan_features VALUES ('silver', 'export', 'boolean', 'true')`);
    await eventually(() => Promise.resolve(heard.length === 2));
    expect(heard.map((payload) => JSON.parse(payload) as unknown)).toEqual([
      [['tenant', 'north']],
      [['tenant', 'south']],
    ]);
  });

  it('that give what facts cannot be are answered for by the failure policy, and nothing of them is shown', async () => {
    const created = await createTestDatabase();
    const hook = await startTestHook({ database: created });
    await created.database.withScripts((run) =>
      run(`CREATE OR REPLACE VIEW mintmark_facts_users AS
        SELECT 'acme'::text AS org_id, '00uAda'::text AS id, 'ada@example.com'::text AS login, NULL::status AS status`),
    );
    const { body } = await hook.send(userCall({ user: '00uAda', client: CLIENT.web }));
    expect(body).toEqual({ commands: [] });
    expect(hook.logs().at(-1)).toMatchObject({ outcome: 'failed', reason: 'internal' });
    expect(JSON.stringify(hook.logs())).not.toContain('ada@example.com');
  });
});

/** The claims that the hook adds to an access token of a person. */
async function claimsOf(hook: TestHook, user: string): Promise<Readonly<Record<string, unknown>>> {
  const { body } = await hook.send(userCall({ user, client: CLIENT.web }));
  const { commands } = body as {
    readonly commands: readonly {
      readonly value: readonly { readonly path: string; readonly value: unknown }[];
    }[];
  };
  const operations = commands.flatMap(({ value }) => value);
  return Object.fromEntries(operations.map(({ path, value }) => [path.replace('/claims/', ''), value]));
}
