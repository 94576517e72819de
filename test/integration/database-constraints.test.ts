import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, DatabaseError } from 'pg';
import { isId } from '../../src/claims/identifiers.js';
import { onTeardown } from '../support/teardown.js';
import { createTestDatabase } from '../support/test-database.js';

type Columns = Readonly<Record<string, unknown>>;

const { url } = await createTestDatabase();
const client = await connect();

const ACCEPTED = 'accepted';
const JANUARY = '2026-01-01T00:00:00Z';
const FEBRUARY = '2026-02-01T00:00:00Z';
const MARCH = '2026-03-01T00:00:00Z';

/** Rows that every test starts with. */
const SEED = `
  INSERT INTO orgs VALUES ('acme', 'https://acme.example'), ('other', 'https://other.example');
  INSERT INTO issuers (id, org_id, uri) VALUES ('main', 'acme', 'https://acme.example/oauth2/main');
  INSERT INTO issuer_aliases VALUES ('https://id.acme.example/oauth2/main', 'main');
  INSERT INTO tenants VALUES ('blue', 'Blue'), ('green', 'Green');
  INSERT INTO users (org_id, id) VALUES ('acme', 'ann'), ('acme', 'bob'), ('other', 'ann');
  INSERT INTO clients (org_id, id, name) VALUES ('acme', 'web', 'Web'), ('acme', 'app', 'App');
  INSERT INTO features VALUES ('sso', 'boolean'), ('seats', 'integer'), ('tier', 'string'), ('regions', 'string_list');
  INSERT INTO plans VALUES ('basic', 1);
`;

/** One row of each table that the database accepts; tests change one thing about it. */
const VALID: Readonly<Record<string, Columns>> = {
  orgs: { id: 'new', url: 'https://new.example' },
  issuers: { id: 'new', org_id: 'acme', uri: 'https://acme.example/oauth2/new' },
  issuer_aliases: { uri: 'https://id.acme.example/oauth2/new', issuer_id: 'main' },
  tenants: { id: 'new', name: 'New' },
  users: { org_id: 'acme', id: 'new' },
  clients: { org_id: 'acme', id: 'new', name: 'New' },
  features: { id: 'new', type: 'boolean' },
  plans: { id: 'new', rank: 99 },
  plan_features: { plan_id: 'basic', feature_id: 'sso', feature_type: 'boolean', value: 'true' },
  memberships: { org_id: 'acme', user_id: 'ann', tenant_id: 'blue' },
  client_bindings: { org_id: 'acme', client_id: 'web', tenant_id: 'blue' },
  subscriptions: { id: 'new', tenant_id: 'blue', plan_id: 'basic' },
  feature_grants: {
    ...{ id: 'new', tenant_id: 'blue', feature_id: 'sso', feature_type: 'boolean', value: 'true' },
    reason: 'a test',
  },
  claim_mappings: {
    id: 'new',
    claim: 'new',
    expression: 'tenant.id',
    in_access_token: true,
    in_id_token: false,
  },
  hook_credentials: {
    ...{ id: 'new', scheme: 'header', label: 'a test', header_name: 'authorization' },
    secret_sha256: Buffer.alloc(32, 7),
  },
  remembered_choices: {
    ...{ org_id: 'acme', client_id: 'web', user_id: 'ann', refresh_token_jti: 'jti', tenant_id: 'blue' },
    ...{ chosen_at: JANUARY, kept_until: MARCH },
  },
};

const TABLES_WITH_IDS = [
  ...['orgs', 'issuers', 'tenants', 'users', 'clients', 'features', 'plans', 'subscriptions'],
  ...['feature_grants', 'claim_mappings', 'hook_credentials'],
];

const LISTS_OF_IDS = new Map([
  ['memberships', 'roles'],
  ['client_bindings', 'roles'],
  ['claim_mappings', 'scopes'],
]);

const TABLES_WITH_WINDOWS = ['memberships', 'client_bindings', 'subscriptions', 'feature_grants'];

beforeEach(async () => {
  await client.query(`BEGIN; ${SEED}`);
});

afterEach(async () => {
  await client.query('ROLLBACK');
});

async function connect(): Promise<Client> {
  const connection = new Client({ connectionString: url });
  await connection.connect();
  onTeardown(() => connection.end());
  return connection;
}

/** The constraint that refuses a statement, or PostgreSQL's code where none has a name. */
async function attempt(sql: string, values: readonly unknown[] = []): Promise<string> {
  await client.query('SAVEPOINT attempt');
  try {
    await client.query(sql, [...values]);
    return ACCEPTED;
  } catch (error) {
    await client.query('ROLLBACK TO attempt');
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): string {
  if (!(error instanceof DatabaseError)) throw error;
  return error.constraint ?? error.code ?? 'no code';
}

/** Inserts the table's valid row with changes. */
function insert(table: string, changes: Columns = {}): Promise<string> {
  const { sql, values } = insertion(table, changes);
  return attempt(sql, values);
}

function insertion(table: string, changes: Columns): { readonly sql: string; readonly values: unknown[] } {
  const row = { ...VALID[table], ...changes };
  const places = Object.keys(row).map((_, index) => `$${String(index + 1)}`);
  return {
    sql: `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${places.join(', ')})`,
    values: Object.values(row),
  };
}

describe('the rows that these tests start from', () => {
  it.each(Object.keys(VALID))('are accepted in %s', async (table) => {
    expect(await insert(table)).toBe(ACCEPTED);
  });

  // As pg_dump has it: no search path, and no triggers yet. With ids in the lists, so that their checks have something to check.
  it.each(Object.keys(VALID))('are restored from a dump into %s', async (table) => {
    const list = LISTS_OF_IDS.get(table);
    await client.query(`SET LOCAL session_replication_role = replica; SET LOCAL search_path = ''`);
    const row = { ...VALID[table], ...(list === undefined ? {} : { [list]: ['a'] }) };
    expect(await insert(`public.${table}`, row)).toBe(ACCEPTED);
  });
});

describe('an id', () => {
  const MALFORMED = {
    'is empty': '',
    'has 256 characters': 'x'.repeat(256),
    'holds a control character': 'a\u0001b',
    'holds a line feed': 'a\nb',
    'holds a delete character': 'a\u007fb',
    'begins with a space': ' a',
    'ends with a space': 'a ',
    'ends with a tab': 'a\t',
  };

  it.each(TABLES_WITH_IDS)('of %s is refused where it is malformed', async (table) => {
    const refusals = new Map<string, string>();
    for (const [what, id] of Object.entries(MALFORMED)) refusals.set(what, await insert(table, { id }));
    expect(Object.fromEntries(refusals)).toEqual(
      Object.fromEntries(Object.keys(MALFORMED).map((what) => [what, `${table}_id_check`])),
    );
  });

  it.each(TABLES_WITH_IDS)('of %s has up to 255 characters, inner spaces and any letters', async (table) => {
    for (const id of ['x'.repeat(255), 'a b', 'ünï/"quoted"\\', '__proto__', "o'clock"]) {
      await client.query('SAVEPOINT before');
      expect(await insert(table, { id })).toBe(ACCEPTED);
      await client.query('ROLLBACK TO before');
    }
  });

  it('never holds a NUL', async () => {
    expect(await insert('tenants', { id: 'a\0b' })).toBe('22021');
  });

  it('is an id to the database where it is one to the core', async () => {
    const odd = [
      ...[
        '\u00a0a',
        'a\u3000',
        '\u2028a',
        'a\ufeff',
        '\u1680a',
        'a\u2003',
        'a\u0085b',
        'a\u009fb',
        '\u0085a',
      ],
      ...['a\u200b', '\u180ea', 'a\u00adb', '\u202ea', 'a\u0301', '\ud83d\ude00', '\ud83d\ude00'.repeat(127)],
      '\ud83d\ude00'.repeat(128),
    ];
    const disagreements: string[] = [];
    for (const id of odd) {
      const isAccepted = (await insert('tenants', { id })) === ACCEPTED;
      if (isAccepted !== isId(id))
        disagreements.push(`${JSON.stringify(id.slice(0, 4))}: core ${String(isId(id))}`);
    }
    expect(disagreements).toEqual([]);
  });

  it('is case-sensitive: blue and Blue are two tenants', async () => {
    expect(await insert('tenants', { id: 'Blue' })).toBe(ACCEPTED);
    await insert('memberships', { tenant_id: 'Blue' });
    const { rows } = await client.query(`SELECT tenant_id FROM memberships WHERE user_id = 'ann'`);
    expect(rows).toEqual([{ tenant_id: 'Blue' }]);
  });

  it('of a user or a client belongs to its org', async () => {
    expect(await insert('users', { org_id: 'other', id: 'bob' })).toBe(ACCEPTED);
    expect(await insert('clients', { org_id: 'other', id: 'web' })).toBe(ACCEPTED);
    expect(await insert('memberships', { org_id: 'other', user_id: 'nobody' })).toBe(
      'memberships_org_id_user_id_fkey',
    );
  });
});

describe('a name', () => {
  it.each([
    ['tenants', 'name', 'tenants_name_check'],
    ['clients', 'name', 'clients_name_check'],
    ['users', 'login', 'users_login_check'],
    ['hook_credentials', 'label', 'hook_credentials_label_check'],
  ])('in %s.%s has 1 to 255 characters', async (table, column, constraint) => {
    expect(await insert(table, { [column]: '' })).toBe(constraint);
    expect(await insert(table, { [column]: 'x'.repeat(256) })).toBe(constraint);
    expect(await insert(table, { [column]: 'x'.repeat(255) })).toBe(ACCEPTED);
  });
});

describe.each(TABLES_WITH_WINDOWS)('a window in %s', (table) => {
  it('does not end before it starts, or when it starts', async () => {
    const check = `${table}_window_check`;
    expect(await insert(table, { valid_from: FEBRUARY, valid_until: JANUARY })).toBe(check);
    expect(await insert(table, { valid_from: FEBRUARY, valid_until: FEBRUARY })).toBe(check);
  });

  it.each([
    ['on both sides', JANUARY, FEBRUARY],
    ['at its end', null, FEBRUARY],
    ['at its start', JANUARY, null],
  ])('may be bounded %s', async (_, valid_from, valid_until) => {
    expect(await insert(table, { valid_from, valid_until })).toBe(ACCEPTED);
  });

  // A number of milliseconds is what every reader makes of a bound; "no bound" is null, and null alone.
  it.each([
    ['valid_from', '-infinity'],
    ['valid_until', 'infinity'],
  ])('has no %s at %s', async (column, instant) => {
    expect(await insert(table, { [column]: instant })).toBe(`${table}_window_check`);
  });
});

describe('feature grants on one level', () => {
  const OF_ANN = { org_id: 'acme', user_id: 'ann' };
  const LEVELS = [
    { level: 'tenant', columns: {}, constraint: 'feature_grants_tenant_excl' },
    { level: 'user', columns: OF_ANN, constraint: 'feature_grants_user_excl' },
  ];

  describe.each(LEVELS)('for a $level', ({ columns, constraint }) => {
    const grant = (id: string, changes: Columns): Promise<string> =>
      insert('feature_grants', { ...columns, id, ...changes });

    it.each([
      ['the same bounds', [JANUARY, MARCH], [JANUARY, MARCH]],
      ['a common part', [JANUARY, MARCH], [FEBRUARY, null]],
      ['one inside the other', [null, null], [JANUARY, FEBRUARY]],
      ['no bounds at all', [null, null], [null, null]],
      ['no ends', [JANUARY, null], [MARCH, null]],
      ['no starts', [null, JANUARY], [null, MARCH]],
    ])('do not overlap with %s', async (_, one, two) => {
      expect(await grant('one', { valid_from: one[0], valid_until: one[1] })).toBe(ACCEPTED);
      expect(await grant('two', { valid_from: two[0], valid_until: two[1] })).toBe(constraint);
    });

    it('may follow each other without a gap', async () => {
      expect(await grant('one', { valid_until: JANUARY })).toBe(ACCEPTED);
      expect(await grant('two', { valid_from: JANUARY, valid_until: FEBRUARY })).toBe(ACCEPTED);
      expect(await grant('three', { valid_from: FEBRUARY })).toBe(ACCEPTED);
    });

    it('may stand side by side for other tenants and other features', async () => {
      expect(await grant('one', {})).toBe(ACCEPTED);
      expect(await grant('two', { tenant_id: 'green' })).toBe(ACCEPTED);
      const seats = { feature_id: 'seats', feature_type: 'integer', value: '5' };
      expect(await grant('three', seats)).toBe(ACCEPTED);
    });

    it('cannot be moved over each other', async () => {
      await grant('one', { valid_until: JANUARY });
      await grant('two', { valid_from: JANUARY });
      expect(await attempt(`UPDATE feature_grants SET valid_until = NULL WHERE id = 'one'`)).toBe(constraint);
    });
  });

  it('do not disturb those of the other level', async () => {
    expect(await insert('feature_grants', { id: 'one' })).toBe(ACCEPTED);
    expect(await insert('feature_grants', { id: 'two', ...OF_ANN })).toBe(ACCEPTED);
  });

  it('may stand side by side for two users, and for one user id in two orgs', async () => {
    expect(await insert('feature_grants', { id: 'one', ...OF_ANN })).toBe(ACCEPTED);
    expect(await insert('feature_grants', { id: 'two', org_id: 'acme', user_id: 'bob' })).toBe(ACCEPTED);
    expect(await insert('feature_grants', { id: 'three', org_id: 'other', user_id: 'ann' })).toBe(ACCEPTED);
  });

  it('name a user together with the org, or neither', async () => {
    expect(await insert('feature_grants', { org_id: 'acme' })).toBe('feature_grants_user_check');
    expect(await insert('feature_grants', { user_id: 'ann' })).toBe('feature_grants_user_check');
  });

  it('name a user that the org has', async () => {
    const refusal = await insert('feature_grants', { org_id: 'other', user_id: 'bob' });
    expect(refusal).toBe('feature_grants_org_id_user_id_fkey');
  });

  it('say why', async () => {
    for (const reason of ['', '  ', 'x'.repeat(1001)]) {
      expect(await insert('feature_grants', { reason })).toBe('feature_grants_reason_check');
    }
    expect(await insert('feature_grants', { reason: null })).toBe('23502');
  });
});

describe('the default membership of a user', () => {
  const makeDefault = (changes: Columns): Promise<string> =>
    insert('memberships', { is_default: true, ...changes });

  it('is one at a time', async () => {
    expect(await makeDefault({ valid_until: MARCH })).toBe(ACCEPTED);
    expect(await makeDefault({ tenant_id: 'green', valid_from: FEBRUARY })).toBe('memberships_default_excl');
    expect(await makeDefault({ tenant_id: 'green' })).toBe('memberships_default_excl');
  });

  it('may change at an instant', async () => {
    expect(await makeDefault({ valid_until: FEBRUARY })).toBe(ACCEPTED);
    expect(await makeDefault({ tenant_id: 'green', valid_from: FEBRUARY })).toBe(ACCEPTED);
  });

  it('leaves other memberships and other users alone', async () => {
    expect(await makeDefault({})).toBe(ACCEPTED);
    expect(await insert('memberships', { tenant_id: 'green' })).toBe(ACCEPTED);
    expect(await makeDefault({ user_id: 'bob' })).toBe(ACCEPTED);
    expect(await makeDefault({ org_id: 'other' })).toBe(ACCEPTED);
    expect(await makeDefault({ org_id: 'other', tenant_id: 'green' })).toBe('memberships_default_excl');
  });

  it('moves in one transaction that looks at the result', async () => {
    await makeDefault({});
    await insert('memberships', { tenant_id: 'green' });
    await client.query('SET CONSTRAINTS ALL DEFERRED');
    await client.query(`UPDATE memberships SET is_default = true WHERE tenant_id = 'green'`);
    await client.query(`UPDATE memberships SET is_default = false WHERE tenant_id = 'blue'`);
    expect(await attempt('SET CONSTRAINTS ALL IMMEDIATE')).toBe(ACCEPTED);
  });
});

describe('a feature value', () => {
  const LIST_OF_100 = JSON.stringify(Array.from({ length: 100 }, () => 'x'));
  const LIST_OF_101 = JSON.stringify(Array.from({ length: 101 }, () => 'x'));
  const TEXT_OF_1000 = JSON.stringify('x'.repeat(1000));
  const TEXT_OF_1001 = JSON.stringify('x'.repeat(1001));
  const FEATURE_OF_TYPE = { boolean: 'sso', integer: 'seats', string: 'tier', string_list: 'regions' };
  type FeatureType = keyof typeof FEATURE_OF_TYPE;

  const FITTING: Readonly<Record<FeatureType, readonly string[]>> = {
    boolean: ['true', 'false'],
    integer: ['0', '-1', '9007199254740991', '-9007199254740991', '1e3'],
    string: ['""', '"gold"', '"true"', TEXT_OF_1000],
    string_list: ['[]', '["eu"]', '["eu", ""]', LIST_OF_100, `[${TEXT_OF_1000}]`],
  };

  const MISFITTING: Readonly<Record<FeatureType, readonly string[]>> = {
    boolean: ['null', '0', '1', '"true"', '[]', '[true]', '{}'],
    integer: [
      ...['null', 'true', '"5"', '[]', '{}', '1.5', '-0.1', '1e-400', '1e400'],
      ...['9007199254740992', '-9007199254740992', '9007199254740993'],
    ],
    string: ['null', 'true', '5', '[]', '["gold"]', '{}', TEXT_OF_1001],
    string_list: [
      ...['null', '"eu"', '{}', '{"0": "eu"}', '[null]', '[1]', '[true]', '["eu", ["us"]]', '[[]]', '[{}]'],
      ...[LIST_OF_101, `[${TEXT_OF_1001}]`],
    ],
  };

  const TABLES = ['plan_features', 'feature_grants'];
  const TYPES = Object.keys(FEATURE_OF_TYPE) as FeatureType[];
  const CASES = TABLES.flatMap((table) => TYPES.map((type) => ({ table, type })));

  it.each(CASES)('in $table that does not fit the type $type is refused', async ({ table, type }) => {
    const typed = { feature_id: FEATURE_OF_TYPE[type], feature_type: type };
    const accepted: string[] = [];
    for (const value of MISFITTING[type]) {
      if ((await insert(table, { ...typed, value })) !== `${table}_value_check`) accepted.push(value);
    }
    expect(accepted).toEqual([]);
    expect(await insert(table, { ...typed, value: null })).toBe('23502');
  });

  it.each(CASES)('in $table that fits the type $type is accepted', async ({ table, type }) => {
    const typed = { feature_id: FEATURE_OF_TYPE[type], feature_type: type };
    for (const value of FITTING[type]) {
      expect(await insert(table, { ...typed, value })).toBe(ACCEPTED);
      await client.query(`DELETE FROM ${table}`);
    }
  });

  it.each(TABLES)('in %s has the type of its feature', async (table) => {
    const refusal = await insert(table, { feature_type: 'integer', value: '5' });
    expect(refusal).toBe(`${table}_feature_id_feature_type_fkey`);
  });

  it.each(TABLES)('in %s keeps the type of its feature from changing', async (table) => {
    await insert(table);
    const refusal = await attempt(`UPDATE features SET type = 'integer' WHERE id = 'sso'`);
    expect(refusal).toBe(`${table}_feature_id_feature_type_fkey`);
    expect(await attempt(`DELETE FROM features WHERE id = 'sso'`)).toBe(
      `${table}_feature_id_feature_type_fkey`,
    );
  });

  it('lets the type of an unused feature change', async () => {
    expect(await attempt(`UPDATE features SET type = 'integer' WHERE id = 'sso'`)).toBe(ACCEPTED);
  });
});

describe('a plan', () => {
  it('has a rank of its own', async () => {
    expect(await insert('plans', { rank: 1 })).toBe('plans_rank_key');
  });

  it('changes places with another in one transaction', async () => {
    await insert('plans', { id: 'gold', rank: 2 });
    await client.query('SET CONSTRAINTS ALL DEFERRED');
    await client.query(`UPDATE plans SET rank = 2 WHERE id = 'basic'`);
    await client.query(`UPDATE plans SET rank = 1 WHERE id = 'gold'`);
    expect(await attempt('SET CONSTRAINTS ALL IMMEDIATE')).toBe(ACCEPTED);
  });
});

describe('a URI of an issuer', () => {
  const OWN = 'https://acme.example/oauth2/main';
  const ALIAS = 'https://id.acme.example/oauth2/main';

  it('is nobody else’s URI or alias', async () => {
    await insert('issuers');
    expect(await insert('issuers', { id: 'another', uri: OWN })).toBe('issuers_uri_key');
    expect(await insert('issuers', { id: 'another', uri: ALIAS })).toBe('issuer_uris_pkey');
    expect(await insert('issuer_aliases', { issuer_id: 'new', uri: OWN })).toBe('issuer_uris_pkey');
    expect(await insert('issuer_aliases', { issuer_id: 'new', uri: ALIAS })).toBe('issuer_aliases_pkey');
  });

  it('is not changed into another’s', async () => {
    await insert('issuers');
    await insert('issuer_aliases', { issuer_id: 'new' });
    expect(await attempt('UPDATE issuers SET uri = $1 WHERE id = $2', [ALIAS, 'new'])).toBe(
      'issuer_uris_pkey',
    );
    expect(await attempt('UPDATE issuer_aliases SET uri = $1 WHERE issuer_id = $2', [OWN, 'new'])).toBe(
      'issuer_uris_pkey',
    );
  });

  const MALFORMED = [
    ...[
      'http://acme.example/oauth2/x',
      'HTTPS://acme.example/oauth2/x',
      'acme.example/oauth2/x',
      '',
      'https://',
    ],
    ...['https://acme.example/oauth2/x/', 'https://acme.example/x?y=1', 'https://acme.example/x#y'],
    ...['https://acme.example/o x', ' https://acme.example/x', 'https://acme.example/x\n'],
    `https://acme.example/${'x'.repeat(1024)}`,
  ];

  it.each(['issuers', 'issuer_aliases'])('is an https URI in %s', async (table) => {
    for (const uri of MALFORMED)
      expect([uri, await insert(table, { uri })]).toEqual([uri, `${table}_uri_check`]);
  });

  it('of an org is an https origin', async () => {
    const malformed = [
      'http://a.example',
      'https://a.example/',
      'https://a.example/x',
      'https://a.example?x',
      '',
    ];
    for (const uri of malformed) expect(await insert('orgs', { url: uri })).toBe('orgs_url_check');
  });

  it('of an org is the org’s alone', async () => {
    expect(await insert('orgs', { url: 'https://acme.example' })).toBe('orgs_url_key');
  });
});

describe('a URI that two connections want at the same time', () => {
  const CONTESTED = 'https://login.acme.example/oauth2/contested';
  const asIssuer = insertion('issuers', { id: 'contested', uri: CONTESTED });
  const asAlias = insertion('issuer_aliases', { uri: CONTESTED });

  beforeEach(async () => {
    await client.query('COMMIT');
  });

  afterEach(async () => {
    await client.query(
      'BEGIN; TRUNCATE orgs, issuers, issuer_aliases, issuer_uris, tenants, features, plans CASCADE; COMMIT',
    );
  });

  async function race(
    isolation: string,
    statements: readonly (typeof asIssuer)[],
  ): Promise<readonly string[]> {
    const contestants = await Promise.all(
      statements.map(async (statement) => ({ statement, connection: await connect() })),
    );
    for (const { connection } of contestants) {
      await connection.query(`BEGIN ISOLATION LEVEL ${isolation}`);
      await connection.query('SELECT count(*) FROM issuers');
    }
    const verdicts = await Promise.all(
      contestants.map(async ({ statement, connection }) => {
        try {
          await connection.query(statement.sql, statement.values);
          await connection.query('COMMIT');
          return ACCEPTED;
        } catch (error) {
          await connection.query('ROLLBACK');
          return error instanceof DatabaseError ? 'refused' : String(error);
        }
      }),
    );
    return verdicts.toSorted();
  }

  it.each([
    ['an alias and an issuer', [asAlias, asIssuer]],
    ['an issuer and an alias', [asIssuer, asAlias]],
  ])('goes to one of them, of %s', async (_, statements) => {
    expect(await race('READ COMMITTED', statements)).toEqual([ACCEPTED, 'refused']);
  });

  it.each(['REPEATABLE READ', 'SERIALIZABLE'])('goes to one of them under %s too', async (isolation) => {
    expect(await race(isolation, [asIssuer, asAlias])).toEqual([ACCEPTED, 'refused']);
  });
});

describe('roles', () => {
  it.each([
    ['memberships', 'memberships_roles_check'],
    ['client_bindings', 'client_bindings_roles_check'],
  ])('of %s are ids', async (table, constraint) => {
    const refused = [
      ...[['a', null], [null], [''], ['a', ' b'], ['a\u0001']],
      Array.from({ length: 101 }, (_, index) => `role-${String(index)}`),
      // What is read is a list of texts, not a list of lists.
      [['a', 'b']],
    ];
    const accepted: unknown[] = [];
    for (const roles of refused) if ((await insert(table, { roles })) !== constraint) accepted.push(roles);
    expect(accepted).toEqual([]);
    expect(await insert(table, { roles: null })).toBe('23502');
  });

  it.each(['memberships', 'client_bindings'])('of %s are 0 to 100', async (table) => {
    const roles = Array.from({ length: 100 }, (_, index) => `role-${String(index)}`);
    expect(await insert(table, { roles })).toBe(ACCEPTED);
    expect(await insert(table, { tenant_id: 'green', roles: [] })).toBe(ACCEPTED);
  });
});

describe('a credential', () => {
  it('has a header name in lower case that HTTP can carry', async () => {
    for (const header_name of ['Authorization', 'X-SECRET', '', 'a b', 'a:b', 'a\n', 'ä', 'x'.repeat(101)]) {
      expect(await insert('hook_credentials', { header_name })).toBe('hook_credentials_header_name_check');
    }
    expect(await insert('hook_credentials', { header_name: 'x-mintmark_secret.1' })).toBe(ACCEPTED);
  });

  it.each([0, 31, 33, 64])('has no hash of %i bytes', async (length) => {
    const refusal = await insert('hook_credentials', { secret_sha256: Buffer.alloc(length, 1) });
    expect(refusal).toBe('hook_credentials_secret_sha256_check');
  });

  it('has a secret of its own', async () => {
    await insert('hook_credentials');
    expect(await insert('hook_credentials', { id: 'another' })).toBe('hook_credentials_secret_sha256_key');
  });

  const BEARER = { id: 'bearer', scheme: 'bearer', header_name: null, secret_sha256: null, client_id: 'web' };

  it('of the bearer scheme names a client, and nothing else', async () => {
    expect(await insert('hook_credentials', BEARER)).toBe(ACCEPTED);
  });

  it.each<[string, Columns]>([
    ['header scheme without a header name', { header_name: null }],
    ['header scheme without a hash', { secret_sha256: null }],
    ['header scheme with a client', { client_id: 'web' }],
    ['bearer scheme without a client', { ...BEARER, client_id: null }],
    ['bearer scheme with a header name', { ...BEARER, header_name: 'authorization' }],
    ['bearer scheme with a hash', { ...BEARER, secret_sha256: Buffer.alloc(32, 8) }],
  ])('is refused where it is of the %s', async (_, changes) => {
    expect(await insert('hook_credentials', changes)).toBe('hook_credentials_scheme_check');
  });

  it.each(['', ' web', 'x'.repeat(256), 'a\u0001b'])('has no client id such as %j', async (client_id) => {
    const refusal = await insert('hook_credentials', { ...BEARER, client_id });
    expect(refusal).toBe('hook_credentials_client_id_check');
  });

  it('is the only one of its client until it is revoked', async () => {
    await insert('hook_credentials', BEARER);
    const another = { ...BEARER, id: 'another' };
    expect(await insert('hook_credentials', another)).toBe('hook_credentials_client_id_key');
    expect(await insert('hook_credentials', { ...another, client_id: 'app' })).toBe(ACCEPTED);
    await client.query(`UPDATE hook_credentials SET revoked_at = now() WHERE id = 'bearer'`);
    expect(await insert('hook_credentials', { ...another, id: 'third' })).toBe(ACCEPTED);
    expect(await attempt(`UPDATE hook_credentials SET revoked_at = NULL WHERE id = 'bearer'`)).toBe(
      'hook_credentials_client_id_key',
    );
  });

  it('does not end before it begins', async () => {
    const refusal = await insert('hook_credentials', { created_at: FEBRUARY, expires_at: JANUARY });
    expect(refusal).toBe('hook_credentials_expires_at_check');
  });

  it('keeps its issuers from being deleted', async () => {
    await insert('hook_credentials');
    await client.query(`INSERT INTO hook_credential_issuers VALUES ('new', 'main')`);
    const refusal = await attempt(`DELETE FROM issuers WHERE id = 'main'`);
    expect(refusal).toBe('hook_credential_issuers_issuer_id_fkey');
  });
});

describe('a claim mapping', () => {
  it('names at least one token', async () => {
    const refusal = await insert('claim_mappings', { in_access_token: false, in_id_token: false });
    expect(refusal).toBe('claim_mappings_tokens_check');
  });

  it.each([-1, 1001])('has no priority of %i', async (priority) => {
    expect(await insert('claim_mappings', { priority })).toBe('claim_mappings_priority_check');
  });

  it.each([0, 1000])('may have a priority of %i', async (priority) => {
    expect(await insert('claim_mappings', { priority })).toBe(ACCEPTED);
  });

  it('has a claim name and an expression', async () => {
    expect(await insert('claim_mappings', { claim: '' })).toBe('claim_mappings_claim_check');
    expect(await insert('claim_mappings', { expression: '' })).toBe('claim_mappings_expression_check');
    const tooLong = await insert('claim_mappings', { expression: 'x'.repeat(1001) });
    expect(tooLong).toBe('claim_mappings_expression_check');
  });

  it.each(['scopes', 'client_ids', 'grant_types', 'issuer_ids'])('has ids as %s', async (column) => {
    expect(await insert('claim_mappings', { [column]: [''] })).toBe('claim_mappings_conditions_check');
    expect(await insert('claim_mappings', { [column]: [null] })).toBe('claim_mappings_conditions_check');
    expect(await insert('claim_mappings', { [column]: null })).toBe('23502');
  });
});

describe('an issuer', () => {
  it.each([
    ['claims_budget_bytes', 255],
    ['claims_budget_bytes', 65_537],
    ['remember_choice_days', 0],
    ['remember_choice_days', 3661],
  ])('has no %s of %i', async (column, value) => {
    expect(await insert('issuers', { [column]: value })).toBe(`issuers_${column}_check`);
  });
});

describe('a remembered choice', () => {
  it('is kept for some time', async () => {
    const refusal = await insert('remembered_choices', { kept_until: JANUARY });
    expect(refusal).toBe('remembered_choices_window_check');
  });

  it.each(['client_id', 'refresh_token_jti', 'tenant_id'])('has an id as %s', async (column) => {
    expect(await insert('remembered_choices', { [column]: '' })).toBe('remembered_choices_ids_check');
  });

  it.each(['org_id', 'user_id'])('has an id as %s', async (column) => {
    expect(await insert('remembered_choices', { [column]: '' })).toBe('remembered_choices_user_check');
  });

  it.each([
    ['is removed', `DELETE FROM users WHERE id = 'new'`],
    ['gets another id', `UPDATE users SET id = 'other' WHERE id = 'new'`],
  ])('ends when its user %s, and no other does', async (_, sql) => {
    await insert('users');
    await insert('remembered_choices');
    await insert('remembered_choices', { user_id: 'new' });
    expect(await attempt(`UPDATE users SET status = 'suspended' WHERE id = 'new'`)).toBe(ACCEPTED);
    expect((await client.query('SELECT FROM remembered_choices')).rowCount).toBe(2);
    expect(await attempt(sql)).toBe(ACCEPTED);
    expect((await client.query('SELECT FROM remembered_choices')).rowCount).toBe(1);
  });

  it('outlives its tenant, so that the next refresh is refused', async () => {
    await insert('tenants');
    await insert('remembered_choices', { tenant_id: 'new' });
    expect(await attempt(`DELETE FROM tenants WHERE id = 'new'`)).toBe(ACCEPTED);
    const { rowCount } = await client.query('SELECT FROM remembered_choices');
    expect(rowCount).toBe(1);
  });
});
