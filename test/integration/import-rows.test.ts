import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/database/database.js';
import { openPostgresql } from '../../src/database/open-postgresql.js';
import { applyDirectory } from '../../src/directory/files/apply-directory.js';
import { readDirectoryFile } from '../../src/directory/files/read-directory-file.js';
import { IMPORT_KINDS } from '../../src/directory/imports/import-kinds.js';
import { importRows, type ImportOptions } from '../../src/directory/imports/import-rows.js';
import type { Refusal } from '../../src/directory/imports/row-reader.js';
import { runCliHere } from '../support/run-cli-here.js';
import { createDatabase } from '../support/postgres-server.js';
import { onTeardown } from '../support/teardown.js';
import { postgresUrl } from '../support/test-database.js';

const BASE = `
version: 1
orgs:
  - id: acme
    url: https://acme.example
    users: [{ id: ann }, { id: bob }, { id: cy }]
  - { id: zeta, url: https://zeta.example, users: [{ id: ann }] }
features:
  - { id: sso, type: boolean }
  - { id: seats, type: integer }
  - { id: tier, type: string }
  - { id: regions, type: string_list }
tenants: [{ id: blue, name: Blue }, { id: green, name: Green }, { id: red, name: Red }]
`;

/** A database with the base file applied, which others are copied from. */
const base = await createDatabase(postgresUrl(), { template: 'mintmark_template' });
onTeardown(() => base.drop());
const original = await openPostgresql(base.url, { poolSize: 2, timeoutMs: 30_000 });
await applyDirectory(original, readDirectoryFile('base', BASE));
await original.close();

const folder = await mkdtemp(join(tmpdir(), 'mintmark-import-'));
onTeardown(() => rm(folder, { recursive: true, force: true }));

async function startFromBase(): Promise<{ readonly url: string; readonly database: Database }> {
  const copy = await createDatabase(postgresUrl(), { template: base.name });
  const database = await openPostgresql(copy.url, { poolSize: 2, timeoutMs: 30_000 });
  onTeardown(async () => {
    await database.close();
    await copy.drop();
  });
  return { url: copy.url, database };
}

/** For what changes nothing. */
const settled = await startFromBase();

interface Imported {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** `line: reason` */
  readonly refused: readonly string[];
  readonly stopped: string | null;
}

async function imported(
  database: Database,
  kind: keyof typeof IMPORT_KINDS,
  text: string | Uint8Array,
  options: Partial<ImportOptions> = {},
): Promise<Imported> {
  const refusals: Refusal[] = [];
  const { counts, stopped } = await importRows(database, IMPORT_KINDS[kind], {
    ...{ delimiter: ',', org: null, actor: 'cli:tester', dryRun: false },
    bytes: inPieces(Buffer.from(text as string)),
    interrupted: new AbortController().signal,
    onHeader: async () => undefined,
    onRefused: async (some) => void refusals.push(...some),
    onProgress: () => undefined,
    ...options,
  });
  expect(counts.refused).toBe(refusals.length);
  expect(counts.created + counts.changed + counts.unchanged + counts.refused).toBe(counts.rows);
  return {
    ...{ created: counts.created, changed: counts.changed, unchanged: counts.unchanged },
    refused: refusals.map(({ line, reason }) => `${String(line)}: ${reason}`),
    stopped: stopped?.kind === 'fault' ? stopped.fault.message : (stopped?.kind ?? null),
  };
}

/** Small pieces, so that characters and cells are cut in two. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const length = Math.max(7, Math.ceil(bytes.length / 1000));
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}

function lines(...rows: readonly string[]): string {
  return `${rows.join('\n')}\n`;
}

async function membershipsOf({ prisma }: Database, userId: string): Promise<readonly string[]> {
  const rows = await prisma.membership.findMany({
    where: { userId },
    orderBy: [{ orgId: 'asc' }, { tenantId: 'asc' }],
  });
  return rows.map(({ orgId, tenantId, roles, isDefault, validFrom, validUntil }) =>
    [orgId, tenantId, roles.join('|'), isDefault, validFrom?.toISOString(), validUntil?.toISOString()]
      .join(' ')
      .trim(),
  );
}

const NOTHING: Imported = { created: 0, changed: 0, unchanged: 0, refused: [], stopped: null };

describe('an import of memberships', () => {
  const FILE = lines(
    'org,user,tenant,roles,default,from,until',
    'acme,ann,blue,admin|viewer,true,,',
    'acme,ann,green,"[""a|b"",""c""]",false,2026-01-01T00:00:00+01:00,2030-01-01T00:00:00Z',
    'zeta,ann,green,,,,',
    'acme,bob,blue,,,,',
  );

  it('creates rows, each with its row of audit, and changes nothing the second time', async () => {
    const { database } = await startFromBase();
    const { prisma } = database;
    const before = await prisma.audit.count();
    expect(await imported(database, 'memberships', FILE)).toEqual({ ...NOTHING, created: 4 });
    expect(await membershipsOf(database, 'ann')).toEqual([
      'acme blue admin|viewer true',
      'acme green a|b|c false 2025-12-31T23:00:00.000Z 2030-01-01T00:00:00.000Z',
      'zeta green  false',
    ]);
    expect(await imported(database, 'memberships', FILE)).toEqual({ ...NOTHING, unchanged: 4 });
    expect(await prisma.audit.count()).toBe(before + 4);
    expect(
      await prisma.audit.count({ where: { actor: 'cli:tester', noun: 'membership', action: 'create' } }),
    ).toBe(4);
  });

  it('changes what the file has a column for, and leaves the rest', async () => {
    const { database } = await startFromBase();
    await imported(database, 'memberships', FILE);
    const roles = lines('tenant,user,roles', 'blue,ann,viewer', 'green,ann,', 'blue,bob,', 'red,bob,new');
    expect(await imported(database, 'memberships', roles, { org: 'acme' })).toEqual({
      ...{ ...NOTHING, created: 1, changed: 2, unchanged: 1 },
    });
    expect(await membershipsOf(database, 'ann')).toEqual([
      'acme blue viewer true',
      'acme green  false 2025-12-31T23:00:00.000Z 2030-01-01T00:00:00.000Z',
      'zeta green  false',
    ]);
    const keysOnly = lines('org,user,tenant', 'acme,ann,blue', 'acme,cy,blue');
    expect(await imported(database, 'memberships', keysOnly)).toEqual({
      ...NOTHING,
      created: 1,
      unchanged: 1,
    });
  });

  it('refuses rows one by one, each with its line and reason', async () => {
    const { database } = await startFromBase();
    const { refused, created } = await imported(
      database,
      'memberships',
      lines(
        'org,user,tenant,roles,default,from,until',
        'acme,nobody,blue,,,,',
        'zeta,bob,blue,,,,',
        'acme,bob,nowhere,,,,',
        'acme,bob,blue,,,,',
        ',bob,blue,,,,',
        'acme,bob, blue,,,,',
        'acme,bob,blue,a|a,,,',
        'acme,bob,blue,a||b,,,',
        'acme,bob,blue,[1],,,',
        'acme,bob,blue,[,,,',
        'acme,bob,blue,,yes,,',
        'acme,bob,blue,,,2026-01-01,',
        'acme,bob,blue,,,,2026-02-30T00:00:00Z',
        'acme,bob,blue,,,2026-01-02T00:00:00Z,2026-01-01T00:00:00Z',
        'acme,bob,blue',
        'acme,bob,"bl\0ue",,,,',
        `acme,bob,blue,${Array.from({ length: 101 }, (_, index) => `r${String(index)}`).join('|')},,,`,
      ),
    );
    expect(created).toBe(1);
    expect(refused).toEqual([
      '2: no such user in this org',
      '3: no such user in this org',
      '4: no such tenant',
      '6: org is empty',
      expect.stringMatching(/^7: tenant is no id/),
      '8: roles must not repeat an entry',
      '9: roles has an entry that is no id',
      '10: roles must be entries such as a|b, or a list of texts in JSON',
      '11: roles is no JSON',
      '12: default must be one of true, false',
      expect.stringMatching(/^13: from must be an instant with an offset/),
      expect.stringMatching(/^14: until must be an instant with an offset/),
      '15: until must be later than from',
      '16: has 3 cells, and the first line 7',
      expect.stringMatching(/^17: tenant is no id/),
      '18: roles must have at most 100 entries',
    ]);
  });

  it('refuses the rows that a constraint refuses, and writes what stands beside them', async () => {
    const { database } = await startFromBase();
    const rows = [
      'ann,blue,true',
      'ann,green,true',
      'bob,green,true',
      'bob,red,false',
      'cy,blue,true',
      'cy,red,true',
      'cy,green,',
    ];
    const result = await imported(database, 'memberships', lines('user,tenant,default', ...rows), {
      org: 'acme',
    });
    expect(result).toMatchObject({
      created: 5,
      refused: [
        '3: a user has two default memberships at one time',
        '7: a user has two default memberships at one time',
      ],
    });
    // The default moves, whichever row comes first.
    const moved = lines(
      'user,tenant,default',
      'ann,green,true',
      'ann,blue,false',
      'bob,green,false',
      'bob,red,true',
    );
    expect(await imported(database, 'memberships', moved, { org: 'acme' })).toMatchObject({
      created: 1,
      changed: 3,
      refused: [],
    });
  });

  it('lets the later of two rows with one key count', async () => {
    const { database } = await startFromBase();
    const text = lines('org,user,tenant,roles', 'acme,ann,blue,old', 'acme,bob,blue,x', 'acme,ann,blue,new');
    expect(await imported(database, 'memberships', text)).toEqual({ ...NOTHING, created: 2, unchanged: 1 });
    expect(await membershipsOf(database, 'ann')).toEqual(['acme blue new false']);
  });

  it('refuses more memberships of one user than the hook reads', async () => {
    const { database } = await startFromBase();
    const ids = Array.from({ length: 1_003 }, (_, index) => `t${String(index).padStart(4, '0')}`);
    await database.prisma.tenant.createMany({ data: ids.map((id) => ({ id, name: id })) });
    const text = lines('org,user,tenant', ...ids.map((id) => `acme,ann,${id}`), 'acme,bob,blue');
    const result = await imported(database, 'memberships', text);
    expect(result.created).toBe(1_001);
    expect(result.refused).toEqual(
      ['1002', '1003', '1004'].map((line) => `${line}: the user has more than 1000 memberships`),
    );
  });

  it('writes many rows in batches, and stops between two when it is told to', async () => {
    const { database } = await startFromBase();
    const users = Array.from({ length: 12_000 }, (_, index) => `u${String(index)}`);
    expect(
      await imported(database, 'users', lines('org,user', ...users.map((id) => `acme,${id}`))),
    ).toMatchObject({ created: 12_000 });
    const text = lines('org,user,tenant', ...users.map((id) => `acme,${id},blue`));
    const controller = new AbortController();
    const interrupted = await imported(database, 'memberships', text, {
      interrupted: controller.signal,
      onProgress: () => {
        controller.abort();
      },
    });
    expect(interrupted.stopped).toBe('interrupted');
    expect(interrupted.created).toBeGreaterThanOrEqual(2_000);
    expect(interrupted.created).toBeLessThan(12_000);
    const rest = await imported(database, 'memberships', text);
    expect(rest).toEqual({
      ...NOTHING,
      created: 12_000 - interrupted.created,
      unchanged: interrupted.created,
    });
    const audited = await database.prisma.audit.count({ where: { noun: 'membership' } });
    expect(audited).toBe(12_000);
  });

  it('refuses single rows of later batches too, and writes what stands beside them', async () => {
    const { database } = await startFromBase();
    const users = Array.from({ length: 5_000 }, (_, index) => `u${String(index)}`);
    await database.prisma.user.createMany({ data: users.map((id) => ({ orgId: 'acme', id })) });
    const text = lines(
      'org,user,tenant,default',
      ...users.slice(0, 2_500).map((id) => `acme,${id},blue,true`),
      'acme,nobody,blue,true',
      ...users.slice(2_500).map((id) => `acme,${id},blue,true`),
      'acme,u0,green,true',
      'acme,u1,nowhere,',
    );
    expect(await imported(database, 'memberships', text)).toEqual({
      ...{ ...NOTHING, created: 5_000 },
      refused: [
        '2502: no such user in this org',
        '5003: a user has two default memberships at one time',
        '5004: no such tenant',
      ],
    });
  });

  it('judges every row of a dry run, and changes nothing', async () => {
    const { database } = await startFromBase();
    const text = `${FILE}acme,nobody,blue,,,,\n`;
    expect(await imported(database, 'memberships', text, { dryRun: true })).toMatchObject({
      ...{ created: 4, refused: ['6: no such user in this org'] },
    });
    expect(await database.prisma.membership.count()).toBe(0);
  });
});

describe('an import of users', () => {
  it('creates and changes them, and keeps what the file does not have', async () => {
    const { database } = await startFromBase();
    const { prisma } = database;
    const text = lines(
      'org,user,login,status',
      'acme,ann,ann@acme.example,',
      'acme,dan,,suspended',
      'nowhere,eve,,',
      'acme,fay,"f\ny",',
      'acme,gil,,gone',
    );
    expect(await imported(database, 'users', text)).toEqual({
      ...{ created: 1, changed: 1, unchanged: 0, stopped: null },
      refused: [
        '4: no such org',
        '6: login must be text of 1 to 255 characters, without control characters',
        '7: status must be one of active, suspended',
      ],
    });
    expect(
      await imported(database, 'users', lines('user,status', 'ann,suspended'), { org: 'acme' }),
    ).toMatchObject({ changed: 1 });
    expect(
      await prisma.user.findMany({
        where: { id: { in: ['ann', 'dan'] } },
        orderBy: [{ id: 'asc' }, { orgId: 'asc' }],
      }),
    ).toEqual([
      { orgId: 'acme', id: 'ann', login: 'ann@acme.example', status: 'suspended' },
      { orgId: 'zeta', id: 'ann', login: null, status: 'active' },
      { orgId: 'acme', id: 'dan', login: null, status: 'suspended' },
    ]);
  });
});

describe('an import of grants', () => {
  it('takes values of their feature’s type, for tenants and for users', async () => {
    const { database } = await startFromBase();
    const text = lines(
      'id,tenant,feature,value,reason,org,user,until',
      'g1,blue,sso,true,asked for,,,',
      'g2,blue,seats,25,asked for,acme,ann,2030-01-01T00:00:00Z',
      'g3,blue,tier,"gold, or ""more""",asked for,,,',
      'g4,blue,regions,eu|us,asked for,,,',
      'g5,green,regions,"[""a|b""]",asked for,,,',
      'g6,red,regions,,asked for,,,',
    );
    expect(await imported(database, 'grants', text)).toEqual({ ...NOTHING, created: 6 });
    expect(await imported(database, 'grants', text)).toEqual({ ...NOTHING, unchanged: 6 });
    const grants = await database.prisma.featureGrant.findMany({ orderBy: { id: 'asc' } });
    expect(grants.map(({ value }) => value)).toEqual([
      true,
      25,
      'gold, or "more"',
      ['eu', 'us'],
      ['a|b'],
      [],
    ]);
    expect(grants[1]).toMatchObject({
      orgId: 'acme',
      userId: 'ann',
      validUntil: new Date('2030-01-01T00:00:00Z'),
    });
    expect(grants[0]).toMatchObject({ orgId: null, userId: null });
  });

  it('refuses what a file of the directory would have refused', async () => {
    const { database } = await startFromBase();
    const { refused, created } = await imported(
      database,
      'grants',
      lines(
        'id,tenant,feature,value,reason,org,user,from',
        'g1,blue,sso,yes,x,,,',
        'g2,blue,seats,1.5,x,,,',
        'g3,blue,nothing,1,x,,,',
        'g4,nowhere,sso,true,x,,,',
        'g5,blue,sso,true,x,acme,nobody,',
        'g6,blue,sso,true,x,,ann,',
        'g7,blue,sso,true,,,,',
        'g8,blue,sso,true,x,,,',
        'g9,blue,sso,false,x,,,2026-01-01T00:00:00Z',
        'g10,green,regions,[1],x,,,',
      ),
    );
    expect(created).toBe(1);
    expect(refused).toEqual([
      '2: value is no JSON',
      '3: value must be a whole number within 2^53',
      '4: feature is none that the directory has',
      '5: no such tenant',
      '6: no such user in this org',
      '7: org is empty',
      '8: reason must be text of 1 to 1000 characters, without control characters',
      '10: two grants of one feature to one tenant overlap in time',
      '11: value must be entries such as a|b, or a list of texts in JSON',
    ]);
  });
});

describe('a file that is not what it should be', () => {
  it.each([
    ['nothing', '', 'the file is empty: its first line names the columns'],
    [
      'a column too many',
      'org,user,tenant,rank\n',
      /^line 1: unknown columns in the first line: "rank"; the columns are org, user, /,
    ],
    ['a column twice', 'org,user,user,tenant\n', 'line 1: repeated columns in the first line: "user"'],
    ['a column too few', 'org,tenant\n', /^line 1: missing columns in the first line: "user"/],
    [
      'other delimiters',
      'org;user;tenant\n',
      /^line 1: unknown columns in the first line: "org;user;tenant"/,
    ],
    ['no names', 'acme,ann,blue\n', /^line 1: unknown columns/],
    [
      'another encoding',
      Buffer.from('\ufefforg,user,tenant\n', 'utf16le'),
      'the file is not encoded in UTF-8',
    ],
  ])('is refused as a whole where it has %s', async (_, text, message) => {
    await expect(imported(settled.database, 'memberships', text)).rejects.toThrow(message);
  });

  it.each([
    ['a quote in the middle of a cell', 'acme,b"ob,blue', /^line 3: a quote stands in the middle of a cell/],
    ['text behind a quote', 'acme,"bob"by,blue', /^line 3: something follows a closing quote/],
    [
      'a quote that nothing ends',
      `acme,"bob,blue\n${'acme,bob,blue\n'.repeat(10)}`,
      /a quote is opened and never closed$/,
    ],
    [
      'a record without end',
      `acme,"bob,blue\n${'acme,bob,blue\n'.repeat(10_000)}`,
      /a record has more than 65536 characters/,
    ],
    [
      'bytes of another encoding',
      Buffer.from('acme,b\xf6b,blue', 'latin1'),
      'the file is not encoded in UTF-8',
    ],
  ])('is imported as far as it can be read: %s', async (_, rest, message) => {
    const text = Buffer.concat([
      Buffer.from('org,user,tenant\nacme,ann,blue\n'),
      Buffer.from(rest as string),
    ]);
    const { created, stopped } = await imported(settled.database, 'memberships', text, { dryRun: true });
    expect({ created, stopped }).toEqual({ created: 1, stopped: expect.stringMatching(message) });
  });

  it('may have a byte order mark, lines as Windows ends them, empty ones, and another delimiter', async () => {
    const { database } = await startFromBase();
    const text = '\ufefforg;user;tenant;roles\r\n\r\nacme;ann;blue;"größe;x"\r\n\r\nacme;bob;blue;漢\r\n';
    expect(await imported(database, 'memberships', text, { delimiter: ';' })).toEqual({
      ...NOTHING,
      created: 2,
    });
    expect(await membershipsOf(database, 'ann')).toEqual(['acme blue größe;x false']);
  });
});

describe('mintmark import', () => {
  async function run(parameters: readonly string[], databaseUrl: string) {
    return runCliHere({ parameters, environment: { DATABASE_URL: databaseUrl }, userName: 'tester' });
  }

  it('keeps refused rows in a file that can be mended and imported again', async () => {
    const { url: databaseUrl, database } = await startFromBase();
    const file = join(folder, 'memberships.csv');
    const refusedFile = `${file}.refused.csv`;
    await writeFile(
      file,
      lines('org,user,tenant,roles', 'acme,ann,blue,a', 'acme,ben,blue,"x,""y"""', 'acme,cy,blue'),
    );
    const first = await run(['import', 'memberships', file], databaseUrl);
    expect(first).toEqual({
      code: 1,
      out: `${file}: 3 rows: 1 created, 0 changed, 0 unchanged, 2 refused.\n`,
      err: `2 of 3 rows were refused: ${refusedFile} has them, with line and reason.\n`,
    });
    const refused = await readFile(refusedFile, 'utf8');
    expect(refused).toBe(
      lines(
        'org,user,tenant,roles,refused_line,refused_because',
        'acme,ben,blue,"x,""y""",3,no such user in this org',
        'acme,cy,blue,,4,"has 3 cells, and the first line 4"',
      ),
    );
    expect((await stat(refusedFile)).mode & 0o777).toBe(0o600);
    await writeFile(refusedFile, refused.replace('ben', 'bob'));
    const second = await run(['import', 'memberships', refusedFile, '--json'], databaseUrl);
    expect(second).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(second.out)).toEqual({
      ...{
        file: refusedFile,
        noun: 'membership',
        dryRun: false,
        rows: 2,
        created: 2,
        changed: 0,
        unchanged: 0,
      },
      ...{ refused: 0, stopped: null, refusedFile: null, seconds: expect.any(Number) },
    });
    expect(await membershipsOf(database, 'bob')).toEqual(['acme blue x,"y" false']);
    // What an earlier import refused is gone when nothing is refused any more.
    await writeFile(file, lines('org,user,tenant,roles', 'acme,ann,blue,a'));
    expect(await run(['import', 'memberships', file], databaseUrl)).toMatchObject({ code: 0, err: '' });
    await expect(stat(refusedFile)).rejects.toThrow('ENOENT');
    expect(await database.prisma.audit.count({ where: { actor: 'cli:tester', noun: 'membership' } })).toBe(3);
  });

  it.each([
    [64, 'cannot be read (ENOENT)', ['import', 'users', join(folder, 'none.csv')]],
    [64, 'Give one character', ['import', 'users', 'x.csv', '--delimiter', 'ab']],
    [64, 'unknown command', ['import', 'tenants', 'x.csv']],
    [1, 'unknown columns', ['import', 'users', 'LICENSE']],
  ])('ends with exit code %i: %s', async (code, message, parameters) => {
    const ending = await run(parameters, settled.url);
    expect(ending).toMatchObject({ code, out: '' });
    expect(ending.err).toContain(message);
    expect(ending.err).not.toContain('    at ');
  });

  it('explains its columns', async () => {
    const { code, out } = await run(['import', 'grants', '--help'], settled.url);
    expect(code).toBe(0);
    expect(out).toMatch(/\n  id +needed .*\n  tenant +needed .*\n  feature +needed [^]*\n  until +optional /);
  });
});
