import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { groupByHeader, provenByHeaders } from '../../src/caller/header-credential.js';
import { readControlSnapshot } from '../../src/directory/control/read-control-snapshot.js';
import { createDatabase } from '../support/postgres-server.js';
import type { CliEnding } from '../support/cli-process.js';
import { runCliHere } from '../support/run-cli-here.js';
import { onTeardown } from '../support/teardown.js';
import { createTestDatabase, postgresUrl } from '../support/test-database.js';

// The command line as it is installed: "npm test" builds it before.
const MAIN = resolve('dist/cli/main.js');
const SAMPLE = resolve('examples/directory.yaml');

const { url, database } = await createTestDatabase();
const folder = await mkdtemp(join(tmpdir(), 'mintmark-cli-'));
onTeardown(() => rm(folder, { recursive: true, force: true }));

type Variables = Readonly<Record<string, string>>;

/** Runs `mintmark` in an empty folder, with these environment variables and no others. */
function mintmark(
  parameters: readonly string[],
  variables: Variables = { DATABASE_URL: url },
  input = '',
): Promise<CliEnding> {
  const options = { cwd: folder, env: { PATH: process.env['PATH'], ...variables }, timeout: 25_000 };
  return new Promise((settle) => {
    const child = execFile(process.execPath, [MAIN, ...parameters], options, (_, out, err) => {
      settle({ code: child.exitCode ?? -1, out, err });
    });
    child.stdin?.end(input);
  });
}

/** The same in this process, which is quicker than starting one. */
async function run(
  parameters: readonly string[],
  environment: Variables = { DATABASE_URL: url },
  input = '',
): Promise<CliEnding> {
  return runCliHere({ parameters, environment, input });
}

/** What ends before anything is opened. */
async function runHere(parameters: readonly string[]): Promise<CliEnding> {
  return run(parameters, {});
}

function json(text: string): unknown {
  return JSON.parse(text) as unknown;
}

/** A URL of the test server with some parts changed. */
function urlWith(parts: { readonly password?: string; readonly port?: number }): string {
  const changed = new URL(url);
  if (parts.password !== undefined) changed.password = parts.password;
  if (parts.port !== undefined) changed.port = String(parts.port);
  return changed.href;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('mintmark --help', () => {
  it('names the commands and the exit codes, and needs no database', async () => {
    const [general, create] = await Promise.all([
      mintmark(['--help'], {}),
      mintmark(['credential', 'create', '--help'], {}),
    ]);
    expect(general).toMatchObject({ code: 0, err: '' });
    expect(general.out).toMatch(/\n  migrate [^]*\n  apply [^]*\n  credential /);
    expect(general.out).toContain(
      'Exit codes: 0 done, 1 refused, 64 usage, 69 unavailable, 70 a bug, 78 configuration, 130 interrupted.',
    );
    expect(create).toMatchObject({ code: 0, err: '' });
    expect(create.out).toContain('--issuer <id...>');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('mintmark --version', () => {
  it('is that of the package', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await mintmark(['--version'], {})).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });
});

describe('a command that cannot be followed', () => {
  it.each([
    ['an option that there is not', ['token', 'list', '--all'], /unknown option '--all'/],
    ['an option that is missing', ['token', 'create'], /required option '--scope <scope...>'/],
    ['a command that there is not', ['tokens'], /unknown command 'tokens'/],
  ])('for %s is told so in words, or in JSON', async (_, parameters, problem) => {
    const [words, asJson] = await Promise.all([run(parameters, {}), run([...parameters, '--json'], {})]);
    expect(words).toMatchObject({ code: 64, out: '' });
    expect(words.err).toMatch(problem);
    expect(asJson).toMatchObject({ code: 64, out: '' });
    const message: unknown = expect.stringMatching(problem);
    expect(json(asJson.err)).toEqual({ error: { code: 'USAGE', message } });
  });
});

describe('a reader that has read enough', () => {
  it.each([
    ['output', ['--help'], 0],
    ['output', ['migrate', '--json'], 0],
    ['error', ['aply'], 64],
  ] as const)(
    'of standard %s ends no command, and causes no stack (%j)',
    async (stream, parameters, code) => {
      const env = { PATH: process.env['PATH'], DATABASE_URL: url };
      const child = spawn(process.execPath, [MAIN, ...parameters], { cwd: folder, env, timeout: 25_000 });
      let rest = '';
      for (const output of [child.stdout, child.stderr])
        output.on('data', (text: Buffer) => (rest += text.toString()));
      (stream === 'output' ? child.stdout : child.stderr).destroy();
      await once(child, 'close');
      expect({ code: child.exitCode, rest }).toEqual({ code, rest: '' });
    },
  );
});

describe('mintmark migrate', () => {
  it('brings an empty database to this release, once; other commands wait for it', async () => {
    const empty = await createDatabase(postgresUrl());
    onTeardown(() => empty.drop());
    const variables = { DATABASE_URL: empty.url };

    const early = await run(['apply', SAMPLE], variables);
    expect(early).toMatchObject({ code: 78, out: '' });
    expect(early.err).toContain('run "mintmark migrate" first');

    const first = await run(['migrate', '--json'], variables);
    expect(first).toMatchObject({ code: 0, err: '' });
    const migrations = (await readdir('prisma/migrations', { withFileTypes: true })).filter((entry) =>
      entry.isDirectory(),
    );
    expect(json(first.out)).toEqual({ applied: migrations.map(({ name }) => name).toSorted() });

    const [again, inJson] = await Promise.all([
      run(['migrate'], variables),
      run(['migrate', '--json'], variables),
    ]);
    expect(again).toEqual({ code: 0, out: 'Nothing to migrate.\n', err: '' });
    expect(json(inJson.out)).toEqual({ applied: [] });
  });
});

describe('mintmark apply', () => {
  it('makes the directory as the file says, and says what it did', async () => {
    const first = await mintmark(['apply', SAMPLE]);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(
      /directory\.yaml: 1 org created, 6 features created, .* 1 issuer alias created, .*; 5 unchanged\.\n$/,
    );
    expect(await database.prisma.tenant.count()).toBe(4);

    const [again, inJson] = await Promise.all([run(['apply', SAMPLE]), run(['apply', SAMPLE, '--json'])]);
    expect(again.out).toMatch(/directory\.yaml: nothing to change; \d+ unchanged\.\n$/);
    expect(json(inJson.out)).toMatchObject({
      ...{ files: [SAMPLE], dryRun: false },
      changes: expect.arrayContaining([{ noun: 'tenant', created: 0, changed: 0, removed: 0, unchanged: 4 }]),
    });
  });

  it('refuses a faulty file with exit code 1 and every fault on standard error', async () => {
    const file = join(folder, 'faulty.yaml');
    await writeFile(file, 'version: 1\ntenants:\n  - { id: blue, name: "" }\n  - { id: " x", name: X }\n');
    const [forPeople, forPrograms] = await Promise.all([
      run(['apply', SAMPLE, file]),
      run(['apply', SAMPLE, file, '--json']),
    ]);
    for (const { code, out, err } of [forPeople, forPrograms]) {
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toContain('nothing was changed');
      expect(err).not.toContain('    at ');
    }
    expect(forPeople.err).toContain('faulty.yaml was refused');
    expect(forPeople.err).toContain('line 3, tenants[0].name: ');
    expect(forPeople.err).toContain('line 4, tenants[1].id: ');
    expect(json(forPrograms.err)).toMatchObject({
      error: {
        code: 'REFUSED',
        files: [
          {
            name: file,
            faults: [
              { line: 3, path: 'tenants[0].name', problem: expect.any(String) },
              { line: 4, path: 'tenants[1].id', problem: expect.any(String) },
            ],
          },
        ],
      },
    });
  });

  it('shows what it would do, in words and as JSON, and reads standard input', async () => {
    const text = `version: 1\ntenants:\n  - { id: blue, name: Azure, status: suspended }\n`;
    const [words, asJson] = await Promise.all([
      run(['apply', '--dry-run', '-'], { DATABASE_URL: url }, text),
      run(['apply', '--dry-run', '--prune', '--json', '-'], { DATABASE_URL: url }, text),
    ]);
    expect(words).toEqual({
      code: 0,
      out: [
        '~ tenant blue: another name, status "active" → "suspended"',
        'standard input: 1 tenant to change; 0 unchanged. This was a dry run: nothing was changed.\n',
      ].join('\n'),
      err: '',
    });
    expect(asJson).toMatchObject({ code: 1, out: '' });
    expect(asJson.err).toContain('is of mode fixed and has 0 bindings');
    expect(await database.prisma.tenant.findUnique({ where: { id: 'blue' } })).toMatchObject({
      status: 'active',
    });
  });

  it('says with exit code 64 that a file cannot be read', async () => {
    expect(await run(['apply', 'no-such-file.yaml'])).toEqual({
      code: 64,
      out: '',
      err: 'no-such-file.yaml cannot be read (ENOENT).\n',
    });
  });
});

describe('mintmark import', () => {
  it('does not put refused rows where it reads, which would be the end of the file', async () => {
    const [file, text] = [join(folder, 'own.csv'), 'user,status\nx,gone\n'];
    await writeFile(file, text);
    const ending = await run([
      'import',
      'users',
      '--org',
      'acme',
      file,
      '--refused',
      join(folder, '.', 'own.csv'),
    ]);
    expect(ending).toMatchObject({ code: 64, out: '' });
    expect(ending.err).toContain('--refused names the file that is read');
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});

describe('mintmark export', () => {
  it('says of a part that it is one, and that pruning by it would remove the rest', async () => {
    await run(['apply', SAMPLE]);
    const [ofTenant, ofOrg, whole] = await Promise.all([
      run(['export', '--tenant', 'violet']),
      run(['export', '--org', 'acme']),
      run(['export']),
    ]);
    for (const { out } of [ofTenant, ofOrg])
      expect(out).toMatch(/^# A part [^\n]* --prune[^\n]*\nversion: 1\n/);
    expect(whole.out).toMatch(/^version: 1\n/);
    expect(await mintmark(['apply', '-'], { DATABASE_URL: url }, ofTenant.out)).toMatchObject({
      ...{ code: 0, out: expect.stringContaining('nothing to change') },
    });
  });

  it('writes what apply takes, to standard output or to a file of its owner’s', async () => {
    await run(['apply', SAMPLE]);
    const file = join(folder, 'exported.yaml');
    const [printed, inJson, written] = await Promise.all([
      run(['export']),
      run(['export', '--json', '--only', 'features', 'plans']),
      mintmark(['export', '--output', file]),
    ]);
    expect(printed).toMatchObject({ code: 0, err: '' });
    expect(written).toEqual({
      code: 0,
      out: `${file}: 1 org, 4 issuers, 12 users, 14 clients, 6 features, 3 plans, 4 tenants, 6 claim mappings.\n`,
      err: '',
    });
    expect(await readFile(file, 'utf8')).toBe(printed.out);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(json(inJson.out)).toMatchObject({ version: 1, features: { length: 6 }, plans: { length: 3 } });
    expect(await mintmark(['apply', '--prune', '-'], { DATABASE_URL: url }, printed.out)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^standard input: nothing to change; \d+ unchanged\.\n$/),
    });
  });

  it('refuses a tenant that is not there, and leaves the file as it was', async () => {
    const file = join(folder, 'kept.yaml');
    await writeFile(file, 'as it was');
    const { code, out, err } = await run(['export', '--tenant', 'nowhere', '--output', file]);
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: 'The directory has no tenant nowhere.\n' });
    expect(await readFile(file, 'utf8')).toBe('as it was');
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('mintmark import', () => {
  /** Begins an import from standard input, and waits until some rows of it are in the database. */
  async function importHalf(from: number) {
    const env = { PATH: process.env['PATH'], DATABASE_URL: url };
    const child = spawn(process.execPath, [MAIN, 'import', 'users', '--org', 'acme', '-'], {
      cwd: folder,
      env,
    });
    const ended = once(child, 'close');
    let err = '';
    child.stderr.on('data', (text: Buffer) => (err += text.toString()));
    child.stdout.resume();
    child.stdin.on('error', () => undefined);
    child.stdin.write(`user\n${rows(from, from + 5_000)}half-a-us`);
    const limit = Date.now() + 25_000;
    while ((await database.prisma.user.count({ where: { id: `import-${String(from)}` } })) === 0) {
      if (Date.now() > limit) throw new Error(`nothing was imported: ${err}`);
      await delay(50);
    }
    return { child, ended, err: () => err };
  }

  function rows(from: number, to: number): string {
    return Array.from({ length: to - from }, (_, index) => `import-${String(from + index)}\n`).join('');
  }

  it('ends at a good place when it is told to, and is simply run again', async () => {
    await run(['apply', SAMPLE]);
    const { child, ended, err } = await importHalf(0);
    child.kill('SIGINT');
    await ended;
    expect(child.exitCode).toBe(130);
    expect(err()).toMatch(/^Interrupted after \d+ rows: run the import again for the rest\.\n$/);
    const again = await run(
      ['import', 'users', '--org', 'acme', '-', '--json'],
      { DATABASE_URL: url },
      `user\n${rows(0, 5_000)}`,
    );
    expect(json(again.out)).toMatchObject({ rows: 5_000, changed: 0, refused: 0 });
    expect(await database.prisma.user.count({ where: { id: { startsWith: 'half' } } })).toBe(0);
  });

  it('has no double effect where it was killed and is run again', async () => {
    await run(['apply', SAMPLE]);
    const { child, ended } = await importHalf(10_000);
    child.kill('SIGKILL');
    await ended;
    const again = await run(
      ['import', 'users', '--org', 'acme', '-'],
      { DATABASE_URL: url },
      `user\n${rows(10_000, 15_000)}`,
    );
    expect(again).toMatchObject({ code: 0, err: '' });
    const imported = { id: { startsWith: 'import-' } };
    const users = await database.prisma.user.count({ where: imported });
    expect(users).toBeGreaterThanOrEqual(5_000);
    const audited = await database.withScripts((execute) =>
      execute(
        `SELECT count(*)::integer AS count FROM audit WHERE noun = 'user' AND key ->> 'id' LIKE 'import-%'`,
      ),
    );
    expect(audited).toEqual([{ count: users }]);
    await database.prisma.user.deleteMany({ where: imported });
  });
});

describe('mintmark credential', () => {
  it('makes a secret that is shown once, proves the caller, and is not in the database', async () => {
    const made = await run([
      ...[
        'credential',
        'create',
        '--issuer',
        'acme-orders',
        'acme-strict',
        '--header',
        'X-Mintmark',
        '--label',
        'Okta',
      ],
      ...['--failure-policy', 'deny', '--expires', '2096-01-01T00:00:00Z', '--json'],
    ]);
    expect(made).toMatchObject({ code: 0, err: '' });
    const credential = json(made.out) as { readonly id: string; readonly secret: string };
    expect(credential).toEqual({
      id: expect.stringMatching(/^hc_[0-9a-f]{16}$/),
      headerName: 'x-mintmark',
      secret: expect.stringMatching(/^mms_[\w-]{43}$/),
      issuerIds: ['acme-orders', 'acme-strict'],
    });

    const { credentials } = await readControlSnapshot(database);
    const withSecrets = credentials.filter((control) => control.scheme === 'header');
    const [caller] = provenByHeaders(
      ['X-Mintmark', credential.secret],
      groupByHeader(withSecrets),
      Date.now(),
    );
    expect(caller).toMatchObject({ id: credential.id, failurePolicy: 'deny' });
    const row = await database.prisma.hookCredential.findUniqueOrThrow({ where: { id: credential.id } });
    const hash = createHash('sha256').update(credential.secret).digest();
    expect(hash.equals(row.secretSha256 ?? Buffer.alloc(0))).toBe(true);
    const [dump] = await database.withScripts((run) =>
      run(`SELECT string_agg(c::text, ' ') AS text FROM hook_credentials AS c`),
    );
    expect(String(dump?.['text'])).toContain(hash.toString('hex'));
    expect(String(dump?.['text'])).not.toContain(credential.secret);

    const [listed, table] = await Promise.all([
      run(['credential', 'list', '--json']),
      run(['credential', 'list']),
    ]);
    expect(json(listed.out)).toEqual([
      {
        ...{
          id: credential.id,
          scheme: 'header',
          label: 'Okta',
          headerName: 'x-mintmark',
          failurePolicy: 'deny',
        },
        ...{ issuerIds: ['acme-orders', 'acme-strict'], createdAt: expect.any(String), revokedAt: null },
        expiresAt: '2096-01-01T00:00:00.000Z',
      },
    ]);
    expect(table.out).toMatch(
      /^ID +STATE +SCHEME +PROOF +ISSUERS +POLICY +LABEL\nhc_\w+ +in force +header +x-mintmark /,
    );
    expect(listed.out + table.out).not.toContain(credential.secret);
    expect(listed.out + table.out).not.toContain(hash.toString('hex'));

    expect(await run(['credential', 'revoke', credential.id])).toMatchObject({
      code: 0,
      out: `Credential ${credential.id} is revoked.\n`,
    });
    const afterwards = await readControlSnapshot(database);
    expect(afterwards.credentials).toEqual([]);
    const [later, again] = await Promise.all([
      run(['credential', 'list']),
      run(['credential', 'revoke', credential.id, '--json']),
    ]);
    expect(later.out).toContain('revoked');
    expect(json(again.out)).toEqual({ id: credential.id, revoked: true });
  });

  it('tells people where to enter the secret, once', async () => {
    const { code, out } = await run(['credential', 'create', '--issuer', 'acme-orders']);
    expect(code).toBe(0);
    expect(out.match(/mms_/g)).toHaveLength(1);
    expect(out).toContain('field:  authorization');
    expect(out).toContain('The secret is not shown again.');
  });

  it('of the bearer scheme names a client, and has no secret', async () => {
    const create = ['credential', 'create', '--scheme', 'bearer', '--issuer', 'acme-orders'];
    const made = await run([...create, '--client-id', '0oaHookCaller', '--json']);
    expect(made).toMatchObject({ code: 0, err: '' });
    const { id } = json(made.out) as { readonly id: string };
    expect(json(made.out)).toEqual({
      id: expect.stringMatching(/^hc_[0-9a-f]{16}$/),
      ...{ scheme: 'bearer', clientId: '0oaHookCaller', issuerIds: ['acme-orders'] },
    });
    const [again, listed, table] = await Promise.all([
      run([...create, '--client-id', '0oaHookCaller']),
      run(['credential', 'list', '--json']),
      run(['credential', 'list']),
    ]);
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toContain('another credential that is not revoked is for this client');
    expect(json(listed.out)).toContainEqual(
      expect.objectContaining({ id, scheme: 'bearer', clientId: '0oaHookCaller' }),
    );
    expect(listed.out).not.toContain('null,"clientId"');
    expect(table.out).toMatch(new RegExp(`\\n${id} +in force +bearer +0oaHookCaller +acme-orders `));
    await run(['credential', 'revoke', id]);
    const next = await run([...create, '--client-id', '0oaHookCaller']);
    expect(next).toMatchObject({ code: 0, err: '' });
    expect(next.out).toContain('OAuth 2.0');
    expect(next.out).not.toContain('secret:');
  });

  it.each([
    ['bearer', ['--scheme', 'bearer'], '--client-id'],
    ['bearer', ['--scheme', 'bearer', '--client-id', '0oa1', '--header', 'x-secret'], '--header'],
    ['header', ['--client-id', '0oa1'], '--client-id'],
    ['header', ['--scheme', 'other'], '--scheme'],
    ['bearer', ['--scheme', 'bearer', '--client-id', ' 0oa1'], '--client-id'],
    ['header', ['--header', 'x'.repeat(101)], '--header'],
  ])('takes the options of its scheme alone (%s, %j)', async (_, options, named) => {
    const { code, out, err } = await runHere(['credential', 'create', '--issuer', 'acme-orders', ...options]);
    expect({ code, out }).toEqual({ code: 64, out: '' });
    expect(err).toContain(named);
  });

  it('refuses with exit code 1 an issuer or a credential that is not there', async () => {
    const [issuer, credential] = await Promise.all([
      run(['credential', 'create', '--issuer', 'acme-orders', 'nobody']),
      run(['credential', 'revoke', 'hc_nobody']),
    ]);
    expect(issuer).toMatchObject({ code: 1, out: '' });
    expect(issuer.err).toMatch(/^No such issuer: nobody\. The directory has: acme-off, acme-orders, /);
    expect(credential).toMatchObject({ code: 1, out: '' });
    expect(credential.err).toMatch(/^No such credential: hc_nobody\./);
  });

  it('refuses an end that has passed, without a stack', async () => {
    const { code, out, err } = await run([
      ...['credential', 'create', '--issuer', 'acme-orders', '--expires', '2020-01-01T00:00:00Z'],
    ]);
    expect({ code, out, err }).toEqual({
      code: 1,
      out: '',
      err: 'The end has passed already: 2020-01-01T00:00:00.000Z.\n',
    });
  });
});

describe('what cannot be understood', () => {
  it.each([
    ['no command', [], 'Usage: mintmark'],
    ['an unknown command', ['aply'], "unknown command 'aply'"],
    ['an unknown option', ['migrate', '--force'], "unknown option '--force'"],
    ['a missing file', ['apply'], "missing required argument 'file'"],
    ['one parameter too many', ['migrate', 'now'], 'too many arguments'],
    ['a missing issuer', ['credential', 'create'], "required option '--issuer <id...>' not specified"],
    [
      'a header of HTTP’s own',
      ['credential', 'create', '--issuer', 'a', '--header', 'Host'],
      'no meaning of its own in HTTP',
    ],
    [
      'a header name that is none',
      ['credential', 'create', '--issuer', 'a', '--header', 'a b'],
      'A header name has',
    ],
    [
      'an end that is no instant',
      ['credential', 'create', '--issuer', 'a', '--expires', '2027-01-31'],
      'an offset',
    ],
    [
      'a policy that is none',
      ['credential', 'create', '--issuer', 'a', '--failure-policy', 'x'],
      'omit, deny',
    ],
  ])('ends with exit code 64: %s', async (_, parameters, message) => {
    const { code, out, err } = await runHere(parameters);
    expect({ code, out }).toEqual({ code: 64, out: '' });
    expect(err).toContain(message);
    expect(err).not.toContain('    at ');
  });

  it('ends the process with exit code 64', async () => {
    const ending = await mintmark(['aply'], {});
    expect(ending).toEqual(await runHere(['aply']));
    expect(ending.code).toBe(64);
  });
});

describe('a database that cannot be used', () => {
  const PASSWORD = 'correct-horse-battery';

  it('ends with exit code 69, and its password is not shown', async () => {
    const endings = await Promise.all([
      mintmark(['migrate'], { DATABASE_URL: urlWith({ password: PASSWORD, port: await closedPort() }) }),
      mintmark(['credential', 'list'], { DATABASE_URL: urlWith({ password: PASSWORD }) }),
    ]);
    for (const { code, out, err } of endings) {
      expect({ code, out }).toEqual({ code: 69, out: '' });
      expect(err).toMatch(/^PostgreSQL at 127\.0\.0\.1:\d+\/\w+ cannot be used: .+\. Check DATABASE_URL/);
      expect(err).not.toContain(PASSWORD);
      expect(err).not.toContain('    at ');
    }
  });

  it.each([
    ['has a port that is none', `postgresql://mintmark:${PASSWORD}@127.0.0.1:99999/mintmark`],
    ['has a password that was not escaped', `postgresql://mintmark:${PASSWORD}%@127.0.0.1:1/mintmark`],
    ['is another scheme’s', `mysql://mintmark:${PASSWORD}@127.0.0.1:3306/mintmark`],
  ])('is explained without its password and without a stack where its URL %s', async (_, databaseUrl) => {
    const { code, err } = await run(['migrate'], { DATABASE_URL: databaseUrl });
    expect([69, 78]).toContain(code);
    expect(err).toContain('DATABASE_URL');
    expect(err).not.toContain(PASSWORD);
    expect(err).not.toContain('    at ');
  });
});

describe('a configuration that cannot be used', () => {
  it('ends with exit code 78, and every fault is listed by the variable’s name', async () => {
    const { code, out, err } = await run(['migrate'], {
      DATABASE_URL: 'oracle://scott:tiger@db/x',
      MINTMARK_DATABASE_POOL_SIZE: 'many',
      MINTMARK_DATABSE_POOL_SIZE: '5',
    });
    expect({ code, out }).toEqual({ code: 78, out: '' });
    const faults = err.split('\n').filter((line) => line.startsWith('  '));
    expect(faults.map((line) => line.trim().split(':')[0])).toEqual([
      ...['DATABASE_URL', 'MINTMARK_DATABASE_POOL_SIZE', 'MINTMARK_DATABSE_POOL_SIZE'],
    ]);
    expect(err).not.toContain('tiger');
    expect(err).not.toContain('    at ');
  });

  it('ends with exit code 78 where production has no PostgreSQL', async () => {
    const { code, err } = await run(['migrate'], { NODE_ENV: 'production' });
    expect(code).toBe(78);
    expect(err).toContain('DATABASE_URL: is not set, and the embedded database is refused in production');
    expect(await readdir(folder)).not.toContain('.mintmark');
  });
});
