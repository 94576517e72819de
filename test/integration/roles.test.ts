import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { Database } from '../../src/database/database.js';
import { releaseCheck } from '../../src/database/migrations.js';
import { openPostgresql } from '../../src/database/open-postgresql.js';
import { ensureRoles, RolesRefusedError } from '../../src/database/roles.js';
import { forgetExpiredChoices, rememberChoice } from '../../src/directory/choices/remembered-choices.js';
import { forgetInvocations } from '../../src/invocations/write-invocations.js';
import { ensureCertificates } from '../../src/playground/issue-certificates.js';
import { runCliHere } from '../support/run-cli-here.js';
import { USER, userCall } from '../support/calls.js';
import { startHookProcess } from '../support/hook-process.js';
import { httpsCall } from '../support/https-client.js';
import { onTeardown } from '../support/teardown.js';
import { createTestDatabase, postgresUrl } from '../support/test-database.js';
import { HEADER, loadSample, SECRETS } from '../support/test-hook.js';

const SUFFIX = randomBytes(6).toString('hex');
const NAMES = { hook: `test_hook_${SUFFIX}`, admin: `test_admin_${SUFFIX}` };
const PASSWORD = randomBytes(12).toString('hex');
const DENIED = '42501'; // insufficient_privilege
const START_MS = 60_000;

/** As somebody who may do everything on the server: roles belong to all of its databases. */
async function asSuperuser(sql: string): Promise<void> {
  const client = new Client({ connectionString: postgresUrl() });
  await client.connect();
  await client.query(sql);
  await client.end();
}

const logins = { hook: `${NAMES.hook}_login`, admin: `${NAMES.admin}_login` };
// Registered first, so that it is done when the databases in which the roles have rights are gone.
onTeardown(() =>
  asSuperuser(
    [...Object.values(logins), ...Object.values(NAMES)]
      .map((name) => `DROP ROLE IF EXISTS ${name};`)
      .join(''),
  ),
);

const { url, database } = await createTestDatabase();
await loadSample(database);

/** Somebody who logs in, and is a member of one of the roles. */
async function login(role: 'hook' | 'admin'): Promise<string> {
  await asSuperuser(`CREATE ROLE ${logins[role]} LOGIN PASSWORD '${PASSWORD}' IN ROLE ${NAMES[role]}`);
  const own = new URL(url);
  own.username = logins[role];
  own.password = PASSWORD;
  return own.href;
}

async function open(connection: string): Promise<Database> {
  const opened = await openPostgresql(connection, { poolSize: 2, timeoutMs: 10_000 });
  onTeardown(() => opened.close());
  return opened;
}

async function codeOf(member: Database, sql: string): Promise<unknown> {
  try {
    await member.withScripts((run) => run(`BEGIN; ${sql}; ROLLBACK`));
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

async function cli(parameters: readonly string[], connection: string) {
  return runCliHere({ parameters, environment: { DATABASE_URL: connection } });
}

const MIGRATE = ['migrate', '--roles', '--hook-role', NAMES.hook, '--admin-role', NAMES.admin];

let hookUrl = '';
let hook: Database;
let adminUrl = '';
let admin: Database;

beforeAll(async () => {
  expect(await cli([...MIGRATE, '--json'], url)).toEqual({
    ...{ code: 0, err: '' },
    out: `${JSON.stringify({ applied: [], roles: NAMES })}\n`,
  });
  hookUrl = await login('hook');
  adminUrl = await login('admin');
  hook = await open(hookUrl);
  admin = await open(adminUrl);
}, START_MS);

describe('the role of hooks', () => {
  it(
    'is all that a hook needs',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'mintmark-roles-'));
      onTeardown(() => rm(folder, { recursive: true, force: true }));
      const { caFile, certFile, keyFile } = await ensureCertificates(folder, new Date());
      const recording = {
        MINTMARK_RECORD_ISSUERS: '*',
        MINTMARK_RECORD_KEY: randomBytes(16).toString('hex'),
      };
      const running = await startHookProcess({ certFile, keyFile }, { DATABASE_URL: hookUrl, ...recording });
      const headers = [[HEADER, SECRETS.all] as const, ['content-type', 'application/json'] as const];
      const body = JSON.stringify(userCall({ user: USER.eli }));
      const answer = await httpsCall(running.url, { headers, body, ca: await readFile(caFile, 'utf8') });
      expect(answer.status).toBe(200);
      expect(answer.body).toContain('tenant_id');
      while ((await running.metric('mintmark_change_feed_alive')) !== 1) await delay(20);
      while ((await running.metric('mintmark_recorded_calls_total')) !== 1) await delay(20);
    },
    START_MS,
  );

  it('appends choices, and removes those that are out of date', async () => {
    await releaseCheck(hook)();
    const choice = { orgId: 'acme', clientId: 'c', userId: USER.eli, refreshTokenJti: 'jti', tenantId: 't' };
    await rememberChoice(hook, { ...choice, chosenAt: 1_000, keptUntil: 2_000 });
    expect(await forgetExpiredChoices(hook, Date.now())).toBe(1);
  });

  it('removes recordings that are out of date', async () => {
    await database.prisma.invocation.create({
      data: {
        ...{ issuerId: 'acme-orders', clientId: 'c', outcome: 'stamped', durationUs: 1, document: {} },
        ...{ at: new Date(1_000), keptUntil: new Date(2_000) },
      },
    });
    expect(await forgetInvocations(hook, null)).toBe(1);
  });

  it.each([
    ...[
      'users',
      'memberships',
      'tenants',
      'subscriptions',
      'feature_grants',
      'plans',
      'audit',
      'admin_tokens',
    ].map((table) => `SELECT FROM ${table}`),
    ...['issuers', 'clients', 'claim_mappings', 'hook_credentials', 'mintmark_facts_users'].flatMap(
      (table) => [`DELETE FROM ${table}`, `INSERT INTO ${table} SELECT * FROM ${table}`],
    ),
    `UPDATE hook_credentials SET revoked_at = NULL`,
    `UPDATE mintmark_facts_tenants SET status = 'active'`,
    ...[
      'DELETE FROM remembered_choices',
      `UPDATE remembered_choices SET tenant_id = 'x'`,
      'TRUNCATE remembered_choices',
    ],
    ...['SELECT FROM invocations', 'DELETE FROM invocations', `UPDATE invocations SET outcome = 'x'`],
    'TRUNCATE invocations',
    `INSERT INTO audit (actor, noun, key, action) VALUES ('x', 'x', '{}', 'create')`,
    `SELECT mintmark_audit_table('remembered_choices', 'x', '{id}')`,
    'CREATE TABLE mine (id text)',
  ])('may not: %s', async (sql) => {
    expect(await codeOf(hook, sql)).toBe(DENIED);
  });
});

describe('the role of the admin', () => {
  it('is all that the command line needs', async () => {
    expect(await cli(['apply', 'examples/directory.yaml'], adminUrl)).toMatchObject({ code: 0, err: '' });
    const created = await cli(['credential', 'create', '--issuer', 'acme-orders', '--json'], adminUrl);
    expect(created).toMatchObject({ code: 0, err: '' });
    const { id } = JSON.parse(created.out) as { readonly id: string };
    expect(await cli(['credential', 'revoke', id], adminUrl)).toMatchObject({ code: 0, err: '' });
  });

  it('writes every table of the directory, and is audited as whoever logged in', async () => {
    await admin.withScripts((run) =>
      run(`
        INSERT INTO orgs (id, url) VALUES ('other', 'https://other.example');
        INSERT INTO issuers (id, org_id, uri) VALUES ('other', 'other', 'https://other.example/oauth2/x');
        INSERT INTO issuer_aliases (uri, issuer_id) VALUES ('https://id.other.example/oauth2/x', 'other');
        INSERT INTO users (org_id, id) VALUES ('other', 'u');
        UPDATE users SET status = 'suspended' WHERE org_id = 'other';
        DELETE FROM users WHERE org_id = 'other';
        DELETE FROM issuers WHERE id = 'other';
        DELETE FROM orgs WHERE id = 'other'`),
    );
    const actors = await admin.prisma.$queryRaw`
      SELECT DISTINCT actor FROM audit WHERE key ->> 'org_id' = 'other' OR key ->> 'id' = 'other'`;
    expect(actors).toEqual([{ actor: `sql:${logins.admin}` }]);
  });

  it.each([
    ...[`UPDATE audit SET actor = 'x'`, 'DELETE FROM audit', 'TRUNCATE audit'],
    `INSERT INTO audit (actor, noun, key, action, after) VALUES ('x', 'x', '{}', 'create', '{}')`,
    ...['ALTER TABLE tenants DISABLE TRIGGER ALL', 'ALTER TABLE audit ADD COLUMN x text'],
    ...['DROP TRIGGER mintmark_audit_update ON tenants', 'TRUNCATE tenants CASCADE'],
    ...[`SET session_replication_role = 'replica'`, 'DELETE FROM remembered_choices'],
    `SELECT mintmark_audit_table('orgs', 'x', '{id}')`,
    ...['DELETE FROM invocations', `UPDATE invocations SET outcome = 'x'`, 'TRUNCATE invocations'],
    `INSERT INTO invocations (at, kept_until, issuer_id, client_id, outcome, duration_us, document)
     VALUES (now(), now() + interval '1 day', 'x', 'x', 'x', 1, '{}')`,
    ...['DELETE FROM _prisma_migrations', 'CREATE TABLE mine (id text)'],
  ])('may not: %s', async (sql) => {
    expect(await codeOf(admin, sql)).toBe(DENIED);
  });
});

describe('making the roles', () => {
  it('takes away what is too much, and changes nothing where all is right', async () => {
    await database.withScripts((run) => run(`GRANT ALL ON audit, users TO ${NAMES.hook}`));
    expect(await codeOf(hook, 'SELECT FROM users')).toBe('done');
    await ensureRoles(database, NAMES);
    expect(await codeOf(hook, 'SELECT FROM users')).toBe(DENIED);
    expect(await codeOf(hook, 'SELECT FROM mintmark_facts_users')).toBe('done');
  });

  it(
    'works in several databases of one server at the same time, and twice in one',
    async () => {
      const others = [];
      const names = { hook: `${NAMES.hook}_2`, admin: `${NAMES.admin}_2` };
      onTeardown(() => asSuperuser(`DROP ROLE IF EXISTS ${names.hook}; DROP ROLE IF EXISTS ${names.admin}`));
      for (let count = 0; count < 3; count += 1) others.push(await createTestDatabase());
      await Promise.all([...others, ...others].map((other) => ensureRoles(other.database, names)));
      const [first] = others;
      const [row] =
        (await first?.database.query(`SELECT has_table_privilege($1, 'audit', 'SELECT') AS may`, [
          names.admin,
        ])) ?? [];
      expect(row).toEqual({ may: true });
    },
    START_MS,
  );

  it('is refused for a superuser, for one name twice, and says what is needed where the user may not', async () => {
    await expect(ensureRoles(database, { ...NAMES, admin: NAMES.hook })).rejects.toThrow(RolesRefusedError);
    await expect(ensureRoles(database, { ...NAMES, admin: 'postgres' })).rejects.toThrow('is a superuser');
    await expect(ensureRoles(admin, { ...NAMES, hook: `${NAMES.hook}_3` })).rejects.toThrow(
      `CREATE ROLE "${NAMES.hook}_3" NOLOGIN`,
    );
  });

  it('is refused with a name that PostgreSQL would cut or keep to itself', async () => {
    for (const name of ['pg_hook', 'x'.repeat(64), 'a b', '', `a"; DROP ROLE x`])
      expect(await cli(['migrate', '--roles', '--hook-role', name], url)).toMatchObject({ code: 64 });
  });
});
