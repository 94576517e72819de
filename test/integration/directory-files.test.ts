import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/database/database.js';
import { openPostgresql } from '../../src/database/open-postgresql.js';
import { applyDirectory } from '../../src/directory/files/apply-directory.js';
import type { FileFault } from '../../src/config/file-fault.js';
import { DirectoryRefusedError } from '../../src/directory/files/directory-fault.js';
import { readDirectoryFile } from '../../src/directory/files/read-directory-file.js';
import type { TableChanges } from '../../src/directory/files/reconcile.js';
import { createDatabase } from '../support/postgres-server.js';
import { onTeardown } from '../support/teardown.js';
import { createTestDatabase, postgresUrl } from '../support/test-database.js';

const POOL = { poolSize: 2, timeoutMs: 10_000 };

const BASE = `
version: 1
orgs:
  - id: acme
    url: https://acme.example
    issuers:
      - id: main
        uri: https://acme.example/oauth2/main
        aliases: [https://id.acme.example/oauth2/main, https://old.acme.example/oauth2/main]
    users:
      - id: ann
        login: ann@acme.example
        memberships:
          - { tenant: blue, roles: [admin], default: true }
          - { tenant: green, roles: [viewer] }
      - id: bob
        memberships: [{ tenant: blue }]
    clients:
      - { id: web, name: Web }
      - { id: batch, name: Batch, tenantMode: fixed, bindings: [{ tenant: blue, roles: [job] }] }
features:
  - { id: sso, type: boolean }
  - { id: seats, type: integer }
  - { id: tier, type: string }
  - { id: regions, type: string_list }
plans:
  - { id: basic, rank: 1, features: { sso: false, seats: 5, tier: bronze } }
  - { id: gold, rank: 2, features: { sso: true, seats: 50, regions: [eu, us] } }
tenants:
  - id: blue
    name: Blue
    subscriptions: [{ id: sub-blue, plan: basic }]
    grants:
      - { id: blue-seats, feature: seats, value: 10, reason: asked for, until: 2026-06-01T00:00:00Z }
    userGrants:
      - { id: ann-tier, org: acme, user: ann, feature: tier, value: silver, reason: asked for }
  - { id: green, name: Green }
claimMappings:
  - { id: tier, claim: tier, expression: entitlements.tier }
`;

/** A database with the base file applied, which others are copied from. */
const base = await createDatabase(postgresUrl(), { template: 'mintmark_template' });
onTeardown(() => base.drop());
const original = await openPostgresql(base.url, POOL);
await apply(original, BASE);
await original.close();

/** For what changes nothing: refused files. */
const settled = await startFromBase();

async function apply(database: Database, text: string): Promise<readonly TableChanges[]> {
  return await applyDirectory(database, readDirectoryFile('test.yaml', text));
}

/** A database of the test's own, with the base file applied. */
async function startFromBase(): Promise<Database> {
  const copy = await createDatabase(postgresUrl(), { template: base.name });
  const database = await openPostgresql(copy.url, POOL);
  onTeardown(async () => {
    await database.close();
    await copy.drop();
  });
  return database;
}

/** The faults of a file that is refused. */
async function faultsOf(text: string, database = settled): Promise<readonly FileFault[]> {
  try {
    await apply(database, text);
  } catch (error) {
    if (error instanceof DirectoryRefusedError) return error.faults;
    throw error;
  }
  throw new Error('the file was not refused');
}

/** Everything that the directory holds. */
async function contentOf(database: Database): Promise<unknown> {
  const tables = [
    ...['orgs', 'issuers', 'issuer_aliases', 'tenants', 'users', 'clients', 'memberships', 'client_bindings'],
    ...['features', 'plans', 'plan_features', 'subscriptions', 'feature_grants', 'claim_mappings'],
  ];
  const columns = tables.map(
    (table) =>
      `(SELECT json_agg(to_json(${table}) ORDER BY to_json(${table})::text) FROM ${table}) AS ${table}`,
  );
  return database.withScripts((run) => run(`SELECT ${columns.join(', ')}`));
}

/** What was done, as "noun: count word", without what was right already. */
function summary(changes: readonly TableChanges[]): readonly string[] {
  return changes.flatMap(({ noun, created, changed, removed }) =>
    Object.entries({ created, changed, removed })
      .filter(([, count]) => count > 0)
      .map(([word, count]) => `${noun}: ${String(count)} ${word}`),
  );
}

/** The line, counted from 1, on which a part of a text stands. */
function lineOf(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split('\n').length;
}

function replaced(from: string, to: string): string {
  if (!BASE.includes(from)) throw new Error(`the base file has no "${from}"`);
  return BASE.replace(from, to);
}

const SAMPLE = await readFile('examples/directory.yaml', 'utf8');

describe('the sample directory', () => {
  it('is applied, and applying it again changes nothing', async () => {
    const { database } = await createTestDatabase();
    const first = await apply(database, SAMPLE);
    expect(summary(first)).toEqual([
      ...[
        'org: 1 created',
        'feature: 6 created',
        'plan: 3 created',
        'plan feature: 13 created',
        'tenant: 4 created',
      ],
      ...['issuer: 4 created', 'issuer alias: 1 created', 'user: 12 created', 'client: 14 created'],
      ...[
        'membership: 16 created',
        'binding: 9 created',
        'subscription: 6 created',
        'feature grant: 4 created',
      ],
      'claim mapping: 1 created',
    ]);
    const content = await contentOf(database);
    const second = await apply(database, SAMPLE);
    expect(summary(second)).toEqual([]);
    expect(second.map(({ unchanged }) => unchanged)).toEqual(
      first.map(({ created, unchanged }) => created + unchanged),
    );
    expect(await contentOf(database)).toEqual(content);
  });

  it('names the mappings that a new directory has, so that pruning by it leaves them', async () => {
    const { database } = await createTestDatabase();
    const mappings = () => database.prisma.claimMapping.findMany({ orderBy: { id: 'asc' } });
    const before = await mappings();
    await applyDirectory(database, readDirectoryFile('directory.yaml', SAMPLE), { prune: true });
    expect(before).toHaveLength(5);
    expect((await mappings()).filter(({ id }) => id !== 'orders-limit')).toEqual(before);
  });
});

describe('a file that cannot be read', () => {
  const FORM = 'must be an object with "version: 1" and lists such as "tenants"';

  it.each([
    ['is empty', '', [{ path: '', line: null, problem: FORM }]],
    ['is a text', 'hello', [{ path: '', line: null, problem: FORM }]],
    ['is a list', '- version: 1', [{ path: '', line: null, problem: FORM }]],
    [
      'has no version',
      'tenants: []',
      [{ path: 'version', line: null, problem: 'must be 1, the only version of the format' }],
    ],
    [
      'has another version',
      'version: 2',
      [{ path: 'version', line: 1, problem: 'must be 1, the only version of the format' }],
    ],
    [
      'has its version as text',
      'version: "1"',
      [{ path: 'version', line: 1, problem: 'must be 1, the only version of the format' }],
    ],
    [
      'repeats a key',
      'version: 1\ntenants: []\ntenants: []',
      [{ path: '', line: 3, problem: 'Map keys must be unique' }],
    ],
  ])('is refused where it %s', async (_, text, faults) => {
    expect(await faultsOf(text)).toEqual(faults);
  });

  it.each([
    ['a list that does not end', 'version: 1\ntenants: [\n  { id: blue }\n', 4],
    ['tabs for indentation', 'version: 1\norgs:\n\t- id: acme\n', 3],
    ['two documents', 'version: 1\n---\nversion: 1\n', 2],
    ['an alias of nothing', 'version: 1\ntenants: *nothing\n', 2],
  ])('is refused for %s, with the line', async (_, text, line) => {
    const faults = await faultsOf(text);
    expect(faults.map((fault) => fault.line)).toContain(line);
  });

  it('is refused where aliases expand too far', async () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const of = level === 0 ? 'x' : `*l${String(level - 1)}`;
      return `l${String(level)}: &l${String(level)} [${Array.from({ length: 10 }, () => of).join(', ')}]`;
    });
    const [fault] = await faultsOf(`version: 1\n${levels.join('\n')}\n`);
    expect(fault?.problem).toBe('has aliases that expand too far');
  });

  it('is refused before it is parsed where it is larger than 16 MiB', async () => {
    const faults = await faultsOf(`version: 1\n#${' '.repeat(16 * 1024 * 1024)}`);
    expect(faults).toEqual([{ path: '', line: null, problem: 'is larger than 16 MiB: split it' }]);
  });
});

const ID_PROBLEM = 'must be 1 to 255 characters of text, without control characters or outer white space';
const INSTANT_PROBLEM = 'must be an instant with an offset, such as 2026-11-22T10:00:00Z';

describe('a file of the wrong shape', () => {
  it('is refused with every fault at once, each with its path and line', async () => {
    const text = [
      'version: 1',
      'tenant: []', // 2
      'orgs:',
      '  - id: 42', // 4
      '    url: http://acme.example', // 5
      '    issuers:',
      '      - { id: main, uri: https://acme.example/oauth2/main/, mode: on }', // 7
      '    users: ann', // 8
      '    clients:',
      '      - id: " web"', // 10
      '        name: ""', // 11
      '        bindings: [{ tenant: blue, roles: [ok, ""] }]', // 12
      'features:',
      '  - { id: sso, type: bool }', // 14
      'plans:',
      '  - { id: basic, rank: 1.5, features: [sso] }', // 16
      'tenants:',
      '  - id: blue',
      '    subscriptions:',
      '      - { id: one, plan: basic, from: 2026-01-01 }', // 20
      '      - { id: two, plan: basic, until: 2026-01-01T00:00:00 }', // 21
      '      - text', // 22
      'claimMappings:',
      '  - { id: tier, claim: tier, expression: "", tokens: [refresh], priority: 1001, required: yes }', // 24
    ].join('\n');
    const faults = await faultsOf(text);
    expect(faults.map(({ line, path }) => `${String(line)}: ${path}`).toSorted(byLine)).toEqual([
      ...[
        '2: tenant',
        '4: orgs[0].id',
        '5: orgs[0].url',
        '7: orgs[0].issuers[0].mode',
        '7: orgs[0].issuers[0].uri',
      ],
      ...['8: orgs[0].users', '10: orgs[0].clients[0].id', '11: orgs[0].clients[0].name'],
      ...['12: orgs[0].clients[0].bindings[0].roles', '14: features[0].type', '16: plans[0].features'],
      ...['16: plans[0].rank', '18: tenants[0].name', '20: tenants[0].subscriptions[0].from'],
      ...['21: tenants[0].subscriptions[1].until', '22: tenants[0].subscriptions[2]'],
      ...[
        '24: claimMappings[0].expression',
        '24: claimMappings[0].priority',
        '24: claimMappings[0].required',
      ],
      '24: claimMappings[0].tokens',
    ]);
    expect(faults).toContainEqual({ path: 'tenant', line: 2, problem: 'is no member of this object' });
    expect(faults).toContainEqual({ path: 'orgs[0].id', line: 4, problem: ID_PROBLEM });
    expect(faults).toContainEqual({
      path: 'tenants[0].subscriptions[1].until',
      line: 21,
      problem: INSTANT_PROBLEM,
    });
  });

  function byLine(a: string, b: string): number {
    return Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1);
  }

  it('says all of it in one message', () => {
    const text = 'version: 2\ntenants:\n  - { id: blue, name: 5 }\n';
    expect(() => readDirectoryFile('faulty.yaml', text)).toThrow(
      [
        'faulty.yaml was refused, and nothing was changed:',
        '  line 1, version: must be 1, the only version of the format',
        '  line 3, tenants[0].name: must be text of 1 to 255 characters, without control characters',
      ].join('\n'),
    );
  });

  it.each([
    ['without an offset', '2026-01-01T10:00:00'],
    ['that is a date', '2026-01-01'],
    ['that is a number', '1767225600'],
    ['off the calendar', '2026-13-01T00:00:00Z'],
    ['on the 30th of February', '2026-02-30T00:00:00Z'],
    ['at 25 o’clock', '2026-01-01T25:00:00Z'],
    ['with a space', '"2026-01-01 10:00:00Z"'],
  ])('is refused for an instant %s', async (_, instant) => {
    const text = replaced('until: 2026-06-01T00:00:00Z', `until: ${instant}`);
    const faults = await faultsOf(text);
    expect(faults).toEqual([
      { path: 'tenants[0].grants[0].until', line: lineOf(BASE, 'id: blue-seats'), problem: INSTANT_PROBLEM },
    ]);
  });

  it.each([
    ['an empty entry', 'tenants:\n  -\n'],
    ['a list in a list', 'tenants:\n  - - { id: blue, name: Blue }\n'],
    ['a list that is empty text', 'tenants: ""\n'],
    ['a list that is nothing', 'tenants:\n'],
  ])('is refused for %s', async (_, members) => {
    const faults = await faultsOf(`version: 1\n${members}`);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.every(({ path, line }) => path.startsWith('tenants') && line !== null)).toBe(true);
  });

  it.each([
    ['a name', '  - { id: green, name: Green }', '  - { id: green, name: "Gr\\0een" }', 'tenants[1].name'],
    [
      'a lone surrogate',
      '  - { id: green, name: Green }',
      '  - { id: green, name: "Gr\\ud800en" }',
      'tenants[1].name',
    ],
    ['a login', 'login: ann@acme.example', 'login: "ann\\0"', 'orgs[0].users[0].login'],
    [
      'a description',
      'id: sso, type: boolean',
      'id: sso, type: boolean, description: "a\\0b"',
      'features[0].description',
    ],
    ['a reason', 'value: 10, reason: asked for', 'value: 10, reason: "a\\0b"', 'tenants[0].grants[0].reason'],
    [
      'a reason of spaces',
      'value: 10, reason: asked for',
      'value: 10, reason: "  "',
      'tenants[0].grants[0].reason',
    ],
    ['a URI in capitals', 'uri: https://acme.example', 'uri: HTTPS://acme.example', 'orgs[0].issuers[0].uri'],
  ])('is refused for text that the database does not hold: %s', async (_, from, to, path) => {
    const faults = await faultsOf(replaced(from, to), await startFromBase());
    expect(faults.map((fault) => fault.path)).toEqual([path]);
  });
});

describe('a bound of a window that is left empty', () => {
  it('means no bound, or is refused, and never the year 1970', async () => {
    const database = await startFromBase();
    const text = replaced(
      '{ tenant: blue, roles: [admin], default: true }',
      '{ tenant: blue, from: , until: }',
    );
    await apply(database, text).catch((error: unknown) => {
      expect(error).toBeInstanceOf(DirectoryRefusedError);
    });
    const key = { orgId: 'acme', userId: 'ann', tenantId: 'blue' };
    const membership = await database.prisma.membership.findUnique({ where: { orgId_userId_tenantId: key } });
    expect(membership).toMatchObject({ validFrom: null, validUntil: null });
  });
});

describe('a file that says what cannot be', () => {
  it('is refused with every fault at once, each with its path and line', async () => {
    const text = [
      'version: 1',
      'orgs:',
      '  - id: acme',
      '    url: https://acme.example',
      '    issuers:',
      '      - { id: one, uri: https://acme.example/oauth2/one, aliases: [https://acme.example/oauth2/two] }',
      '      - { id: two, uri: https://acme.example/oauth2/two }', // 7
      '    users:',
      '      - id: ann',
      '        memberships:',
      '          - { tenant: nowhere }', // 11
      '          - { tenant: blue, default: true }',
      '          - { tenant: green, default: true, from: 2026-01-01T00:00:00Z }', // 13
      '          - { tenant: blue }', // 14
      '      - id: ann', // 15
      '    clients:',
      '      - { id: none, name: None, tenantMode: fixed }', // 17
      '      - id: both',
      '        name: Both',
      '        tenantMode: fixed',
      '        bindings: [{ tenant: blue }, { tenant: green }]', // 21
      'features:',
      '  - { id: fresh, type: integer }',
      'plans:',
      '  - { id: low, rank: 7, features: { fresh: many, unheard: 1 } }', // 25
      '  - { id: high, rank: 7 }', // 26
      'tenants:',
      '  - id: blue',
      '    name: Blue',
      '    subscriptions:',
      '      - { id: s1, plan: no-plan }', // 31
      '      - { id: s2, plan: low, from: 2026-02-01T00:00:00Z, until: 2026-01-01T00:00:00Z }', // 32
      '    grants:',
      '      - { id: g1, feature: fresh, value: 1, reason: x, until: 2026-02-01T00:00:00Z }',
      '      - { id: g2, feature: fresh, value: 2, reason: x, from: 2026-01-31T23:59:59.999Z }', // 35
      '      - { id: g3, feature: no-feature, value: 2, reason: x }', // 36
      '      - { id: g3, feature: sso, value: 1, reason: x }', // 37, twice
      '    userGrants:',
      '      - { id: g4, org: acme, user: nobody, feature: fresh, value: 1, reason: x }', // 39
      '      - { id: g5, org: nowhere, user: ann, feature: fresh, value: 1, reason: x }', // 40
      'claimMappings:',
      '  - { id: m1, claim: fine, expression: tenant.id, issuers: [no-issuer] }', // 42
    ].join('\n');
    expect(
      (await faultsOf(text)).toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.path < b.path ? -1 : 1)),
    ).toEqual(
      [
        [6, 'orgs[0].issuers[0].aliases[0]', 'repeats the issuer URI https://acme.example/oauth2/two'],
        [11, 'orgs[0].users[0].memberships[0].tenant', 'no such tenant: nowhere'],
        [
          13,
          'orgs[0].users[0].memberships[2]',
          'overlaps another default membership of the same kind in time',
        ],
        [14, 'orgs[0].users[0].memberships[3]', 'repeats the membership acme / ann / blue'],
        [15, 'orgs[0].users[1]', 'repeats the user id acme / ann'],
        [17, 'orgs[0].clients[0].bindings', 'a client of mode fixed has exactly one binding'],
        [21, 'orgs[0].clients[1].bindings', 'a client of mode fixed has exactly one binding'],
        [25, 'plans[0].features.fresh', 'must be a whole number within 2^53'],
        [25, 'plans[0].features.unheard', 'no such feature: unheard'],
        [26, 'plans[1]', 'repeats the plan rank 7'],
        [31, 'tenants[0].subscriptions[0].plan', 'no such plan: no-plan'],
        [32, 'tenants[0].subscriptions[1].until', 'must be later than "from"'],
        [35, 'tenants[0].grants[1]', 'overlaps another grant of the same kind in time'],
        [36, 'tenants[0].grants[2].feature', 'no such feature: no-feature'],
        [37, 'tenants[0].grants[3]', 'repeats the grant id g3'],
        [37, 'tenants[0].grants[3].value', 'must be true or false'],
        [39, 'tenants[0].userGrants[0].user', 'no such user in this org: nobody'],
        [40, 'tenants[0].userGrants[1].user', 'no such user in this org: ann'],
        [42, 'claimMappings[0].issuers[0]', 'no such issuer: no-issuer'],
      ].map(([line, path, problem]) => ({ line, path, problem })),
    );
  });

  it.each([
    ['org id', 'orgs: [{ id: a, url: https://a.example }, { id: a, url: https://b.example }]', 'orgs[1]'],
    ['org URL', 'orgs: [{ id: a, url: https://a.example }, { id: b, url: https://a.example }]', 'orgs[1]'],
    ['tenant id', 'tenants: [{ id: a, name: A }, { id: a, name: A }]', 'tenants[1]'],
    ['feature id', 'features: [{ id: a, type: boolean }, { id: a, type: boolean }]', 'features[1]'],
    ['plan id', 'plans: [{ id: a, rank: 8 }, { id: a, rank: 9 }]', 'plans[1]'],
    [
      'claim mapping id',
      'claimMappings: [{ id: a, claim: a, expression: tenant.id }, { id: a, claim: b, expression: tenant.id }]',
      'claimMappings[1]',
    ],
    [
      'subscription id',
      'tenants: [{ id: a, name: A, subscriptions: [{ id: s, plan: gold }, { id: s, plan: gold }] }]',
      'tenants[0].subscriptions[1]',
    ],
    [
      'client id',
      'orgs: [{ id: acme, url: https://acme.example, clients: [{ id: c, name: C }, { id: c, name: C }] }]',
      'orgs[0].clients[1]',
    ],
  ])('is refused where it repeats the %s', async (noun, members, path) => {
    const faults = await faultsOf(`version: 1\n${members}\n`);
    expect(faults).toEqual([{ path, line: 2, problem: expect.stringContaining(`repeats the ${noun} `) }]);
  });

  it('may have one user id in two orgs, and one client id', async () => {
    const { database } = await createTestDatabase();
    const orgs = ['a', 'b'].map(
      (id) => `{ id: ${id}, url: https://${id}.example, users: [{ id: u }], clients: [{ id: c, name: C }] }`,
    );
    const text = `version: 1\norgs: [${orgs.join(', ')}]\n`;
    expect(summary(await apply(database, text))).toEqual([
      'org: 2 created',
      'user: 2 created',
      'client: 2 created',
    ]);
    expect(summary(await apply(database, text))).toEqual([]);
  });

  it.each([
    ['boolean', 'sso', ['1', '"true"', 'null', '[true]']],
    ['integer', 'seats', ['1.5', '9007199254740992', '"5"', 'true', '.nan', '.inf']],
    ['string', 'tier', ['5', 'true', '[gold]', '{ a: b }', `"${'x'.repeat(1001)}"`, '"a\\0b"', '"\\ud800"']],
    ['string_list', 'regions', ['eu', '[1]', '[[eu]]', '[null]', '{ 0: eu }', `[${'x, '.repeat(100)}x]`]],
  ])('is refused for a value that no feature of type %s has', async (_, feature, values) => {
    for (const value of values) {
      const text = `version: 1\nplans:\n  - { id: basic, rank: 1, features: { ${feature}: ${value} } }\n`;
      const [fault, ...others] = await faultsOf(text);
      expect({ value, others, ...fault }).toEqual({
        ...{ value, others: [], line: 3 },
        path: expect.stringMatching(`^plans\\[0\\]\\.features\\.${feature}(\\[0\\])?$`),
        problem: expect.stringMatching(/^must (not )?be /),
      });
    }
  });

  it('is refused for a grant without a value', async () => {
    const faults = await faultsOf(replaced('value: 10, reason', 'value: null, reason'));
    expect(faults.map(({ path, line }) => [path, line])).toEqual([
      ['tenants[0].grants[0].value', lineOf(BASE, 'id: blue-seats')],
    ]);
  });

  it('is refused for a second default membership that begins before the first has ended', async () => {
    const text = replaced('{ tenant: green, roles: [viewer] }', '{ tenant: green, default: true }');
    expect(await faultsOf(text)).toEqual([
      {
        path: 'orgs[0].users[0].memberships[1]',
        line: lineOf(text, '{ tenant: green'),
        problem: 'overlaps another default membership of the same kind in time',
      },
    ]);
  });

  it('leaves the directory as it was', async () => {
    const content = await contentOf(settled);
    await faultsOf(
      `${replaced('name: Blue', 'name: Azure')}  - { id: bad, claim: sub, expression: tenant.id }\n`,
    );
    await faultsOf(
      `${replaced('name: Blue', 'name: Azure')}  - { id: bad, claim: x, expression: tenant.id, required: true }\n`,
    );
    expect(await contentOf(settled)).toEqual(content);
  });
});

describe('a claim mapping of a file', () => {
  const withMapping = (members: string): string => `version: 1\nclaimMappings:\n  - { id: m, ${members} }\n`;

  it.each([
    ['syntax', 'tenant.id +'],
    ['an unknown variable', 'tenants.id'],
    ['types that do not go together', 'tenant.id + 1'],
    ['a result that is no claim', 'tenant'],
    ['a regular expression', 'user.login.matches("a+")'],
    ['a clock', 'timestamp("2026-01-01T00:00:00Z") == timestamp("2026-01-01T00:00:00Z")'],
    ['comprehensions in three levels', '[1].map(a, [1].map(b, [1].map(c, c)))'],
  ])('is refused for %s', async (_, expression) => {
    const faults = await faultsOf(withMapping(`claim: fine, expression: '${expression}'`));
    expect(faults).toEqual([{ path: 'claimMappings[0].expression', line: 3, problem: expect.any(String) }]);
  });

  it.each(['sub', 'scp', 'groups', 'iss', 'okta_x', 'azp', 'claims_dropped', '__proto__', 'email'])(
    'is refused where its claim is %s',
    async (claim) => {
      const faults = await faultsOf(withMapping(`claim: ${claim}, expression: tenant.id`));
      expect(faults).toEqual([
        { path: 'claimMappings[0].claim', line: 3, problem: expect.stringContaining(`"${claim}"`) },
      ]);
    },
  );

  it('may write a profile claim where it says so, and never a reserved one', async () => {
    const { database } = await createTestDatabase();
    const email = withMapping('claim: email, expression: user.login, overridesProfileClaim: true');
    expect(summary(await apply(database, email))).toEqual(['claim mapping: 1 created']);
    const sub = withMapping('claim: sub, expression: user.login, overridesProfileClaim: true');
    expect(await faultsOf(sub)).toHaveLength(1);
  });

  const REQUIRED = '  - { id: must, claim: must, expression: tenant.id, required: true }\n';

  it('is refused where all mappings together could take too many steps', async () => {
    const mappings = Array.from({ length: 20 }, (_, index) => {
      const expression = 'request.scopes.all(a, request.scopes.exists(b, b == a))';
      return `  - { id: m${String(index)}, claim: c${String(index)}, expression: "${expression}" }`;
    });
    const faults = await faultsOf(`version: 1\nclaimMappings:\n${mappings.join('\n')}\n`);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults[0]?.problem).toMatch(/^claim mapping m\d+: all mappings together may take more than/);
  });

  it('that is required is refused where an issuer omits', async () => {
    const problem = 'claim mapping must is required, and the failure policy of issuer main is omit';
    const line = lineOf(BASE + REQUIRED, 'id: must');
    expect(await faultsOf(BASE + REQUIRED)).toEqual([{ path: 'claimMappings[1]', line, problem }]);
  });

  it('that is required is refused where a client omits', async () => {
    const denying = BASE.replace('      - id: main\n', '      - id: main\n        failurePolicy: deny\n');
    const text = denying.replace('id: web, name: Web', 'id: web, name: Web, failurePolicy: omit') + REQUIRED;
    expect((await faultsOf(text)).map(({ problem }) => problem)).toEqual([
      'claim mapping must is required, and the failure policy of client web is omit',
    ]);
  });

  it('that is required is accepted where everything that it concerns denies', async () => {
    const database = await startFromBase();
    const denying = BASE.replace('      - id: main\n', '      - id: main\n        failurePolicy: deny\n');
    const changes = await apply(database, denying + REQUIRED);
    expect(summary(changes)).toEqual(['issuer: 1 changed', 'claim mapping: 1 created']);
    // The file does not name the mapping, but it does the issuer.
    const problem = 'claim mapping must is required, and the failure policy of issuer main is omit';
    expect(await faultsOf(BASE, database)).toEqual([
      { path: 'orgs[0].issuers[0]', line: lineOf(BASE, 'id: main'), problem },
    ]);
    const elsewhere =
      'version: 1\norgs: [{ id: acme, url: https://acme.example, clients: [{ id: web, name: W, failurePolicy: omit }] }]\n';
    expect(await faultsOf(elsewhere, database)).toEqual([
      {
        ...{ path: 'orgs[0].clients[0]', line: 2 },
        problem: 'claim mapping must is required, and the failure policy of client web is omit',
      },
    ]);
  });
});

describe('a change in a file', () => {
  it.each([
    ['org', 'url: https://acme.example', 'url: https://login.acme.example', ['org: 1 changed']],
    ['issuer', '        aliases', '        mode: shadow\n        aliases', ['issuer: 1 changed']],
    ['user', 'login: ann@acme.example', 'status: suspended', ['user: 1 changed']],
    ['client', 'id: web, name: Web', 'id: web, name: Web, tenantMode: choose', ['client: 1 changed']],
    ['membership', 'roles: [viewer]', 'roles: [viewer, editor]', ['membership: 1 changed']],
    ['binding', 'roles: [job]', 'roles: [job], until: 2030-01-01T00:00:00Z', ['binding: 1 changed']],
    [
      'feature',
      'id: sso, type: boolean',
      'id: sso, type: boolean, description: Sign-on',
      ['feature: 1 changed'],
    ],
    ['plan', 'id: gold, rank: 2', 'id: gold, rank: 20', ['plan: 1 changed']],
    ['plan feature', 'seats: 50', 'seats: 51', ['plan feature: 1 changed']],
    ['tenant', 'name: Blue', 'name: Azure', ['tenant: 1 changed']],
    ['subscription', 'plan: basic }', 'plan: gold }', ['subscription: 1 changed']],
    ['tenant grant', 'value: 10', 'value: 11', ['feature grant: 1 changed']],
    ['user grant', 'value: silver', 'value: gold', ['feature grant: 1 changed']],
    [
      'claim mapping',
      'claim: tier,',
      'claim: tier, tokens: [access, identity],',
      ['claim mapping: 1 changed'],
    ],
  ])('of one %s is applied', async (_, from, to, expected) => {
    const database = await startFromBase();
    const content = await contentOf(database);
    const text = replaced(from, to);
    expect(summary(await apply(database, text))).toEqual(expected);
    expect(summary(await apply(database, text))).toEqual([]);
    expect(summary(await apply(database, BASE))).toEqual(expected);
    expect(await contentOf(database)).toEqual(content);
  });

  it('removes plan features and issuer aliases that are gone from their lists', async () => {
    const database = await startFromBase();
    const text = replaced(', tier: bronze', '').replace(', https://old.acme.example/oauth2/main', '');
    expect(summary(await apply(database, text))).toEqual([
      'plan feature: 1 removed',
      'issuer alias: 1 removed',
    ]);
    expect(await database.prisma.planFeature.count({ where: { planId: 'basic' } })).toBe(2);
    const aliases = await database.prisma.issuerAlias.findMany();
    expect(aliases.map(({ uri }) => uri)).toEqual(['https://id.acme.example/oauth2/main']);
  });

  it('removes the last of them too', async () => {
    const database = await startFromBase();
    const text = replaced('features: { sso: false, seats: 5, tier: bronze }', 'features: {}').replace(
      /aliases: .*/,
      '',
    );
    expect(summary(await apply(database, text))).toEqual([
      'plan feature: 3 removed',
      'issuer alias: 2 removed',
    ]);
  });

  it('removes no membership, nor anything else that the file does not name', async () => {
    const database = await startFromBase();
    const text = replaced('          - { tenant: green, roles: [viewer] }\n', '').replace(
      /claimMappings:[^]*/,
      '',
    );
    const content = await contentOf(database);
    expect(summary(await apply(database, text))).toEqual([]);
    expect(summary(await apply(database, 'version: 1\n'))).toEqual([]);
    expect(await contentOf(database)).toEqual(content);
  });

  it('moves the default membership from one tenant to another', async () => {
    const database = await startFromBase();
    const text = replaced('roles: [admin], default: true', 'roles: [admin]').replace(
      'roles: [viewer]',
      'roles: [viewer], default: true',
    );
    expect(summary(await apply(database, text))).toEqual(['membership: 2 changed']);
    const defaults = await database.prisma.membership.findMany({ where: { isDefault: true } });
    expect(defaults.map(({ tenantId }) => tenantId)).toEqual(['green']);
    expect(summary(await apply(database, BASE))).toEqual(['membership: 2 changed']);
  });

  it('lets two plans change ranks', async () => {
    const database = await startFromBase();
    const text = replaced('id: basic, rank: 1', 'id: basic, rank: 2').replace(
      'id: gold, rank: 2',
      'id: gold, rank: 1',
    );
    expect(summary(await apply(database, text))).toEqual(['plan: 2 changed']);
    const plans = await database.prisma.plan.findMany({ orderBy: { rank: 'asc' } });
    expect(plans.map(({ id }) => id)).toEqual(['gold', 'basic']);
  });

  it('lets an issuer’s URI and its alias change places', async () => {
    const database = await startFromBase();
    const [own, alias] = ['https://acme.example/oauth2/main', 'https://id.acme.example/oauth2/main'];
    const text = replaced(`uri: ${own}`, `uri: ${alias}`).replace(`[${alias},`, `[${own},`);
    await apply(database, text);
    const issuer = await database.prisma.issuer.findUnique({
      where: { id: 'main' },
      include: { aliases: true },
    });
    expect(issuer?.uri).toBe(alias);
    expect(issuer?.aliases.map(({ uri }) => uri)).toContain(own);
  });

  it('lets an alias move to another issuer', async () => {
    const database = await startFromBase();
    const moved = 'https://old.acme.example/oauth2/main';
    const second = `      - { id: second, uri: https://acme.example/oauth2/second, aliases: [${moved}] }\n    users:`;
    const text = replaced(`, ${moved}]`, ']').replace('    users:', second);
    expect(summary(await apply(database, text))).toEqual(['issuer: 1 created', 'issuer alias: 1 changed']);
  });

  it('lets grants of one feature change windows with each other', async () => {
    const { database } = await createTestDatabase();
    const grants = (first: string, second: string): string =>
      [
        'version: 1',
        'features: [{ id: seats, type: integer }]',
        'tenants:',
        '  - id: blue',
        '    name: Blue',
        '    grants:',
        `      - { id: one, feature: seats, value: 1, reason: x, ${first}: 2026-01-01T00:00:00Z }`,
        `      - { id: two, feature: seats, value: 2, reason: x, ${second}: 2026-01-01T00:00:00Z }`,
      ].join('\n');
    await apply(database, grants('until', 'from'));
    expect(summary(await apply(database, grants('from', 'until')))).toEqual(['feature grant: 2 changed']);
  });

  /** Each line contradicts what only the database has, in another way. */
  const CONTRADICTIONS = [
    ['tenants:'],
    ['  - id: blue'],
    ['    name: Blue'],
    ['    grants:'],
    [
      '      - { id: more, feature: seats, value: 9, reason: x, until: 2099-01-01T00:00:00Z }',
      'tenants[0].grants[0]',
      'overlaps a grant of the same kind in time: blue-seats',
    ],
    ['    userGrants:'],
    [
      '      - { id: most, org: acme, user: ann, feature: tier, value: x, reason: x }',
      'tenants[0].userGrants[0]',
      'overlaps a grant of the same kind in time: ann-tier',
    ],
    ['orgs:'],
    ['  - id: acme'],
    ['    url: https://acme.example'],
    ['    users:'],
    [
      '      - { id: ann, memberships: [{ tenant: green, default: true }] }',
      'orgs[0].users[0].memberships[0].default',
      'a user has two default memberships at one time: the other is in blue',
    ],
    ['    clients:'],
    [
      '      - { id: batch, name: Batch, tenantMode: fixed, bindings: [{ tenant: green }] }',
      'orgs[0].clients[0].bindings',
      'a client of mode fixed has exactly one binding: this one also has one to blue',
    ],
    ['    issuers:'],
    [
      '      - { id: new, uri: https://id.acme.example/oauth2/main }',
      'orgs[0].issuers[0].uri',
      'this URI already names another issuer: main',
    ],
    [
      '      - { id: newer, uri: https://new.example/oauth2/new, aliases: [https://acme.example/oauth2/main] }',
      'orgs[0].issuers[1].aliases[0]',
      'this URI already names another issuer: main',
    ],
    [
      '      - { id: newest, uri: https://newest.example/oauth2/new, aliases: [https://old.acme.example/oauth2/main] }',
      'orgs[0].issuers[2].aliases[0]',
      'this URI already names another issuer: main',
    ],
    ['  - { id: new, url: https://acme.example }', 'orgs[1]', 'repeats the org URL https://acme.example'],
    ['plans:'],
    ['  - { id: new, rank: 2 }', 'plans[0].rank', 'another plan has this rank: gold'],
    ['features:'],
    [
      '  - { id: seats, type: string }',
      'features[0].type',
      'a feature that is in use cannot change its type: grant blue-seats has a value for it',
    ],
  ] as const;

  it('is refused for everything that it contradicts in rows that it does not name, with line and path', async () => {
    const text = ['version: 1', ...CONTRADICTIONS.map(([line]) => line)].join('\n');
    const expected = CONTRADICTIONS.flatMap(([line, path, problem]) =>
      path === undefined ? [] : [{ line: lineOf(text, line.trim()), path, problem }],
    );
    const content = await contentOf(settled);
    // The grant of the file has a value of the type that its feature does not have any more.
    const faults = (await faultsOf(text)).filter(({ path }) => !path.endsWith('.value'));
    const byLine = faults.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
    expect(byLine).toEqual(expected);
    expect(await contentOf(settled)).toEqual(content);
  });

  it('is refused for the URL of an org that only the database has', async () => {
    expect(await faultsOf('version: 1\norgs: [{ id: new, url: https://acme.example }]\n')).toEqual([
      { path: 'orgs[0].url', line: 2, problem: 'another org has this URL: acme' },
    ]);
  });

  it('beside what only the database has is applied where they do not meet', async () => {
    const database = await startFromBase();
    const past = 'until: 2001-01-01T00:00:00Z';
    const text = `version: 1
tenants: [{ id: green, name: Green, grants: [{ id: more, feature: seats, value: 9, reason: x }] }]
orgs: [{ id: acme, url: https://acme.example, users: [{ id: ann, memberships: [{ tenant: green, default: false, ${past} }] }] }]
`;
    expect(summary(await apply(database, text))).toContain('feature grant: 1 created');
  });

  it('gives a feature that nothing uses another type', async () => {
    const { database } = await createTestDatabase();
    await apply(database, 'version: 1\nfeatures: [{ id: idle, type: string }]\n');
    const changes = await apply(database, 'version: 1\nfeatures: [{ id: idle, type: boolean }]\n');
    expect(summary(changes)).toEqual(['feature: 1 changed']);
  });
});

describe('names that JavaScript knows', () => {
  // Never dropped in silence, never the end of the process.
  it.each(['constructor', 'toString', 'hasOwnProperty', '__proto__'])(
    'are ids, but not of a feature, whose id is the name of a member: %s',
    async (id) => {
      const { database } = await createTestDatabase();
      const text = [
        'version: 1',
        `features: [{ id: ${id}, type: boolean }]`,
        `plans: [{ id: ${id}, rank: 1, features: { ${id}: true } }]`,
      ].join('\n');
      const idsOnly = `version: 1\nfeatures: [{ id: ${id}, type: boolean }]\n`;
      const tenantOnly = [
        'version: 1',
        `plans: [{ id: ${id}, rank: 1 }]`,
        `tenants: [{ id: ${id}, name: A, subscriptions: [{ id: ${id}, plan: ${id} }] }]`,
      ].join('\n');
      await expect(apply(database, text)).rejects.toThrow(/is no member of this object/);
      await expect(apply(database, idsOnly)).rejects.toThrow(/features\[0\]\.id: must be/);
      await apply(database, tenantOnly);
      expect(await database.prisma.tenant.findMany()).toMatchObject([{ id }]);
    },
  );

  it.each(['constructor', '__proto__'])('are unknown members: %s', async (name) => {
    const faults = await faultsOf(`version: 1\n${name}: { tenants: [] }\n`);
    expect(faults).toEqual([{ path: name, line: 2, problem: 'is no member of this object' }]);
  });
});

describe('applying', () => {
  it('two files at the same time, both succeed in turn', async () => {
    const { database } = await createTestDatabase();
    const both = await Promise.all([apply(database, BASE), apply(database, BASE)]);
    const counts = both.map((changes) => summary(changes).length);
    expect(counts.toSorted((a, b) => a - b)).toEqual([0, 14]);
    expect(await contentOf(database)).toEqual(await contentOf(await startFromBase()));
  });

  it('a file with some thousand users takes seconds, and changes nothing the second time', async () => {
    const database = await startFromBase();
    const users = Array.from(
      { length: 2_500 },
      (_, index) => `      - { id: u${String(index)}, memberships: [{ tenant: blue }] }`,
    );
    const text = `version: 1\norgs:\n  - id: acme\n    url: https://acme.example\n    users:\n${users.join('\n')}\n`;
    expect(summary(await apply(database, text))).toEqual(['user: 2500 created', 'membership: 2500 created']);
    expect(summary(await apply(database, text))).toEqual([]);
  });
});
