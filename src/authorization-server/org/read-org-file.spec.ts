import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { OrgRefusedError } from './org-refused-error.js';
import type { Client, CustomServer, Org } from './org.js';
import { readOrgFile } from './read-org-file.js';

type Json = Readonly<Record<string, unknown>>;

/** A small org; each part may be replaced. */
function orgText(parts: Json = {}): string {
  return stringify({
    version: 1,
    org: { name: 'Acme', subDomain: 'acme' },
    groups: [{ name: 'Staff' }],
    users: [{ profile: { login: 'dana@acme.example' }, groups: ['Staff'] }],
    ...parts,
  });
}

function faultsOf(text: string): readonly string[] {
  try {
    readOrgFile(text);
  } catch (error) {
    if (error instanceof OrgRefusedError)
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim());
    throw error;
  }
  return [];
}

/** The faults of an org with these parts, without their lines. */
function problemsIn(parts: Json): readonly string[] {
  return faultsOf(orgText(parts)).map((fault) => fault.replace(/^line \d+, /, ''));
}

function serverIn(org: Org, id: string): CustomServer {
  const server = org.servers.get(id);
  if (server === undefined) throw new Error(`no server ${id}`);
  return server;
}

const SERVER = { id: 'aus1', name: 'Orders', audience: 'api://orders' };
const RULE = { name: 'All', grantTypes: ['client_credentials'] };

function serverWith(parts: Json): Json {
  return { authorizationServers: [{ ...SERVER, ...parts }] };
}

function ruleWith(parts: Json): Json {
  return serverWith({ policies: [{ name: 'All', rules: [{ ...RULE, ...parts }] }] });
}

const WEB = {
  id: '0oaweb1',
  label: 'Web',
  secret: 'a-secret-of-the-web-app',
  redirectUris: ['https://app.example/callback'],
};

function clientWith(parts: Json): Json {
  return { clients: [{ ...WEB, ...parts }] };
}

function clientIn(parts: Json): Client {
  const [client] = readOrgFile(orgText({ clients: [parts] })).clients.values();
  if (client === undefined) throw new Error('no client');
  return client;
}

describe('readOrgFile', () => {
  it('reads the sample org', () => {
    const org = readOrgFile(readFileSync('examples/org.yaml', 'utf8'));
    expect(org.id).toBe('00o1a5d8ZxCvBn3Mk1d7');
    expect([...org.servers.keys()]).toContain('aus7k2m9QxRtYb4Vw1d7');
  });

  it('finds the same ids each time for what has none in the file', () => {
    const text = orgText({ authorizationServers: [{ name: 'Orders', audience: 'api://orders' }] });
    const [id = ''] = [...readOrgFile(text).users.keys()];
    expect(id).toMatch(/^00u[0-9A-Za-z]{17}$/);
    expect(readOrgFile(text)).toEqual(readOrgFile(text));
  });

  it('is frozen', () => {
    const org = readOrgFile(orgText(ruleWith({})));
    expect(Object.isFrozen(org)).toBe(true);
    const [policy] = serverIn(org, 'aus1').policies;
    expect(Object.isFrozen(policy?.rules[0]?.groups.include)).toBe(true);
  });

  it('holds no password, and names none in a fault', () => {
    const users = [{ password: 'correct horse', profile: { login: 'dana' } }];
    const org = readOrgFile(orgText({ users }));
    expect(JSON.stringify([...org.users.values()])).not.toContain('correct');
    const wrong = problemsIn({ users: [{ password: 'correct\nhorse', profile: { login: 'dana' } }] });
    expect(wrong).toEqual(['users[0].password: must be a password of 1 to 255 characters on one line']);
  });

  it('trusts origins as browsers send them, and nothing else', () => {
    const origins = ['https://a.example', 'http://localhost:3000'];
    const trustedOrigins = origins.map((origin) => ({ name: 'Pages', origin }));
    expect(readOrgFile(orgText({ trustedOrigins })).trustedOrigins).toMatchObject(
      origins.map((origin) => ({ origin, scopes: ['CORS', 'REDIRECT'] })),
    );
    for (const origin of ['https://a.example/', 'https://A.example', 'https://a.example:443', 'null', '*']) {
      expect(problemsIn({ trustedOrigins: [{ name: 'Pages', origin }] })).toEqual([
        expect.stringMatching(/^trustedOrigins\[0\]\.origin: must be an origin as browsers send it/),
      ]);
    }
  });

  it('has the switches as the references suggest, but for those that the file sets', () => {
    const { switches } = readOrgFile(orgText({ switches: { nullValues: 'apply' } }));
    expect(switches).toMatchObject({ nullValues: 'apply', chainedOperations: 'allow' });
  });

  it('has the group Everyone, and servers named default, without being told', () => {
    const org = readOrgFile(orgText());
    expect([...org.groups.values()].map(({ name, type }) => [name, type])).toEqual([
      ['Everyone', 'BUILT_IN'],
      ['Staff', 'OKTA_GROUP'],
    ]);
    expect(serverIn(org, 'default')).toMatchObject({ audience: 'api://default', policies: [] });
  });

  it('lists every fault with its line and path', () => {
    const text = ['version: 1', 'org: { name: Acme, subDomain: Acme! }', 'users:', '  - { groups: x }'].join(
      '\n',
    );
    expect(faultsOf(text)).toEqual([
      'line 2, org.subDomain: must be a part of a host name, such as "acme"',
      'line 4, users[0].profile: must be an object with a login',
      'line 4, users[0].groups: must be a list',
    ]);
  });

  it('lists what is wrong between the parts with line and path, too', () => {
    const text = [
      'version: 1',
      'org: { name: Acme, subDomain: acme }',
      'users:',
      '  - profile: { login: dana }',
      '    groups: [Nobodys]',
    ].join('\n');
    expect(faultsOf(text)).toEqual(['line 5, users[0].groups[0]: there is no group called "Nobodys"']);
  });

  it.each([
    [{ version: 2 }, 'version: must be 1'],
    [{ org: null }, 'org: must be an object with a name and a subDomain'],
    [{ switches: null }, 'switches: must be an object'],
    [{ switches: { nullValues: 'maybe' } }, 'switches.nullValues: must be one of invalid, apply'],
    [{ surprise: 1 }, 'surprise: is no member of this object'],
    [{ groups: [{ name: 'Everyone' }] }, 'groups[0]: there is another group called "Everyone"'],
    [{ groups: [{ name: 'A' }, { name: 'A' }], users: [] }, 'groups[1]: there is another group called "A"'],
    [{ users: [{ profile: {} }] }, 'users[0].profile.login: must be text of 1 to 100 characters'],
    [
      {
        users: [
          { id: '00u1', profile: { login: 'a' } },
          { id: '00u2', profile: { login: 'a' } },
        ],
      },
      'users[1]: there is another user called "a"',
    ],
    [
      { users: [{ profile: { login: 'a' } }, { profile: { login: 'A' } }] },
      'users[1].profile.login: differs from "a" by case alone',
    ],
    [
      { users: [{ profile: { login: 'a' }, lastUpdated: '2026-01-01' }] },
      'users[0].lastUpdated: must be an instant with an offset, such as 2026-11-22T10:00:00Z',
    ],
    [
      { users: [{ profile: { login: 'a' }, status: 'LOST' }] },
      'users[0].status: must be one of ACTIVE, SUSPENDED, DEPROVISIONED, STAGED, LOCKED_OUT, PASSWORD_EXPIRED',
    ],
  ])('refuses %j', (parts, problem) => {
    expect(problemsIn(parts)).toContain(problem);
  });

  describe('of clients', () => {
    it('fills in what Okta gives a web application', () => {
      expect(clientIn(WEB)).toMatchObject({
        applicationType: 'web',
        authenticationMethod: 'client_secret_basic',
        grantTypes: ['authorization_code'],
        responseTypes: ['code'],
        pkceRequired: false,
        consentMethod: 'TRUSTED',
        refreshToken: { rotationType: 'STATIC', leewaySeconds: 30 },
      });
    });

    it('takes browser applications for public ones with PKCE and rotation', () => {
      const { secret: _, ...web } = WEB;
      expect(clientIn({ ...web, applicationType: 'browser' })).toMatchObject({
        authenticationMethod: 'none',
        pkceRequired: true,
        refreshToken: { rotationType: 'ROTATE' },
      });
    });

    it('takes services for machines, and a key without a secret for their way to authenticate', () => {
      const jwks = { keys: [{ kty: 'RSA', kid: 'k1', n: 'AQAB', e: 'AQAB' }] };
      expect(clientIn({ id: '0oasvc1', label: 'Batch', applicationType: 'service', jwks })).toMatchObject({
        authenticationMethod: 'private_key_jwt',
        grantTypes: ['client_credentials'],
        jwks,
      });
    });

    it('assigns people by login or id and groups by name, with a profile in the app or without', () => {
      const org = readOrgFile(
        orgText({
          users: [
            { id: '00u1', profile: { login: 'dana' } },
            { id: '00u2', profile: { login: 'eli' } },
          ],
          ...clientWith({
            assignments: {
              users: ['dana', { user: '00u2', userName: 'e', profile: { team: 'red' } }],
              groups: ['Everyone', { group: 'Staff', profile: { desk: 4 } }],
            },
          }),
        }),
      );
      const assignments = org.clients.get('0oaweb1')?.assignments;
      expect([...(assignments?.users ?? [])]).toEqual([
        ['00u1', { userName: 'dana', profile: {} }],
        ['00u2', { userName: 'e', profile: { team: 'red' } }],
      ]);
      const [everyone, staff] = org.groups.keys();
      expect([...(assignments?.groups ?? [])]).toEqual([
        [everyone, {}],
        [staff, { desk: 4 }],
      ]);
    });

    it.each([
      [{ id: 'short' }, "clients[0].id: must be a client id: 6 to 100 of letters, digits and $-_.+!*'(),"],
      [
        { id: 'ALL_CLIENTS' },
        "clients[0].id: must be a client id: 6 to 100 of letters, digits and $-_.+!*'(),",
      ],
      [{ secret: 'short' }, 'clients[0].secret: must be a secret of 14 to 100 printable ASCII characters'],
      [
        { secret: undefined },
        'clients[0].secret: must be there, since the client authenticates by client_secret_basic',
      ],
      [{ secret: null }, 'clients[0].secret: must be a secret of 14 to 100 printable ASCII characters'],
      [
        { authenticationMethod: 'none' },
        'clients[0].secret: has no use, since the client authenticates by none',
      ],
      [
        { secret: undefined, authenticationMethod: 'none', pkceRequired: false },
        'clients[0].pkceRequired: must be true for a public client',
      ],
      [
        { secret: undefined, authenticationMethod: 'none', applicationType: 'service' },
        'clients[0].authenticationMethod: a service is no public client',
      ],
      [
        { secret: undefined, applicationType: 'native', grantTypes: ['client_credentials'] },
        'clients[0].grantTypes: client_credentials wants a client that has credentials',
      ],
      [
        { applicationType: 'service', grantTypes: ['client_credentials', 'authorization_code'] },
        'clients[0].grantTypes: a service cannot use authorization_code',
      ],
      [{ grantTypes: [] }, 'clients[0].grantTypes: must name at least one grant type'],
      [{ redirectUris: [] }, 'clients[0].redirectUris: must name where a person is sent back to'],
      [
        { redirectUris: ['https://app.example/#x'] },
        'clients[0].redirectUris: every entry must be an absolute URI without a fragment',
      ],
      [
        { redirectUris: ['https://münchen.example/cb'] },
        'clients[0].redirectUris: every entry must be an absolute URI without a fragment',
      ],
      [
        { redirectUris: ['javascript:alert(1)'] },
        'clients[0].redirectUris: every entry must be an absolute URI without a fragment',
      ],
      [
        { refreshToken: { leewaySeconds: 61 } },
        'clients[0].refreshToken.leewaySeconds: must be a whole number from 0 to 60',
      ],
      [{ jwks: { keys: [] } }, 'clients[0].jwks.keys: must be a list of at least one key'],
      [
        { jwks: { keys: [{ kty: 'RSA', d: 'x' }] } },
        'clients[0].jwks.keys[0]: is no public key: leave its private half with the client',
      ],
      [{ jwks: { keys: [{ kty: 'oct' }] } }, 'clients[0].jwks.keys[0]: must have the kty RSA or EC'],
      [
        { assignments: { users: ['nobody'] } },
        'clients[0].assignments.users[0]: there is no user called "nobody"',
      ],
      [
        { assignments: { users: ['dana@acme.example', 'dana@acme.example'] } },
        'clients[0].assignments.users[1]: "dana@acme.example" is assigned already',
      ],
      [
        { assignments: { groups: ['Staff', { group: 'Staff', profile: { desk: 4 } }] } },
        'clients[0].assignments.groups[1]: "Staff" is assigned already',
      ],
      [
        { assignments: { groups: [{ group: 'Nobody' }] } },
        'clients[0].assignments.groups[0]: there is no group called "Nobody"',
      ],
      [{ assignments: { groups: [1] } }, 'clients[0].assignments.groups[0]: must be a list of objects'],
    ])('refuses %j', (parts, problem) => {
      expect(problemsIn(clientWith(parts))).toContain(problem);
    });
  });

  describe('of inline hooks', () => {
    const channel = { uri: 'https://hook.example/okta' };

    it('takes a hook with its header', () => {
      const authScheme = { key: 'X-Secret', value: 'secret' };
      const org = readOrgFile(
        orgText({ inlineHooks: [{ id: 'cal1', name: 'Hook', channel: { ...channel, authScheme } }] }),
      );
      expect(org.inlineHooks.get('cal1')).toEqual({
        id: 'cal1',
        name: 'Hook',
        status: 'ACTIVE',
        version: '1.0.0',
        channel: { type: 'HTTP', uri: channel.uri, headers: [], authScheme },
      });
    });

    it('takes plain HTTP where the switch says so', () => {
      const inlineHooks = [{ name: 'Hook', channel: { uri: 'http://127.0.0.1:1/' } }];
      expect(problemsIn({ inlineHooks })).toEqual([
        'inlineHooks[0].channel.uri: must be an https URI, unless the switch allowHttpHooks is on',
      ]);
      expect(problemsIn({ inlineHooks, switches: { allowHttpHooks: true } })).toEqual([]);
    });

    it.each([
      [{ uri: 'https://' }, 'inlineHooks[0].channel.uri: must be an https URI of at most 1024 characters'],
      [{ uri: 'https://[' }, 'inlineHooks[0].channel.uri: must be a URI'],
      [
        { uri: 'https://user:password@hook.example/' },
        'inlineHooks[0].channel.uri: must have no user and no password: they are for authScheme',
      ],
      [
        { headers: [{ key: 'Accept', value: 'x' }] },
        'inlineHooks[0].channel.headers[0].key: this header is set by the call itself',
      ],
      [
        { headers: [{ key: 'x-a', value: 'x' }], authScheme: { key: 'X-A', value: 'y' } },
        'inlineHooks[0].channel.authScheme.key: this header is there already',
      ],
      [
        { headers: [{ key: 'x-a', value: 'a\nb' }] },
        'inlineHooks[0].channel.headers[0].value: must be the value of an HTTP header, in printable ASCII',
      ],
    ])('refuses %j', (parts, problem) => {
      expect(problemsIn({ inlineHooks: [{ name: 'Hook', channel: { ...channel, ...parts } }] })).toContain(
        problem,
      );
    });
  });

  describe('of scopes and claims', () => {
    it('gives a server the seven system scopes behind its own', () => {
      const org = readOrgFile(orgText(serverWith({ scopes: [{ name: 'read:invoices', default: true }] })));
      const { scopes } = serverIn(org, 'aus1');
      expect([...scopes.keys()]).toEqual([
        ...[
          'read:invoices',
          'openid',
          'profile',
          'email',
          'address',
          'phone',
          'offline_access',
          'device_sso',
        ],
      ]);
      expect(scopes.get('read:invoices')).toMatchObject({
        system: false,
        isDefault: true,
        metadataPublish: 'NO_CLIENTS',
        consent: 'IMPLICIT',
      });
      expect(scopes.get('email')).toMatchObject({
        system: true,
        displayName: 'View your email address.',
        isDefault: false,
        metadataPublish: 'ALL_CLIENTS',
      });
    });

    it('changes a system scope that the file names, and leaves out those that it does not want', () => {
      const org = readOrgFile(
        orgText(serverWith({ scopes: [{ name: 'openid', default: true }], withoutScopes: ['device_sso'] })),
      );
      const { scopes } = serverIn(org, 'aus1');
      expect(scopes.get('openid')).toMatchObject({ system: true, isDefault: true });
      expect(scopes.has('device_sso')).toBe(false);
    });

    it('gives a server the 19 claims of a new one', () => {
      const { claims } = serverIn(readOrgFile(orgText(serverWith({}))), 'aus1');
      expect(claims).toHaveLength(19);
      expect(claims.filter(({ claimType }) => claimType === 'RESOURCE').map(({ name }) => name)).toEqual([
        'sub',
      ]);
      const thin = claims.filter((claim) => claim.claimType === 'IDENTITY' && claim.alwaysIncludeInToken);
      expect(thin.map(({ name }) => name)).toEqual(['name', 'preferred_username', 'email']);
    });

    it('changes a system claim of the same name and type, and keeps what the file does not say', () => {
      const changes = [
        { name: 'email', claimType: 'IDENTITY', alwaysIncludeInToken: false },
        { name: 'sub', value: 'user.employeeNumber' },
      ];
      const { claims } = serverIn(readOrgFile(orgText(serverWith({ claims: changes }))), 'aus1');
      expect(claims).toHaveLength(19);
      expect(claims.find(({ name }) => name === 'email')).toMatchObject({
        system: true,
        source: { valueType: 'SYSTEM' },
        scopes: ['email'],
        alwaysIncludeInToken: false,
      });
      expect(claims.find(({ name }) => name === 'sub')).toMatchObject({
        system: true,
        source: { valueType: 'EXPRESSION', value: 'user.employeeNumber' },
      });
    });

    it('does not look at an expression before a token is minted', () => {
      expect(problemsIn(serverWith({ claims: [{ name: 'x', value: 'nonsense((' }] }))).toEqual([]);
    });

    const SCOPE_NAME =
      'must be a scope name: printable ASCII without space, quotation mark and backslash, not "*", not one that starts ' +
      'with "okta.", and not with both "<" and ">"';

    it.each(['a b', 'a"b', 'a\\b', '*', 'okta', 'okta.users.read', 'okta:x', '<a>', 'é'])(
      'refuses the scope %j',
      (name) => {
        expect(problemsIn(serverWith({ scopes: [{ name }] }))).toEqual([
          `authorizationServers[0].scopes[0].name: ${SCOPE_NAME}`,
        ]);
      },
    );

    it.each(['car:drive', 'oktagon', 'a>b', 'https://api.example/read', "it's"])(
      'takes the scope %j',
      (name) => {
        expect(problemsIn(serverWith({ scopes: [{ name }] }))).toEqual([]);
      },
    );

    it.each([
      [{ scopes: [{ name: 'a' }, { name: 'a' }] }, 'scopes[1]: there is another scope called "a"'],
      [{ withoutScopes: ['a'] }, 'withoutScopes[0]: is no system scope'],
      [{ scopes: [{ name: 'email' }], withoutScopes: ['email'] }, 'withoutScopes[0]: is among the scopes'],
      [
        { claims: [{ name: 'iss', value: '1' }] },
        'claims[0].name: RESOURCE tokens have a claim of this name of their own',
      ],
      [
        { claims: [{ name: 'sub', claimType: 'IDENTITY', value: '1' }] },
        'claims[0].name: IDENTITY tokens have a claim of this name of their own',
      ],
      [
        { claims: [{ name: 'x', value: '1', scopes: ['a'] }] },
        'claims[0].scopes[0]: the server has no scope called "a"',
      ],
      [
        {
          claims: [
            { name: 'x', value: '1' },
            { name: 'x', value: '2' },
          ],
        },
        'claims[1]: there is another RESOURCE claim called "x"',
      ],
      [
        { claims: [{ name: 'x' }] },
        'claims[0].value: must be there for a claim of the value type EXPRESSION',
      ],
      [
        { claims: [{ name: 'x', value: 'x'.repeat(1025) }] },
        'claims[0].value: must be text of 1 to 1024 characters',
      ],
      [
        { claims: [{ name: 'x', valueType: 'SYSTEM' }] },
        'claims[0].valueType: is SYSTEM for the standard claims of an ID token only',
      ],
      [
        { claims: [{ name: 'x', valueType: 'GROUPS', groupFilterType: 'REGEX', value: '(?=a)b' }] },
        'claims[0].value: is no regular expression for groups: there is nothing that can stand here at column 2',
      ],
      [
        { claims: [{ name: 'x', value: '1', groupFilterType: 'EQUALS' }] },
        'claims[0].groupFilterType: belongs to claims of the value type GROUPS',
      ],
    ])('refuses %j', (parts, problem) => {
      expect(problemsIn(serverWith(parts))).toContain(`authorizationServers[0].${problem}`);
    });
  });

  describe('of policies and rules', () => {
    it('fills in what Okta gives a rule', () => {
      const [policy] = serverIn(readOrgFile(orgText(ruleWith({}))), 'aus1').policies;
      expect(policy).toMatchObject({ status: 'ACTIVE', priority: 1, clients: [] });
      expect(policy?.rules[0]).toMatchObject({
        priority: 1,
        users: { include: [], exclude: [] },
        groups: { include: ['EVERYONE'], exclude: [] },
        scopes: ['*'],
        accessTokenLifetimeMinutes: 60,
        refreshTokenLifetimeMinutes: 0,
        refreshTokenWindowMinutes: 10_080,
        inlineHookId: null,
      });
    });

    it('is for nobody else where it names people', () => {
      const [policy] = serverIn(
        readOrgFile(orgText(ruleWith({ users: { include: ['dana@acme.example'] } }))),
        'aus1',
      ).policies;
      expect(policy?.rules[0]?.groups.include).toEqual([]);
      expect(policy?.rules[0]?.users.include).toHaveLength(1);
    });

    it('puts them in the order of priority, those without one last', () => {
      const policies = [{ name: 'c' }, { name: 'b', priority: 7 }, { name: 'd' }, { name: 'a', priority: 2 }];
      const server = serverIn(readOrgFile(orgText(serverWith({ policies }))), 'aus1');
      expect(server.policies.map(({ name, priority }) => [name, priority])).toEqual([
        ['a', 1],
        ['b', 2],
        ['c', 3],
        ['d', 4],
      ]);
    });

    it('shortens the usual window to the lifetime of the refresh token', () => {
      const [policy] = serverIn(
        readOrgFile(orgText(ruleWith({ refreshTokenLifetimeMinutes: 120 }))),
        'aus1',
      ).policies;
      expect(policy?.rules[0]?.refreshTokenWindowMinutes).toBe(120);
    });

    it('refers to clients by label, and to hooks by name', () => {
      const org = readOrgFile(
        orgText({
          ...clientWith({}),
          inlineHooks: [{ id: 'cal1', name: 'Hook', channel: { uri: 'https://hook.example/' } }],
          ...serverWith({
            policies: [{ name: 'P', clients: ['Web'], rules: [{ ...RULE, inlineHook: 'Hook' }] }],
          }),
        }),
      );
      const [policy] = serverIn(org, 'aus1').policies;
      expect(policy).toMatchObject({ clients: ['0oaweb1'], rules: [{ inlineHookId: 'cal1' }] });
    });

    it.each([
      [
        { accessTokenLifetimeMinutes: 4 },
        'accessTokenLifetimeMinutes: must be a whole number from 5 to 1440',
      ],
      [
        { accessTokenLifetimeMinutes: 1441 },
        'accessTokenLifetimeMinutes: must be a whole number from 5 to 1440',
      ],
      [
        { refreshTokenLifetimeMinutes: 30 },
        'refreshTokenLifetimeMinutes: must be 0, or no less than the lifetime of the access token',
      ],
      [
        { refreshTokenWindowMinutes: 9 },
        'refreshTokenWindowMinutes: must be a whole number from 10 to 2628000',
      ],
      [
        { refreshTokenWindowMinutes: 59 },
        'refreshTokenWindowMinutes: must lie between the lifetimes of the access token and of the refresh token',
      ],
      [
        { refreshTokenLifetimeMinutes: 120, refreshTokenWindowMinutes: 121 },
        'refreshTokenWindowMinutes: must lie between the lifetimes of the access token and of the refresh token',
      ],
      [{ scopes: ['nothing'] }, 'scopes[0]: the server has no scope called "nothing"'],
      [{ inlineHook: 'None' }, 'inlineHook: there is no inline hook called "None"'],
      [{ groups: { include: ['None'] } }, 'groups.include[0]: there is no group called "None"'],
      [{ users: { exclude: ['none'] } }, 'users.exclude[0]: there is no user called "none"'],
      [{ priority: 0 }, 'priority: must be a whole number from 1 to 1000'],
    ])('refuses the rule %j', (parts, problem) => {
      expect(problemsIn(ruleWith(parts))).toContain(
        `authorizationServers[0].policies[0].rules[0].${problem}`,
      );
    });

    it('refuses grant types that Okta does not have', () => {
      const [problem = ''] = problemsIn(ruleWith({ grantTypes: ['magic'] }));
      expect(problem).toContain('rules[0].grantTypes: every entry must be one of authorization_code');
    });

    it.each([
      [[{ name: 'a' }, { name: 'a' }], 'policies[1]: there is another policy of this server called "a"'],
      [
        [
          { name: 'a', priority: 1 },
          { name: 'b', priority: 1 },
        ],
        'policies[1].priority: another one has this priority',
      ],
      [[{ name: 'a', clients: ['None'] }], 'policies[0].clients[0]: there is no client called "None"'],
      [
        [{ name: 'a', clients: ['ALL_CLIENTS', 'None'] }],
        'policies[0].clients: has ALL_CLIENTS and others: ALL_CLIENTS stands alone',
      ],
      [
        [{ name: 'a', rules: [RULE, RULE] }],
        'policies[0].rules[1]: there is another rule of this policy called "All"',
      ],
    ])('refuses the policies %j', (policies, problem) => {
      expect(problemsIn(serverWith({ policies }))).toContain(`authorizationServers[0].${problem}`);
    });

    it.each([
      [{ id: 'v1' }, 'id: must not be v1, which is the path of the org server'],
      [{ id: 'org' }, 'id: must not be org, which stands for the org server'],
      [{ id: 'a/b' }, 'id: must be an id of 1 to 100 letters, digits, "_", "." and "-"'],
      [{ audience: 'a b:c' }, 'audience: must be a URI, since it has a colon'],
    ])('refuses the server %j', (parts, problem) => {
      expect(problemsIn(serverWith(parts))).toContain(`authorizationServers[0].${problem}`);
    });
  });
});
