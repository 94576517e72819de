import { describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/database/database.js';
import { openPostgresql } from '../../src/database/open-postgresql.js';
import { applyDirectory, type ApplyOptions } from '../../src/directory/files/apply-directory.js';
import { DirectoryRefusedError } from '../../src/directory/files/directory-fault.js';
import { readDirectoryFiles } from '../../src/directory/files/read-directory-file.js';
import type { RowChange } from '../../src/directory/files/row-change.js';
import { createDatabase } from '../support/postgres-server.js';
import { onTeardown } from '../support/teardown.js';
import { postgresUrl } from '../support/test-database.js';

const MARKS = { create: '+', change: '~', remove: '-' } as const;

const POOL = { poolSize: 2, timeoutMs: 30_000 };

const FEATURES = `
version: 1
features:
  - { id: sso, type: boolean }
  - { id: seats, type: integer }
plans:
  - { id: basic, rank: 1, features: { seats: 5 } }
  - { id: gold, rank: 2, features: { sso: true, seats: 50 } }
`;

const TENANTS = `
version: 1
tenants:
  - { id: blue, name: Blue, subscriptions: [{ id: sub-blue, plan: basic }],
      grants: [{ id: blue-seats, feature: seats, value: 10, reason: asked for }],
      userGrants: [{ id: ann-seats, org: acme, user: ann, feature: seats, value: 1, reason: asked for }] }
  - { id: green, name: Green }
`;

const PEOPLE = `
version: 1
orgs:
  - id: acme
    url: https://acme.example
    issuers: [{ id: main, uri: https://acme.example/oauth2/main, aliases: [https://id.acme.example/oauth2/main] }]
    users:
      - { id: ann, login: ann@acme.example, memberships: [{ tenant: blue, default: true }, { tenant: green }] }
      - { id: bob, login: bob@acme.example, memberships: [{ tenant: green }] }
`;

const MACHINES = `
version: 1
orgs:
  - id: acme
    url: https://acme.example
    clients: [{ id: batch, name: Batch, tenantMode: fixed, bindings: [{ tenant: blue }] }, { id: web, name: Web }]
  - { id: zeta, url: https://zeta.example, users: [{ id: zoe }] }
`;

const ALL = [FEATURES, TENANTS, PEOPLE, MACHINES];

/** A database with all the files applied, which others are copied from. */
const base = await createDatabase(postgresUrl(), { template: 'mintmark_template' });
onTeardown(() => base.drop());
const original = await openPostgresql(base.url, POOL);
await original.prisma.claimMapping.deleteMany();
const created = await apply(original, ALL, { actor: 'cli:tester' });
await original.close();

/** For what changes nothing. */
const settled = await startFromBase();

async function startFromBase(): Promise<Database> {
  const copy = await createDatabase(postgresUrl(), { template: base.name });
  const database = await openPostgresql(copy.url, POOL);
  onTeardown(async () => {
    await database.close();
    await copy.drop();
  });
  return database;
}

/** Applies files named `0.yaml` and so on. @returns what became of each row, as `- membership acme / ann / green` */
async function apply(
  database: Database,
  texts: readonly string[],
  options: ApplyOptions = {},
): Promise<readonly string[]> {
  const files = readDirectoryFiles(texts.map((text, index) => ({ name: `${String(index)}.yaml`, text })));
  const rows: RowChange[] = [];
  const changes = await applyDirectory(database, files, { ...options, onChange: (row) => rows.push(row) });
  const counted = { create: 0, change: 0, remove: 0 };
  for (const { action } of rows) counted[action] += 1;
  const sum = (count: 'created' | 'changed' | 'removed') =>
    changes.reduce((all, table) => all + table[count], 0);
  expect({ create: sum('created'), change: sum('changed'), remove: sum('removed') }).toEqual(counted);
  return rows.map(describeRow);
}

function describeRow({ noun, action, key, columns }: RowChange): string {
  const details = columns.map(
    ({ column, values }) => ` ${column} ${JSON.stringify(values && Object.values(values))}`,
  );
  return `${MARKS[action]} ${noun} ${key.join('/')}${details.join('')}`;
}

async function refusalOf(texts: readonly string[], options: ApplyOptions = {}): Promise<string> {
  try {
    await apply(settled, texts, options);
  } catch (error) {
    if (error instanceof DirectoryRefusedError) return error.message;
    throw error;
  }
  throw new Error('the files were not refused');
}

async function contentOf(database: Database): Promise<unknown> {
  const tables = [
    'orgs',
    'issuers',
    'users',
    'clients',
    'memberships',
    'client_bindings',
    'tenants',
    'audit',
  ];
  const columns = tables.map(
    (table) => `(SELECT json_agg(t ORDER BY to_json(t)::text) FROM ${table} AS t) AS ${table}`,
  );
  return database.withScripts((run) => run(`SELECT ${columns.join(', ')}`));
}

function without(text: string, part: string): string {
  if (!text.includes(part)) throw new Error(`no "${part}"`);
  return text.replace(part, '');
}

describe('several files', () => {
  it('are one directory, over which an org may be spread, and refer to each other in any order', async () => {
    expect(created.filter((row) => row.startsWith('+ org'))).toEqual(['+ org acme', '+ org zeta']);
    const database = await startFromBase();
    expect(await apply(database, ALL.toReversed())).toEqual([]);
  });

  it('are refused with every fault of each, by its name, line and path', async () => {
    const message = await refusalOf([
      'version: 1\ntenants:\n  - { id: blue, name: "" }\n',
      'version: 1\n',
      'version: 1\nfeatures:\n  - { id: sso, type: bool }\nplan: []\n',
    ]);
    expect(message).toMatch(
      /^0\.yaml was refused, and nothing was changed:\n  line 3, tenants\[0\]\.name: .*\n2\.yaml was refused, .*\n  line 4, plan: .*\n  line 3, features\[0\]\.type: /,
    );
    expect(message).not.toContain('1.yaml');
    const wrong = 'version: 1\norgs:\n  - id: acme\n    url: https://acme.example\n    users:\n';
    expect(
      await refusalOf([
        PEOPLE,
        `${wrong}      - { id: ann }\n      - { id: kim, memberships: [{ tenant: no }] }\n`,
      ]),
    ).toBe(
      [
        '1.yaml was refused, and nothing was changed:',
        '  line 6, orgs[0].users[0]: repeats the user id acme / ann',
        '  line 7, orgs[0].users[1].memberships[0].tenant: no such tenant: no',
      ].join('\n'),
    );
  });

  it('are refused where they do not say the same of an org', async () => {
    const other = 'version: 1\norgs:\n  - { id: acme, url: https://other.example }\n';
    expect(await refusalOf([PEOPLE, other])).toContain('line 3, orgs[0]: repeats the org id acme');
  });
});

describe('a dry run', () => {
  const CHANGED = [
    PEOPLE.replace('login: bob@acme.example', 'status: suspended').replace(
      'memberships: [{ tenant: green }]',
      'memberships: [{ tenant: blue }]',
    ),
    TENANTS.replace('plan: basic', 'plan: gold, until: 2030-01-01T00:00:00Z').replace(
      'value: 10',
      'value: 11',
    ),
  ];
  const PLAN = [
    '~ user acme/bob login null status ["\\"active\\"","\\"suspended\\""]',
    '+ membership acme/bob/blue',
    '~ subscription sub-blue planId ["\\"basic\\"","\\"gold\\""] validUntil ["null","\\"2030-01-01T00:00:00.000Z\\""]',
    '~ feature grant blue-seats value ["10","11"]',
  ];

  it('says what would become of each row, without names and logins, and changes nothing', async () => {
    const before = await contentOf(settled);
    expect((await apply(settled, CHANGED, { dryRun: true })).toSorted()).toEqual(
      expect.arrayContaining(PLAN.filter((row) => !row.includes('membership'))),
    );
    expect(await contentOf(settled)).toEqual(before);
  });

  it('is what is done without it', async () => {
    const database = await startFromBase();
    const planned = await apply(database, CHANGED, { dryRun: true, prune: true });
    expect(await apply(database, CHANGED, { prune: true })).toEqual(planned);
    expect(await apply(database, CHANGED, { dryRun: true, prune: true })).toEqual([]);
  });

  it('is refused where doing it would be', async () => {
    const clash = TENANTS.replace(
      '{ id: green, name: Green }',
      '{ id: green, name: Green, subscriptions: [{ id: s, plan: no }] }',
    );
    expect(await refusalOf([clash], { dryRun: true })).toContain('no such plan: no');
    const rank = 'version: 1\nplans: [{ id: new, rank: 2 }]\n';
    expect(await refusalOf([rank], { dryRun: true })).toContain('another plan has this rank: gold');
  });
});

/** Orgs without lists: it names them, and leaves what they have alone. */
const ORGS =
  'version: 1\norgs: [{ id: acme, url: https://acme.example }, { id: zeta, url: https://zeta.example }]\n';

const REST_OF_ORGS = 'version: 1\norgs: [{ id: acme, url: https://acme.example }]\n';

describe('pruning', () => {
  it('removes nothing where the files name everything', async () => {
    expect(await apply(settled, ALL, { prune: true, dryRun: true })).toEqual([]);
  });

  it('removes nothing from lists that no file has', async () => {
    expect(await apply(settled, ['version: 1\n'], { prune: true, dryRun: true })).toEqual([]);
    expect(await apply(settled, [FEATURES], { prune: true, dryRun: true })).toEqual([]);
    // Users and grants may come from elsewhere.
    const bare = [
      'version: 1\ntenants: [{ id: blue, name: Blue }, { id: green, name: Green }]\n',
      'version: 1\norgs: [{ id: acme, url: https://acme.example }, { id: zeta, url: https://zeta.example }]\n',
      'version: 1\norgs: [{ id: acme, url: https://acme.example, users: [{ id: ann, login: ann@acme.example }, { id: bob, login: bob@acme.example }] }]\n',
    ];
    expect(await apply(settled, bare, { prune: true, dryRun: true })).toEqual([]);
  });

  const ANN =
    '{ id: ann, login: ann@acme.example, memberships: [{ tenant: blue, default: true }, { tenant: green }] }';
  const OF_ANN = [
    '- feature grant ann-seats',
    '- membership acme/ann/blue',
    '- membership acme/ann/green',
    '- user acme/ann',
  ];

  it.each<readonly [string, readonly string[], readonly string[]]>([
    ['a membership', [ORGS, without(PEOPLE, ', { tenant: green }')], ['- membership acme/ann/green']],
    ['a user, and what is the user’s, but no other user’s', [ORGS, PEOPLE.replace(`- ${ANN}`, '')], OF_ANN],
    [
      'all users of an org',
      [
        'version: 1\norgs: [{ id: acme, url: https://acme.example, users: [] }, { id: zeta, url: https://zeta.example }]\n',
      ],
      [...OF_ANN.slice(0, 3), '- membership acme/bob/green', '- user acme/ann', '- user acme/bob'],
    ],
    [
      'a client',
      [MACHINES.replace('{ id: batch, name: Batch, tenantMode: fixed, bindings: [{ tenant: blue }] }, ', '')],
      ['- binding acme/batch/blue', '- client acme/batch'],
    ],
    [
      'an issuer',
      [ORGS, PEOPLE.replace(/issuers: .*/, 'issuers: []')],
      ['- issuer alias https://id.acme.example/oauth2/main', '- issuer main'],
    ],
    ['an org', [PEOPLE, MACHINES.replace(/ +- \{ id: zeta.*\n/, '')], ['- user zeta/zoe', '- org zeta']],
    [
      'a subscription and the grants of a tenant',
      [TENANTS.replace(/, subscriptions: [^]*\}\] \}/, ', subscriptions: [], grants: [], userGrants: [] }')],
      ['- feature grant ann-seats', '- feature grant blue-seats', '- subscription sub-blue'],
    ],
    [
      'a tenant, and the memberships in it',
      [TENANTS.replace(/ +- \{ id: green.*\n/, '')],
      ['- membership acme/ann/green', '- membership acme/bob/green', '- tenant green'],
    ],
    [
      'a plan that nobody uses, with its values',
      [FEATURES.replace(/ +- \{ id: gold.*\n/, '')],
      ['- plan feature gold/seats', '- plan feature gold/sso', '- plan gold'],
    ],
  ])('removes %s', async (_, texts, expected) => {
    const rows = await apply(settled, texts, { prune: true, dryRun: true });
    expect(rows.toSorted()).toEqual([...expected].toSorted());
  });

  it('is done once, and each row that went has its row of audit', async () => {
    const database = await startFromBase();
    const { prisma } = database;
    const before = await prisma.audit.count();
    const rows = await apply(database, [REST_OF_ORGS, `version: 1\ntenants: [{ id: blue, name: Blue }]\n`], {
      ...{ prune: true, actor: 'cli:pruner' },
    });
    expect(rows).toEqual(
      expect.arrayContaining([
        '- membership acme/bob/green',
        '- tenant green',
        '- user zeta/zoe',
        '- org zeta',
      ]),
    );
    const audited = await prisma.audit.findMany({ orderBy: { id: 'desc' }, take: rows.length });
    expect(await prisma.audit.count()).toBe(before + rows.length);
    expect(new Set(audited.map(({ actor, action }) => `${actor} ${action}`))).toEqual(
      new Set(['cli:pruner remove']),
    );
    expect(await apply(database, [REST_OF_ORGS], { prune: true })).toEqual([]);
  });

  it('removes what has its key, its URL or its default given to another row', async () => {
    const database = await startFromBase();
    const texts = [
      FEATURES.replace('id: basic', 'id: small'),
      TENANTS.replace('plan: basic', 'plan: small').replace('id: blue-seats', 'id: other-seats'),
      PEOPLE.replaceAll('acme', 'apex')
        .replaceAll('apex.example', 'acme.example')
        .replace('id: main', 'id: first'),
      'version: 1\norgs: [{ id: zeta, url: https://zeta.example }]\n',
    ].map((text) => text.replace('org: acme', 'org: apex'));
    const rows = await apply(database, texts, { prune: true });
    expect(rows).toEqual(
      expect.arrayContaining([
        '- org acme',
        '+ org apex',
        '- issuer main',
        '+ issuer first',
        '- plan basic',
        '+ plan small',
      ]),
    );
    expect(await database.prisma.plan.findMany({ orderBy: { id: 'asc' }, select: { id: true } })).toEqual([
      { id: 'gold' },
      { id: 'small' },
    ]);
  });

  it.each([
    [
      'plan',
      [FEATURES.replace(/ +- \{ id: basic.*\n/, '')],
      'plan basic would be removed, and subscription sub-blue is one of it',
    ],
    [
      'feature of a grant',
      ['version: 1\nfeatures: []\nplans: []\n'],
      'feature seats would be removed, and grant ann-seats is one of it',
    ],
    [
      'feature of a plan',
      ['version: 1\nfeatures: [{ id: seats, type: integer }]\n'],
      'feature sso would be removed, and plan gold has a value for it',
    ],
    [
      'tenant of a fixed client',
      [TENANTS.replace(/ +- \{ id: blue[^]*?\n  - /, '  - ')],
      'client batch is of mode fixed and has 0 bindings, not 1',
    ],
    [
      'tenant that the files name',
      [TENANTS.replace(/ +- \{ id: green.*\n/, ''), PEOPLE],
      'no such tenant: green',
    ],
    ['user that the files name', [PEOPLE.replace(`- ${ANN}`, ''), TENANTS], 'no such user in this org: ann'],
  ])('is refused for a %s that is needed', async (_, texts, problem) => {
    expect(await refusalOf(texts, { prune: true })).toContain(problem);
  });

  it('is refused for an issuer that a credential may speak for, until that is revoked', async () => {
    const database = await startFromBase();
    await database.prisma.hookCredential.create({
      data: {
        ...{ id: 'hc_1', scheme: 'bearer', label: 'x', clientId: '0oa1' },
        issuers: { create: [{ issuerId: 'main' }] },
      },
    });
    const none = [PEOPLE.replace(/issuers: .*/, 'issuers: []')];
    await expect(apply(database, none, { prune: true })).rejects.toThrow(
      'issuer main would be removed, and credential hc_1 may speak for it: revoke that first',
    );
    await database.prisma.hookCredential.updateMany({ data: { revokedAt: new Date() } });
    expect(await apply(database, none, { prune: true })).toContain('- issuer main');
    expect(await database.prisma.hookCredential.count()).toBe(1);
  });

  it('is refused where a claim mapping would be for an issuer that is gone', async () => {
    const database = await startFromBase();
    const mapping =
      'version: 1\nclaimMappings: [{ id: m, claim: m, expression: tenant.id, issuers: [main] }]\n';
    await apply(database, [mapping]);
    await expect(
      apply(database, [PEOPLE.replace(/issuers: .*/, 'issuers: []')], { prune: true }),
    ).rejects.toThrow('claim mapping m is for issuer main, which would be gone');
  });
});

describe('the audit', () => {
  it('has a row for each row that changed, and who did it', async () => {
    const [rows, actors] = [
      await settled.prisma.audit.count({ where: { actor: 'cli:tester' } }),
      await settled.prisma.audit.groupBy({
        by: ['actor'],
        where: { action: 'create', noun: { not: 'claim_mapping' } },
      }),
    ];
    expect(rows).toBeGreaterThanOrEqual(created.length);
    expect(actors.map(({ actor }) => actor)).toEqual(['cli:tester']);
  });
});
