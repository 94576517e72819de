import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runCli } from '../../../src/cli/run-cli.js';
import { FACTS_VIEWS } from '../../../src/directory/facts/replaced-views.js';
import { applyDirectory } from '../../../src/directory/files/apply-directory.js';
import { readDirectoryFile } from '../../../src/directory/files/read-directory-file.js';
import { onTeardown } from '../../support/teardown.js';
import { startTestAdmin } from '../../support/test-admin.js';
import { fillTwoTenants, GREEN_KEYS } from '../../support/two-tenants.js';

const admin = await startTestAdmin();
const { call, database } = admin;
await fillTwoTenants(call);
await database.prisma.user.create({ data: { orgId: 'acme', id: 'zoe', login: 'zoe', status: 'suspended' } });
await call('POST', '/v1/grants', {
  body: {
    id: 'of-bea',
    tenant: 'green',
    feature: 'seats',
    value: 2,
    reason: 'a try',
    org: 'acme',
    user: 'bea',
  },
});
await call('PATCH', '/v1/memberships/acme/bea/blue', {
  body: { from: '2026-01-01T00:00:00.5Z', until: '2031-01-01T00:00:00Z' },
});

const blue = await admin.tokenFor('directory:read:blue');
const TOKENS = { everything: admin.everything, blue };

/** Nouns that the hook reads through views. Clients are not among them: their modes are always ours. */
const NOUNS = ['plans', 'tenants', 'users', 'memberships', 'bindings', 'subscriptions', 'grants'];

const FILTERS = [
  ...['plans?feature=seats', 'plans?feature=none', 'tenants?status=active', 'tenants?status=suspended'],
  ...['users?org=acme', 'users?login=zoe', 'users?status=suspended', 'users?tenant=blue'],
  ...['memberships?user=both', 'memberships?tenant=blue&role=member', 'memberships?org=none'],
  ...['bindings?client=shared-client&org=acme', 'bindings?tenant=blue', 'subscriptions?tenant=blue'],
  ...['subscriptions?plan=basic', 'grants?org=acme&user=bea', 'grants?feature=seats', 'grants?tenant=blue'],
];

const PATHS = NOUNS.flatMap((noun) => {
  const key = Object.values(GREEN_KEYS[noun] ?? {}).map(encodeURIComponent);
  return [`${noun}/${key.join('/')}`, `${noun}/${key.map(() => 'absent').join('/')}`];
});

/** All that can be read, by everybody who may read. */
async function everyAnswer(): Promise<Readonly<Record<string, unknown>>> {
  const answers = new Map<string, unknown>();
  for (const [name, token] of Object.entries(TOKENS)) {
    for (const path of [...PATHS, ...FILTERS]) {
      const { status, body } = await call('GET', `/v1/${path}`, { token });
      answers.set(`${name} ${path}`, { status, body });
    }
    for (const noun of NOUNS) answers.set(`${name} ${noun}`, await pagesOf(noun, token));
  }
  return Object.fromEntries(answers);
}

async function pagesOf(noun: string, token: string): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const from = cursor === '' ? '' : `&cursor=${cursor}`;
    const { body } = await call('GET', `/v1/${noun}?limit=1${from}`, { token });
    const page = body as { readonly items: readonly unknown[]; readonly nextCursor: string | null };
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

/** Everything moves into tables of a product’s own, which the views show from then on. */
async function moveElsewhere(): Promise<void> {
  await database.withScripts(async (run) => {
    await run('CREATE SCHEMA product');
    for (const [table, view] of Object.entries(FACTS_VIEWS)) {
      const [{ definition } = {}] = await run(`SELECT pg_get_viewdef('${view}') AS definition`);
      const elsewhere = String(definition).replace(/FROM (\w+);/, 'FROM product.$1;');
      await run(
        `CREATE TABLE product.${table} AS TABLE ${table}; CREATE OR REPLACE VIEW ${view} AS ${elsewhere}`,
      );
    }
    await run(
      `TRUNCATE ${Object.keys(FACTS_VIEWS)
        .filter((table) => table !== 'clients')
        .join(', ')}`,
    );
  });
}

describe('records that are kept in a product’s own tables', () => {
  it('are read as if they were ours, and only read', async () => {
    const before = await everyAnswer();
    expect(JSON.stringify(before['blue users'])).toContain('bea');
    await moveElsewhere();
    // Of a grant, the reason is not among the facts.
    const withoutReasons = (answers: unknown): unknown =>
      JSON.parse(JSON.stringify(answers).replaceAll(/"reason":"[^"]*"/g, '"reason":""')) as unknown;
    expect(withoutReasons(await everyAnswer())).toEqual(withoutReasons(before));
    for (const path of PATHS) {
      const refused = await call('DELETE', `/v1/${path}`);
      expect([path, refused.body]).toMatchObject([path, { type: 'urn:mintmark:problem:read-only' }]);
    }
  });

  it('leave the modes of clients to us, and not their bindings', async () => {
    const path = '/v1/clients/acme/shared-client';
    expect(await call('PATCH', path, { body: { mode: 'shadow' } })).toMatchObject({ status: 200 });
    const refused = await call('PATCH', path, { body: { bindings: [] } });
    expect(refused).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('mintmark_facts_client_bindings') },
    });
  });
});

const guide = await readFile('docs/existing-tables.md', 'utf8');

function example(name: string): string {
  const [, text = ''] = new RegExp(`<!-- test: ${name} -->\\n+\`\`\`sql\\n([^]*?)\`\`\``).exec(guide) ?? [];
  return text;
}

const ACCOUNT = '0b1e1c52-6f0d-4f7c-9d43-2a7f2f1b6f01';

describe('what stays with us', () => {
  it('refers to tenants and users of the product’s, over the API, in files and in imports', async () => {
    const other = await startTestAdmin();
    await other.database.withScripts((run) =>
      run(`${example('schema')}; ${example('views')};
        INSERT INTO orgs VALUES ('acme', 'https://acme.okta.example');
        INSERT INTO features VALUES ('sso', 'boolean'), ('seats', 'integer');
        INSERT INTO plans VALUES ('basic', 1);
        INSERT INTO product.accounts (id, title) VALUES ('${ACCOUNT}', 'North');
        INSERT INTO product.people (okta_id, email) VALUES ('00uAda', 'ada@example.com')`),
    );
    const grant = { feature: 'sso', value: true, reason: 'offer', tenant: ACCOUNT };
    const ofAda = { ...grant, org: 'acme', user: '00uAda' };
    for (const body of [grant, ofAda]) {
      expect(await other.call('POST', '/v1/grants', { body })).toMatchObject({ status: 201, body });
    }
    const subscription = { tenant: ACCOUNT, plan: 'basic' };
    expect((await other.call('POST', '/v1/subscriptions', { body: subscription })).status).toBe(201);
    const unknown = { ...ofAda, tenant: 'nowhere', user: 'nobody' };
    expect(await other.call('POST', '/v1/grants', { body: unknown })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/tenant' }, { pointer: '/user' }] },
    });

    const folder = await mkdtemp(join(tmpdir(), 'mintmark-replaced-'));
    onTeardown(() => rm(folder, { recursive: true, force: true }));
    const importing = async (kind: string, text: string) => {
      const file = join(folder, `${kind}.csv`);
      await writeFile(file, text);
      const [out, error]: [string[], string[]] = [[], []];
      const code = await runCli({
        parameters: ['import', kind, file, '--json'],
        environment: { DATABASE_URL: other.databaseUrl },
        writeOut: (written) => void out.push(written),
        writeError: (written) => void error.push(written),
      });
      return { code, out: out.join(''), error: error.join('') };
    };
    const rows = [
      `a,${ACCOUNT},seats,5,offer,,`,
      'b,nowhere,seats,5,offer,,',
      `c,${ACCOUNT},seats,5,x,acme,nobody`,
    ];
    const grants = await importing('grants', `id,tenant,feature,value,reason,org,user\n${rows.join('\n')}\n`);
    expect(JSON.parse(grants.out)).toMatchObject({ created: 1, refused: 2 });
    const users = await importing('users', 'org,user\nacme,00uNew\n');
    expect(users).toMatchObject({ code: 1, error: expect.stringContaining('mintmark_facts_users') });
    expect(await other.database.prisma.user.count()).toBe(0);

    const file = `
      version: 1
      tenants:
        - id: ${ACCOUNT}
          name: North
          userGrants: [{ id: g, feature: seats, value: 9, reason: offer, org: acme, user: 00uAda }]`;
    const applied = await applyDirectory(other.database, readDirectoryFile('file', file));
    expect(applied).toContainEqual(expect.objectContaining({ noun: 'feature grant', created: 1 }));
  });
});
