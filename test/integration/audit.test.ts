import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { hashSecret } from '../../src/caller/header-credential.js';
import { createHookCredential } from '../../src/directory/credentials/hook-credentials.js';
import { applyDirectory } from '../../src/directory/files/apply-directory.js';
import { readSampleDirectory } from '../../src/playground/sample-directory.js';
import { onTeardown } from '../support/teardown.js';
import { createTestDatabase } from '../support/test-database.js';

const { url, database } = await createTestDatabase();
const client = new Client({ connectionString: url });
await client.connect();
onTeardown(() => client.end());

const NOW = new Date('2026-03-11T09:41:07.000Z');

await applyDirectory(database, await readSampleDirectory(NOW.getTime()));
await database.withScripts((run) =>
  run(`
    INSERT INTO tenants (id, name) VALUES ('t1', 'One'), ('t2', 'Two');
    INSERT INTO users (org_id, id, login) SELECT 'acme', 'u' || n, 'login' || n FROM generate_series(1, 3) AS n`),
);

interface AuditRow {
  readonly actor: string;
  readonly noun: string;
  readonly key: unknown;
  readonly tenant_id: string | null;
  readonly action: 'create' | 'change' | 'remove';
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

let seen = '0';

async function newRows(): Promise<readonly AuditRow[]> {
  const { rows } = await client.query<AuditRow>(
    'SELECT actor, noun, key, tenant_id, action, before, after FROM audit WHERE id > $1 ORDER BY id',
    [seen],
  );
  const last = await client.query<{ readonly id: string }>('SELECT max(id) AS id FROM audit');
  seen = last.rows[0]?.id ?? seen;
  return rows;
}

/** What a script leaves in the audit. */
async function auditOf(sql: string): Promise<readonly AuditRow[]> {
  await client.query(sql);
  return newRows();
}

beforeEach(async () => {
  await newRows();
});

describe('a change of the directory', () => {
  it('is recorded with the whole row, under the key and tenant that the row has', async () => {
    const membership = { org_id: 'acme', user_id: 'u1', tenant_id: 't1' };
    const created = {
      ...membership,
      roles: ['admin'],
      is_default: false,
      valid_from: null,
      valid_until: null,
    };
    const changed = { ...created, valid_until: '2027-01-01T00:00:00+00:00' };
    const common = { actor: 'sql:postgres', noun: 'membership', key: membership, tenant_id: 't1' };
    expect(
      await auditOf(
        `INSERT INTO memberships (org_id, user_id, tenant_id, roles) VALUES ('acme', 'u1', 't1', '{admin}')`,
      ),
    ).toEqual([{ ...common, action: 'create', before: null, after: created }]);
    expect(
      await auditOf(
        `SET timezone = 'Asia/Tokyo'; UPDATE memberships SET valid_until = '2027-01-01T00:00Z' WHERE user_id = 'u1'`,
      ),
    ).toEqual([{ ...common, action: 'change', before: created, after: changed }]);
    expect(await auditOf(`DELETE FROM memberships WHERE user_id = 'u1'`)).toEqual([
      { ...common, action: 'remove', before: changed, after: null },
    ]);
  });

  it('is recorded row by row, however many a statement changes', async () => {
    const rows = await auditOf(
      `INSERT INTO memberships (org_id, user_id, tenant_id)
       SELECT 'acme', 'u' || n, 't' || m FROM generate_series(1, 3) AS n, generate_series(1, 2) AS m`,
    );
    const keys = rows.map(({ key }) => JSON.stringify(key));
    expect([rows.length, new Set(keys).size]).toEqual([6, 6]);
    expect(
      await auditOf(`UPDATE memberships SET is_default = (tenant_id = 't1') WHERE user_id ~ '^u.$'`),
    ).toHaveLength(3);
  });

  it('is recorded where another row took it along', async () => {
    const rows = await auditOf(`DELETE FROM users WHERE id IN ('u1', 'u2')`);
    const removed = rows.map(({ action, noun }) => `${action} ${noun}`).toSorted();
    expect(removed).toEqual([...Array<string>(4).fill('remove membership'), 'remove user', 'remove user']);
  });

  it('of a key or of a tenant is a removal in one place and a creation in the other', async () => {
    const rows = await auditOf(
      `INSERT INTO subscriptions (id, tenant_id, plan_id) SELECT 's1', 't1', id FROM plans LIMIT 1`,
    );
    expect(rows).toHaveLength(1);
    const moved = await auditOf(`UPDATE subscriptions SET tenant_id = 't2' WHERE id = 's1'`);
    expect(moved.map(({ action, tenant_id }) => `${action} ${String(tenant_id)}`).toSorted()).toEqual([
      ...['create t2', 'remove t1'],
    ]);
  });

  it('that empties a table is recorded like one that deletes every row', async () => {
    const rows = await auditOf('BEGIN; TRUNCATE subscriptions; COMMIT');
    expect(rows.length).toBeGreaterThan(1);
    expect(new Set(rows.map(({ noun, action }) => `${action} ${noun}`))).toEqual(
      new Set(['remove subscription']),
    );
  });

  it('leaves no trace where it was rolled back, refused, or none', async () => {
    expect(await auditOf(`BEGIN; UPDATE tenants SET status = 'suspended'; ROLLBACK`)).toEqual([]);
    await expect(
      client.query(`INSERT INTO tenants (id, name) VALUES ('t7', 'Seven'), ('t1', 'One')`),
    ).rejects.toThrow('tenants_pkey');
    expect(await newRows()).toEqual([]);
    expect(
      await auditOf(
        `UPDATE tenants SET name = name; INSERT INTO tenants (id, name) SELECT id, name FROM tenants
         ON CONFLICT (id) DO UPDATE SET name = excluded.name`,
      ),
    ).toEqual([]);
  });

  it('is recorded by an upsert only for the rows that it changes', async () => {
    const rows = await auditOf(
      `INSERT INTO tenants (id, name, status) VALUES ('t1', 'One', 'active'), ('t2', 'Two', 'suspended'), ('t3', 'Three', 'active')
       ON CONFLICT (id) DO UPDATE SET status = excluded.status`,
    );
    expect(rows.map(({ action, tenant_id }) => `${action} ${String(tenant_id)}`).toSorted()).toEqual([
      ...['change t2', 'create t3'],
    ]);
  });

  it.each([
    ...['orgs', 'issuers', 'issuer_aliases', 'tenants', 'users', 'clients', 'memberships', 'client_bindings'],
    ...['features', 'plans', 'plan_features', 'subscriptions', 'feature_grants', 'claim_mappings'],
    ...['hook_credentials', 'hook_credential_issuers'],
  ])('is recorded and announced in %s', async (table) => {
    const { rows } = await client.query<{ readonly name: string }>(
      `SELECT tgname AS name FROM pg_trigger WHERE tgrelid = $1::regclass AND tgname ~ '^mintmark_(announce|audit)_' AND tgenabled = 'O' ORDER BY 1`,
      [table],
    );
    const events = ['delete', 'insert', 'truncate', 'update'];
    const isInFacts = !['orgs', 'features'].includes(table);
    expect(rows.map(({ name }) => name)).toEqual([
      ...(isInFacts ? events.map((event) => `mintmark_announce_${event}`) : []),
      ...events.map((event) => `mintmark_audit_${event}`),
    ]);
  });
});

describe('the actor of a change', () => {
  it('is whom the transaction names, until it ends', async () => {
    const [named] = await auditOf(
      `BEGIN; SELECT set_config('mintmark.actor', 'token:adm_1', true); UPDATE tenants SET name = 'First' WHERE id = 't1'; COMMIT`,
    );
    const [unnamed] = await auditOf(`UPDATE tenants SET name = 'Second' WHERE id = 't1'`);
    expect([named?.actor, unnamed?.actor]).toEqual(['token:adm_1', 'sql:postgres']);
  });

  it('is cut where it is too long, and keeps nothing from being recorded', async () => {
    const [row] = await auditOf(
      `BEGIN; SELECT set_config('mintmark.actor', repeat('x', 100000), true); UPDATE tenants SET name = 'Third' WHERE id = 't1'; COMMIT`,
    );
    expect(row?.actor).toBe('x'.repeat(300));
  });
});

describe('what the audit withholds', () => {
  it('is shown as there, as changed, or as not there', async () => {
    const [created] = await auditOf(
      `INSERT INTO users (org_id, id, login) VALUES ('acme', 'u9', 'a@b.example')`,
    );
    const [changed] = await auditOf(`UPDATE users SET login = 'c@d.example' WHERE id = 'u9'`);
    const [other] = await auditOf(`UPDATE users SET status = 'suspended' WHERE id = 'u9'`);
    const [emptied] = await auditOf(`UPDATE users SET login = NULL WHERE id = 'u9'`);
    const logins = [created, changed, other, emptied].map((row) => [
      row?.before?.['login'],
      row?.after?.['login'],
    ]);
    expect(logins).toEqual([
      [undefined, '(withheld)'],
      ['(withheld)', '(changed)'],
      ['(withheld)', '(withheld)'],
      ['(withheld)', null],
    ]);
  });

  it('is every name, login and hash, whatever is done to it', async () => {
    const secret = 'planted-secret';
    await createHookCredential(database, {
      ...{
        id: 'hc_planted',
        label: 'test',
        issuerIds: ['acme-orders'],
        failurePolicy: 'omit',
        headerName: 'x-test',
      },
      ...{ secretSha256: hashSecret(secret), createdAt: NOW, expiresAt: null },
    });
    await client.query(`
      INSERT INTO tenants (id, name) VALUES ('tp', 'planted-name');
      INSERT INTO users (org_id, id, login) VALUES ('acme', 'up', 'planted-login');
      INSERT INTO clients (org_id, id, name) VALUES ('acme', 'cp', 'planted-client');
      UPDATE tenants SET name = 'planted-name-2' WHERE id = 'tp';
      UPDATE users SET login = 'planted-login-2' WHERE id = 'up';
      UPDATE clients SET name = 'planted-client-2' WHERE id = 'cp';
      UPDATE hook_credentials SET revoked_at = now() WHERE id = 'hc_planted';
      DELETE FROM tenants WHERE id = 'tp';
      DELETE FROM users WHERE id = 'up';
      DELETE FROM clients WHERE id = 'cp';
      DELETE FROM hook_credentials WHERE id = 'hc_planted'`);
    const rows = await newRows();
    expect(rows.filter(({ noun }) => ['tenant', 'user', 'client', 'credential'].includes(noun))).toHaveLength(
      12,
    );
    const { rows: texts } = await client.query<{ readonly text: string }>(
      'SELECT audit::text AS text FROM audit',
    );
    const text = texts.map((row) => row.text).join('\n');
    const digest = createHash('sha256').update(secret).digest();
    for (const planted of [
      'planted-name',
      'planted-login',
      'planted-client',
      digest.toString('hex'),
      digest.toString('base64'),
    ])
      expect(text).not.toContain(planted);
  });
});
