import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findAdminToken } from '../../src/caller/admin-tokens.js';
import type { Database } from '../../src/database/database.js';
import { ensureCertificates } from '../../src/playground/issue-certificates.js';
import type { CliEnding } from '../support/cli-process.js';
import { runCliHere } from '../support/run-cli-here.js';
import { createDatabase } from '../support/postgres-server.js';
import { onTeardown } from '../support/teardown.js';
import { createTestDatabase, postgresUrl } from '../support/test-database.js';

// Tokens, explain and doctor: what a person types who looks after a directory.

const SAMPLE = resolve('examples/directory.yaml');
const { url, database } = await createTestDatabase();
const folder = await mkdtemp(join(tmpdir(), 'mintmark-cli-directory-'));
onTeardown(() => rm(folder, { recursive: true, force: true }));

async function run(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = { DATABASE_URL: url },
): Promise<CliEnding> {
  return runCliHere({ parameters, environment, userName: 'tester' });
}

function json(text: string): unknown {
  return JSON.parse(text) as unknown;
}

/** A migrated database with the sample in it. */
async function sampleDatabase(): Promise<{ readonly url: string; readonly database: Database }> {
  const own = await createTestDatabase();
  expect(await run(['apply', SAMPLE], { DATABASE_URL: own.url })).toMatchObject({ code: 0 });
  return own;
}

expect(await run(['apply', SAMPLE])).toMatchObject({ code: 0 });

describe('mintmark token', () => {
  it('makes a token that is shown once, permits what it says, and ends when it is revoked', async () => {
    const scopes = ['--scope', 'directory:read', 'directory:write', '--tenant', 'blue', 'a b'];
    const made = await run(['token', 'create', ...scopes, '--label', 'deploy', '--json']);
    expect(made).toMatchObject({ code: 0, err: '' });
    const { id, token } = json(made.out) as { readonly id: string; readonly token: string };
    const permitted = [
      'directory:read:a%20b',
      'directory:read:blue',
      'directory:write:a%20b',
      'directory:write:blue',
    ];
    expect(await findAdminToken(database, token, new Date())).toEqual({ id, scopes: permitted });
    const [listed, table] = [await run(['token', 'list', '--json']), await run(['token', 'list'])];
    expect(json(listed.out)).toEqual([
      expect.objectContaining({
        id,
        scopes: permitted,
        label: 'deploy',
        createdBy: 'cli:tester',
        revokedAt: null,
      }),
    ]);
    expect(table.out).toMatch(
      new RegExp(
        `^ID +STATE +SCOPES +MADE BY +LABEL\n${id} +in force +directory:read:a%20b,.* +cli:tester +deploy\n$`,
      ),
    );
    expect(listed.out + table.out).not.toContain(token);
    expect(await run(['token', 'revoke', id])).toEqual({
      code: 0,
      out: `Token ${id} is revoked.\n`,
      err: '',
    });
    expect(await findAdminToken(database, token, new Date())).toBeUndefined();
    expect((await run(['token', 'list'])).out).toContain('revoked');
    const audited = await database.prisma.audit.findMany({
      where: { actor: 'cli:tester', key: { equals: { id } } },
    });
    expect(audited.map(({ action }) => action)).toEqual(['create', 'change']);
  });

  it('tells people what to do with it', async () => {
    const { code, out } = await run([
      'token',
      'create',
      '--scope',
      'directory:read',
      '--expires',
      '2096-01-01T00:00:00Z',
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Token at_\w+, for directory:read, until 2096-01-01T00:00:00\.000Z\.\n  mma_[\w-]{43}\nIt is not shown again\. /,
    );
  });

  it.each([
    [64, "required option '--scope <scope...>'", ['create']],
    [64, 'Allowed choices are directory:read', ['create', '--scope', 'everything']],
    [
      1,
      'The end has passed already',
      ['create', '--scope', 'directory:read', '--expires', '2020-01-01T00:00:00Z'],
    ],
    [1, 'No such token: at_nobody', ['revoke', 'at_nobody']],
  ])('ends with exit code %i: %s', async (code, message, parameters) => {
    const ending = await run(['token', ...parameters]);
    expect(ending).toMatchObject({ code, out: '' });
    expect(ending.err).toContain(message);
  });
});

describe('mintmark explain', () => {
  const PAYLOAD = resolve('examples/payloads/request_01_authorization_code_user.json');

  it('says who, which tenant and why, what each value comes from, and what becomes of the claims', async () => {
    const { code, out, err } = await run(['explain', PAYLOAD]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      /^Outcome: stamped\nMode: enforce; failure policy: omit\nFor: a user call\nTenant: blue \(hinted: .*\); roles: admin\n/,
    );
    expect(out).toMatch(/\n  orders\.max_per_day +5000 +plan sub-blue-business\n/);
    expect(out).toMatch(/\n  orders-limit +https:\/\/acme\.example\/claims\/order_limit +produced\n/);
    expect(out).toMatch(
      /\nAccess token [^]*\n\+ tenant_id +"blue"\n[^]*\nID token [^]*\n\+ tenant_id +"blue"\n$/,
    );
    expect(await database.prisma.rememberedChoice.count()).toBe(0);
  });

  it('gives the whole trace as JSON, as of another instant', async () => {
    const { out } = await run(['explain', PAYLOAD, '--at', '2099-01-01T00:00:00Z', '--json']);
    expect(json(out)).toMatchObject({
      ...{ outcome: 'stamped', mode: 'enforce', call: { clientId: '0oa8h3n5LpCfGs6Zk1d7' } },
      trace: { selection: { outcome: 'hinted', tenantId: 'blue' } },
      response: { commands: expect.any(Array) },
    });
  });

  it('says of an issuer that nobody knows that the failure policy answers', async () => {
    const file = join(folder, 'unknown-issuer.json');
    await writeFile(
      file,
      (await readFile(PAYLOAD, 'utf8')).replaceAll('aus7k2m9QxRtYb4Vw1d7', 'ausNobodyKnows'),
    );
    const { code, out } = await run(['explain', file]);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'Outcome: failed (unknown_issuer: no issuer has this URI, or an alias of it)\n',
    });
  });

  it.each([
    ['is no call of a token inline hook', resolve('examples/payloads/request_90_saml_hook.json')],
    ['is no JSON', SAMPLE],
    ['cannot be read (ENOENT)', join(folder, 'none.json')],
  ])('ends with exit code 64 for a file that %s', async (message, file) => {
    const { code, out, err } = await run(['explain', file]);
    expect({ code, out }).toEqual({ code: 64, out: '' });
    expect(err).toContain(message);
  });
});

interface Examination {
  readonly failures: number;
  readonly warnings: number;
  readonly findings: readonly {
    readonly check: string;
    readonly status: string;
    readonly message: string;
    readonly advice: string | null;
  }[];
}

async function examine(environment: Readonly<Record<string, string>>) {
  const { code, out } = await run(['doctor', '--json'], environment);
  const { findings } = json(out) as Examination;
  const found = findings.filter(({ status }) => status !== 'ok' && status !== 'skipped');
  expect(found.every(({ advice }) => advice !== null && advice.length > 10)).toBe(true);
  return {
    code,
    found: found.map(({ check, status, message }) => `${status} ${check}: ${message}`),
    findings,
  };
}

describe('mintmark doctor', () => {
  it('finds nothing broken where nothing is, and leaves out what is not run here', async () => {
    const own = await sampleDatabase();
    const issuers = await own.database.prisma.issuer.findMany();
    await run(['credential', 'create', '--issuer', ...issuers.map(({ id }) => id)], {
      DATABASE_URL: own.url,
    });
    const { code, out, err } = await run(['doctor'], { DATABASE_URL: own.url });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      /^✓ database: PostgreSQL .* answers in .* ms\n✓ clock: agrees [^]*\nNothing is broken; 0 warnings\.\n$/,
    );
    expect(out).toContain('\n- configuration of the hook service: not looked at');
  });

  it('finds what the hook would leave out or never hear, each with what to do', async () => {
    const own = await sampleDatabase();
    await own.database.withScripts((execute) =>
      execute(`
        INSERT INTO claim_mappings (id, claim, expression, in_access_token, in_id_token) VALUES
          ('reserved', 'sub', 'tenant.id', true, false),
          ('broken', 'broken', 'tenant.id +', true, false),
          ('unheard', 'unheard', 'entitlements.nothing + entitlements["orders.export"] + entitlements["nobody''s"]', true, false);
        INSERT INTO claim_mappings (id, claim, expression, in_access_token, in_id_token, issuer_ids, client_ids) VALUES
          ('idle', 'idle', 'tenant.id', true, false, '{gone}', '{}'), ('idler', 'idler', 'tenant.id', true, false, '{}', '{0oaGone}')`),
    );
    await run(
      [
        'credential',
        'create',
        '--issuer',
        'acme-orders',
        '--expires',
        new Date(Date.now() + 86_400_000).toISOString(),
      ],
      { DATABASE_URL: own.url },
    );
    const { code, found } = await examine({ DATABASE_URL: own.url });
    expect(code).toBe(1);
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^failure reserved names: claim mapping reserved: "sub" is among Okta’s reserved/,
        ),
        expect.stringMatching(/^failure claim mappings: broken is left out by the hook: /),
        'warning claim mappings: unheard reads the feature nothing, which the directory does not have: it has never a value',
        "warning claim mappings: unheard reads the feature nobody's, which the directory does not have: it has never a value",
        'warning claim mappings: idle is only for issuers that the directory does not have: it never applies',
        'warning claim mappings: idler is only for clients that the directory does not have: it never applies',
        expect.stringMatching(/^failure rules of the directory: claim mapping reserved: /),
        'warning callers: no credential in force may speak for issuer acme-strict: its calls are refused',
        expect.stringMatching(/^warning callers: credential hc_\w+ ends within 14 days$/),
      ]),
    );
    expect(found.join('\n')).not.toMatch(/orders\.export|acme-off/);
  });

  it('ends with exit code 78 where the database is not at this release', async () => {
    const empty = await createDatabase(postgresUrl());
    onTeardown(() => empty.drop());
    const { code, found } = await examine({ DATABASE_URL: empty.url });
    expect({ code, found }).toEqual({
      code: 78,
      found: [expect.stringMatching(/^failure migrations: missing: 20/)],
    });
  });

  it('ends with exit code 69 where the database cannot be reached, and shows no password', async () => {
    const wrong = new URL(url);
    wrong.password = 'correct-horse-battery';
    const { code, found } = await examine({ DATABASE_URL: wrong.href });
    expect({ code, found }).toEqual({
      code: 69,
      found: [expect.stringMatching(/^failure database: PostgreSQL at .* cannot be used/)],
    });
    expect(found.join()).not.toContain('battery');
  });

  it('looks at the configuration of a service whose variables are set, and at its certificate', async () => {
    const { certFile, keyFile } = await ensureCertificates(join(folder, 'tls'), new Date());
    const tls = { MINTMARK_TLS_CERT_FILE: certFile, MINTMARK_TLS_KEY_FILE: keyFile };
    const good = await examine({ DATABASE_URL: url, ...tls });
    expect(good.findings).toContainEqual(
      expect.objectContaining({
        check: 'certificate of the hook service',
        status: expect.stringMatching('ok|warning'),
        message: expect.stringMatching(/^ends on \d{4}-\d\d-\d\d, in \d+ days$/),
      }),
    );
    const bad = await examine({
      DATABASE_URL: url,
      ...tls,
      MINTMARK_HOOK_PORT: 'many',
      MINTMARK_ADMIN_HOST: '0.0.0.0',
      MINTMARK_TLS_CERT_FILE: '',
    });
    expect(bad.code).toBe(78);
    expect(bad.found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^failure configuration of the hook service: MINTMARK_HOOK_PORT: /),
        expect.stringMatching(
          /^failure configuration of the hook service: MINTMARK_TLS_CERT_FILE: is not set/,
        ),
        expect.stringMatching(/^failure configuration of the admin API: MINTMARK_TLS_CERT_FILE: /),
      ]),
    );
  });

  it('says that a certificate has expired, or soon will', async () => {
    const [old, young] = [
      new Date(Date.now() - 20 * 365 * 86_400_000),
      new Date(Date.now() + 3 * 86_400_000),
    ];
    for (const [name, date, message] of [
      ['old', old, /^failure certificate of the hook service: expired on /],
      ['young', young, /^failure certificate of the hook service: is not valid before /],
    ] as const) {
      const { certFile, keyFile } = await ensureCertificates(join(folder, name), date);
      const environment = {
        DATABASE_URL: url,
        MINTMARK_TLS_CERT_FILE: certFile,
        MINTMARK_TLS_KEY_FILE: keyFile,
      };
      expect((await examine(environment)).found).toContainEqual(expect.stringMatching(message));
    }
  });
});

describe('the schema', () => {
  it('is printed without a database', async () => {
    const { code, out } = await run(['schema'], {});
    expect(code).toBe(0);
    expect(json(out)).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      required: ['version'],
    });
  });
});
