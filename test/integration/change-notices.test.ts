import { beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { onTeardown } from '../support/teardown.js';
import { createTestDatabase } from '../support/test-database.js';

const { url } = await createTestDatabase();
const writer = await connect();
const listener = await connect();
const heard: string[] = [];
listener.on('notification', ({ payload = '' }) => void heard.push(payload));
await listener.query('LISTEN mintmark_changes');

async function connect(): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  onTeardown(() => client.end());
  return client;
}

/** The notices of a script. Those that were sent before an answer comes arrive before it. */
async function noticesOf(sql: string): Promise<readonly unknown[]> {
  await writer.query(sql);
  await listener.query('SELECT 1');
  return heard.splice(0).map((payload) => JSON.parse(payload) as unknown);
}

async function keysOf(sql: string): Promise<readonly unknown[]> {
  return (await noticesOf(sql)).flat();
}

const USER = ['user', 'acme', 'ann'];
const CLIENT = ['client', 'acme', 'web'];
const TENANT = ['tenant', 'blue'];
const CONTROL = ['control'];
const ALL_FACTS = ['facts'];

const FIXTURE = `
  TRUNCATE orgs, issuers, issuer_aliases, issuer_uris, tenants, features, plans, hook_credentials CASCADE;
  INSERT INTO orgs (id, url) VALUES ('acme', 'https://acme.example');
  INSERT INTO issuers (id, org_id, uri) VALUES ('orders', 'acme', 'https://acme.example/oauth2/orders');
  INSERT INTO users (org_id, id) VALUES ('acme', 'ann'), ('acme', 'bob');
  INSERT INTO clients (org_id, id, name) VALUES ('acme', 'web', 'Web');
  INSERT INTO tenants (id, name) VALUES ('blue', 'Blue'), ('red', 'Red');
  INSERT INTO memberships (org_id, user_id, tenant_id) VALUES ('acme', 'ann', 'blue');
  INSERT INTO client_bindings (org_id, client_id, tenant_id) VALUES ('acme', 'web', 'blue');
  INSERT INTO features (id, type) VALUES ('export', 'boolean');
  INSERT INTO plans (id, rank) VALUES ('gold', 1), ('idle', 2);
  INSERT INTO subscriptions (id, tenant_id, plan_id) VALUES ('s1', 'blue', 'gold');
  INSERT INTO hook_credentials (id, scheme, label, client_id) VALUES ('hc', 'bearer', 'x', 'okta')`;

beforeEach(async () => {
  await noticesOf(FIXTURE);
});

describe('a change', () => {
  it.each([
    ['a user', `UPDATE users SET status = 'suspended' WHERE id = 'ann'`, [USER]],
    [
      'a user that was not known',
      `INSERT INTO users (org_id, id) VALUES ('acme', 'new')`,
      [['user', 'acme', 'new']],
    ],
    ['a membership', `UPDATE memberships SET roles = '{admin}'`, [USER]],
    ['a membership that goes', 'DELETE FROM memberships', [USER]],
    [
      'a membership given to somebody else',
      `UPDATE memberships SET user_id = 'bob'`,
      [USER, ['user', 'acme', 'bob']],
    ],
    ['a client', `UPDATE clients SET tenant_mode = 'fixed'`, [CLIENT]],
    ['a binding', 'DELETE FROM client_bindings', [CLIENT]],
    ['a tenant', `UPDATE tenants SET status = 'suspended' WHERE id = 'blue'`, [TENANT]],
    ['a subscription', 'DELETE FROM subscriptions', [TENANT]],
    ['a plan', `UPDATE plans SET rank = 5 WHERE id = 'gold'`, [TENANT]],
    ['a plan that nobody has', `UPDATE plans SET rank = 5 WHERE id = 'idle'`, []],
    [
      'a feature of a plan',
      `INSERT INTO plan_features VALUES ('gold', 'export', 'boolean', 'true')`,
      [TENANT],
    ],
    ['a feature that is in no plan', `UPDATE features SET description = 'new'`, []],
    [
      'a grant to a tenant',
      `INSERT INTO feature_grants (id, tenant_id, feature_id, feature_type, value, reason)
       VALUES ('g', 'blue', 'export', 'boolean', 'true', 'why not')`,
      [TENANT],
    ],
    [
      'a grant to a user',
      `INSERT INTO feature_grants (id, tenant_id, org_id, user_id, feature_id, feature_type, value, reason)
       VALUES ('g', 'blue', 'acme', 'ann', 'export', 'boolean', 'true', 'why not')`,
      [USER],
    ],
    ['an issuer', `UPDATE issuers SET mode = 'shadow'`, [CONTROL]],
    [
      'an alias',
      `INSERT INTO issuer_aliases VALUES ('https://id.acme.example/oauth2/orders', 'orders')`,
      [CONTROL],
    ],
    [
      'a claim mapping',
      `UPDATE claim_mappings SET priority = priority + 1 WHERE id = 'tenant-id'`,
      [CONTROL],
    ],
    ['a credential', `UPDATE hook_credentials SET revoked_at = now()`, [CONTROL]],
    ['the issuers of a credential', `INSERT INTO hook_credential_issuers VALUES ('hc', 'orders')`, [CONTROL]],
  ])('of %s announces what is kept of it', async (_, sql, keys) => {
    const announced = await keysOf(sql);
    expect(announced).toHaveLength(keys.length);
    expect(announced).toEqual(expect.arrayContaining(keys));
  });

  it('of a client that has or had a mode of its own also announces the control snapshot', async () => {
    expect(await noticesOf(`UPDATE clients SET mode = 'off'`)).toEqual([[CONTROL], [CLIENT]]);
    expect(await noticesOf(`UPDATE clients SET mode = NULL`)).toEqual([[CONTROL], [CLIENT]]);
    expect(await noticesOf(`UPDATE clients SET name = 'Other'`)).toEqual([[CLIENT]]);
  });

  it('that takes other rows along announces each key once', async () => {
    expect(await keysOf(`DELETE FROM users WHERE id = 'ann'`)).toEqual([USER]);
  });

  it('of nothing announces nothing', async () => {
    const sql = `
      UPDATE users SET status = status;
      INSERT INTO tenants (id, name) VALUES ('blue', 'Blue') ON CONFLICT (id) DO UPDATE SET name = excluded.name;
      DELETE FROM users WHERE id = 'nobody'`;
    expect(await noticesOf(sql)).toEqual([]);
  });

  it('that is rolled back announces nothing', async () => {
    expect(await noticesOf(`BEGIN; UPDATE users SET status = 'suspended'; ROLLBACK`)).toEqual([]);
  });

  it('names keys as they are, whatever the ids hold', async () => {
    const id = `q"'],["tenant","red é`;
    expect(
      await noticesOf(`INSERT INTO tenants (id, name) VALUES ('${id.replaceAll("'", "''")}', 'Odd')`),
    ).toEqual([[['tenant', id]]]);
  });

  it('that empties a table announces everything that may be kept of it', async () => {
    expect(await noticesOf('TRUNCATE memberships')).toEqual([[CONTROL], [ALL_FACTS]]);
  });
});

describe('a large change', () => {
  const users = (first: number, last: number, id = `'u' || n`): string =>
    `INSERT INTO users (org_id, id) SELECT 'acme', ${id} FROM generate_series(${String(first)}, ${String(last)}) AS n;`;

  it('is announced key by key up to a hundred, and then as one flush', async () => {
    const [hundred = []] = (await noticesOf(users(1, 100))) as readonly unknown[][];
    expect(hundred).toHaveLength(100);
    expect(await noticesOf(users(101, 201))).toEqual([[ALL_FACTS]]);
  });

  it('is one flush where its keys do not fit a notice', async () => {
    const long = `lpad(n::text, 200, 'é')`;
    expect(await keysOf(users(1, 15, long))).toHaveLength(15);
    expect(await noticesOf(users(16, 35, long))).toEqual([[ALL_FACTS]]);
  });

  it('of many statements is one flush from the thousandth key of its transaction on', async () => {
    const statements = Array.from({ length: 30 }, (_, index) => users(index * 50, index * 50 + 49));
    const notices = await noticesOf(`BEGIN; ${statements.join(' ')} COMMIT`);
    expect(notices).toHaveLength(21);
    expect(notices.at(-1)).toEqual([ALL_FACTS]);
    expect(await noticesOf(`UPDATE users SET status = 'suspended' WHERE id = 'u1'`)).toEqual([
      [['user', 'acme', 'u1']],
    ]);
  });

  it('that also touches the control snapshot says so', async () => {
    const sql = `INSERT INTO clients (org_id, id, name, mode)
      SELECT 'acme', 'c' || n, 'C', CASE n WHEN 150 THEN 'off'::stamping_mode END FROM generate_series(1, 150) AS n`;
    expect(await noticesOf(sql)).toEqual([[CONTROL], [ALL_FACTS]]);
  });
});
