import { describe, expect, it } from '@jest/globals';
import { clientOf, orgOf, serverFile, serverOf, userOf } from '../../../test/support/org-fixtures.js';
import type { Org } from '../org/org.js';
import type { Claims, DraftRequest } from './draft-request.js';
import { draftTokens, type DraftOutcome } from './draft-tokens.js';

type Json = Readonly<Record<string, unknown>>;

const ISSUER = 'https://acme.example/oauth2/ausinvoices';

/** A request of Dana's by way of the web application, for these scopes. */
function asPerson(org: Org, scope: string, changes: Partial<DraftRequest> = {}): DraftRequest {
  const server = serverOf(org);
  return {
    ...{ org, server, issuer: ISSUER, client: clientOf(org, '0oaweb'), user: userOf(org, '00udana') },
    rule: { accessTokenLifetimeMinutes: 30 },
    scopes: scope.split(' ').flatMap((name) => server.scopes.get(name) ?? []),
    grantType: 'authorization_code',
    issuesIdToken: 'thin',
    issuesAccessToken: true,
    nonce: 'n-1',
    authTime: 1_773_222_058,
    accessJti: 'AT.1',
    identityJti: 'ID.1',
    amr: ['pwd'],
    ...changes,
  };
}

function asService(org: Org, scope: string): DraftRequest {
  const client = clientOf(org, '0oaservice');
  const grantType = 'client_credentials';
  return asPerson(org, scope, {
    client,
    user: null,
    grantType,
    issuesIdToken: 'none',
    nonce: null,
    authTime: null,
  });
}

function orgWithClaims(...claims: readonly Json[]): Org {
  return orgOf({ authorizationServers: [serverFile({ claims })] });
}

function drafted(request: DraftRequest): Extract<DraftOutcome, { kind: 'drafts' }>['drafts'] {
  const outcome = draftTokens(request);
  if (outcome.kind === 'refused') throw outcome.error;
  return outcome.drafts;
}

function accessClaims(request: DraftRequest): Claims {
  return drafted(request).access?.claims ?? {};
}

function identityClaims(request: DraftRequest): Claims {
  return drafted(request).identity?.claims ?? {};
}

describe('draftTokens', () => {
  it('drafts the tokens of a person as Okta’s recorded payloads have them', () => {
    const org = orgWithClaims({ name: 'department', value: 'user.department' });
    const drafts = drafted(asPerson(org, 'openid profile email'));
    expect(drafts).toEqual({
      access: {
        claims: {
          ver: 1,
          jti: 'AT.1',
          iss: ISSUER,
          aud: 'api://invoices',
          cid: '0oaweb',
          uid: '00udana',
          auth_time: 1_773_222_058,
          sub: 'dana',
          department: 'Fulfilment',
        },
        lifetimeSeconds: 1_800,
      },
      identity: {
        claims: {
          sub: '00udana',
          name: 'Dana Rivers',
          email: 'dana@acme.example',
          ver: 1,
          iss: ISSUER,
          aud: '0oaweb',
          jti: 'ID.1',
          amr: ['pwd'],
          idp: '00oacme',
          nonce: 'n-1',
          preferred_username: 'dana@acme.example',
          auth_time: 1_773_222_058,
        },
        lifetimeSeconds: 3_600,
      },
    });
    expect(Object.keys(drafts.access?.claims ?? {})).toEqual([
      ...['ver', 'jti', 'iss', 'aud', 'cid', 'uid', 'auth_time', 'sub', 'department'],
    ]);
  });

  it('drafts the token of a machine without uid and auth_time, its subject being the client', () => {
    expect(drafted(asService(orgOf(), 'read:invoices'))).toEqual({
      access: {
        claims: {
          ver: 1,
          jti: 'AT.1',
          iss: ISSUER,
          aud: 'api://invoices',
          cid: '0oaservice',
          sub: '0oaservice',
        },
        lifetimeSeconds: 1_800,
      },
    });
  });

  it('drafts no token that is not to be issued', () => {
    const org = orgOf();
    expect(Object.keys(drafted(asPerson(org, 'openid', { issuesIdToken: 'none' })))).toEqual(['access']);
    expect(Object.keys(drafted(asPerson(org, 'openid', { issuesAccessToken: false })))).toEqual(['identity']);
  });

  it('leaves out a nonce and a time of authentication that are not there', () => {
    const claims = identityClaims(asPerson(orgOf(), 'openid', { nonce: null, authTime: null }));
    expect(claims).not.toHaveProperty('nonce');
    expect(claims).not.toHaveProperty('auth_time');
  });

  describe('of the subject', () => {
    it('is the login of whoever is assigned by a group', () => {
      const org = orgOf();
      expect(accessClaims(asPerson(org, 'openid', { user: userOf(org, '00ueli') }))['sub']).toBe(
        'eli@blue.example',
      );
    });

    it('is what the file makes of it', () => {
      expect(
        accessClaims(asPerson(orgWithClaims({ name: 'sub', value: 'user.email' }), 'openid'))['sub'],
      ).toBe('dana@acme.example');
    });

    it.each(['user.neverSet', '1', "''", 'nothing.known'])(
      'fails the request where it is no text: %s',
      (value) => {
        const outcome = draftTokens(asPerson(orgWithClaims({ name: 'sub', value }), 'openid'));
        expect(outcome).toMatchObject({
          kind: 'refused',
          error: {
            description: "The 'sub' system claim could not be evaluated.",
            status: 400,
            error: 'server_error',
          },
        });
      },
    );

    it('is the login or the client on a server without claims', () => {
      const org = orgOf();
      const server = { audience: 'https://acme.example', claims: [] };
      expect(accessClaims({ ...asPerson(org, 'openid'), server })['sub']).toBe('dana@acme.example');
      expect(accessClaims({ ...asService(org, ''), server })['sub']).toBe('0oaservice');
    });
  });

  describe('of ID tokens', () => {
    it('includes only what is always included in a thin one', () => {
      const claims = identityClaims(asPerson(orgOf(), 'openid profile email'));
      expect(claims).not.toHaveProperty('given_name');
      expect(claims).not.toHaveProperty('email_verified');
    });

    it('includes all claims of the granted scopes in a fat one', () => {
      expect(
        identityClaims(asPerson(orgOf(), 'openid profile email', { issuesIdToken: 'fat' })),
      ).toMatchObject({
        given_name: 'Dana',
        family_name: 'Rivers',
        zoneinfo: 'America/Los_Angeles',
        locale: 'en_US',
        updated_at: Date.parse('2026-05-06T07:08:09.000Z') / 1_000,
        email_verified: true,
      });
    });

    it('includes nothing of a scope that is not granted', () => {
      const claims = identityClaims(asPerson(orgOf(), 'openid', { issuesIdToken: 'fat' }));
      expect(Object.keys(claims)).toEqual([
        ...['sub', 'ver', 'iss', 'aud', 'jti', 'amr', 'idp', 'nonce', 'auth_time'],
      ]);
    });

    it('leaves out attributes that are not set', () => {
      const claims = identityClaims(
        asPerson(orgOf(), 'openid profile phone address', { issuesIdToken: 'fat' }),
      );
      for (const name of ['nickname', 'middle_name', 'picture', 'phone_number', 'address']) {
        expect(claims).not.toHaveProperty(name);
      }
    });

    it('makes an address of the parts that are set', () => {
      const org = orgOf();
      const dana = userOf(org, '00udana');
      const user = { ...dana, profile: { ...dana.profile, city: 'Bern', countryCode: 'CH' } };
      expect(
        identityClaims(asPerson(org, 'openid address', { user, issuesIdToken: 'fat' }))['address'],
      ).toEqual({
        locality: 'Bern',
        country: 'CH',
      });
    });
  });

  describe('of configured claims', () => {
    const always = { name: 'x', value: "'x'" };

    it('goes into the token of its type only', () => {
      const org = orgWithClaims({ ...always, claimType: 'IDENTITY' }, { name: 'y', value: "'y'" });
      const request = asPerson(org, 'openid');
      expect(identityClaims(request)).toMatchObject({ x: 'x' });
      expect(identityClaims(request)).not.toHaveProperty('y');
      expect(accessClaims(request)).toMatchObject({ y: 'y' });
      expect(accessClaims(request)).not.toHaveProperty('x');
    });

    it('wants one of its scopes to be granted', () => {
      const org = orgWithClaims({ ...always, scopes: ['read:invoices', 'profile'] });
      expect(accessClaims(asPerson(org, 'openid profile'))).toHaveProperty('x');
      expect(accessClaims(asPerson(org, 'openid email'))).not.toHaveProperty('x');
    });

    it('is left out while it is inactive', () => {
      expect(
        accessClaims(asPerson(orgWithClaims({ ...always, status: 'INACTIVE' }), 'openid')),
      ).not.toHaveProperty('x');
    });

    it('is left out where its value is null', () => {
      const org = orgWithClaims(
        { name: 'x', value: 'user.neverSet' },
        { name: 'y', value: 'user.department' },
      );
      expect(accessClaims(asPerson(org, 'openid'))).not.toHaveProperty('x');
      expect(accessClaims(asService(org, 'read:invoices'))).not.toHaveProperty('y');
    });

    it('keeps the types of JSON', () => {
      const org = orgWithClaims(
        { name: 'list', value: 'access.scope' },
        { name: 'number', value: '1 + 1' },
        { name: 'flag', value: 'isMemberOfGroupName("Admins")' },
        { name: 'empty', value: "''" },
        { name: 'app', value: 'app.profile.label + appuser.team + org.subDomain' },
      );
      expect(accessClaims(asPerson(org, 'openid read:invoices'))).toMatchObject({
        list: ['openid', 'read:invoices'],
        number: 2,
        flag: true,
        empty: '',
        app: 'Ordersredacme',
      });
    });

    it('is left out where it is an empty list, or set where a switch says so', () => {
      const claims = [{ name: 'teams', value: 'Groups.startsWith("OKTA", "Nobody", 10) ?: {}' }];
      const parts = { authorizationServers: [serverFile({ claims })] };
      expect(accessClaims(asPerson(orgOf(parts), 'openid'))).not.toHaveProperty('teams');
      const including = orgOf({ ...parts, switches: { emptyListClaims: 'include' } });
      expect(accessClaims(asPerson(including, 'openid'))['teams']).toEqual([]);
    });

    it('sees the profile that a person has in the app, by name or by the first group', () => {
      const client = {
        ...{ id: '0oaweb', label: 'Web', secret: 'a-secret-of-the-web-app' },
        redirectUris: ['https://app.example/callback'],
        assignments: {
          users: [{ user: '00udana', profile: { team: 'red' } }],
          groups: [
            'Everyone',
            { group: 'Partners', profile: { team: 'blue' } },
            { group: 'Staff', profile: { team: 'green', desk: 4 } },
          ],
        },
      };
      const claims = [{ name: 'team', value: 'appuser.team' }];
      const parts = { clients: [client], authorizationServers: [serverFile({ claims })] };
      const teamOf = (org: Org, id: '00udana' | '00ueli'): unknown =>
        accessClaims({ ...asPerson(org, 'openid'), user: userOf(org, id) })['team'];
      const org = orgOf(parts);
      expect(teamOf(org, '00udana')).toBe('red');
      expect(teamOf(org, '00ueli')).toBeUndefined();
      const groups = client.assignments.groups.slice(1);
      const others = orgOf({ ...parts, clients: [{ ...client, assignments: { groups } }] });
      expect(teamOf(others, '00udana')).toBe('green');
      expect(teamOf(others, '00ueli')).toBe('blue');
    });

    it('sees the groups of the person, where they come from and what the org keeps of them', () => {
      const org = orgOf({
        groups: [
          { name: 'Staff', id: '00gstaff', description: 'All of us', profile: { floor: 3 } },
          { name: 'Admins', type: 'APP_GROUP', source: { id: '0oadirectory', type: 'active_directory' } },
          { name: 'Partners' },
        ],
        authorizationServers: [
          serverFile({
            claims: [
              { name: 'own', value: 'Groups.contains("OKTA", "", 100)' },
              { name: 'imported', value: 'Groups.startsWith("active_directory", "A", 100)' },
              { name: 'floors', value: 'getFilteredGroups({"00gstaff"}, "group.profile.floor", 1)' },
              { name: 'described', value: "user.getGroups({'group.id': '00gstaff'}).![profile.description]" },
              {
                name: 'class',
                value: "user.getGroups({'group.source.id': '0oadirectory'}).![objectClass][0][0]",
              },
              { name: 'who', value: 'user.getInternalProperty("id") + user.getInternalProperty("status")' },
            ],
          }),
        ],
      });
      expect(accessClaims(asPerson(org, 'openid'))).toMatchObject({
        own: ['Everyone', 'Staff'],
        imported: ['Admins'],
        floors: [3],
        described: ['All of us'],
        class: 'okta:windows_security_principal',
        who: '00udanaACTIVE',
      });
    });

    it('takes a name that is a URI, or one that objects have', () => {
      const org = orgWithClaims(
        { name: 'https://acme.example/x', value: "'u'" },
        { name: '__proto__', value: "'p'" },
      );
      const claims = accessClaims(asPerson(org, 'openid'));
      expect(Object.hasOwn(claims, '__proto__')).toBe(true);
      expect(claims['https://acme.example/x']).toBe('u');
    });

    it.each(['unknownFunction()', 'nothing.known', '1 +', 'user.department.x'])(
      'fails the request where it cannot be evaluated: %s',
      (value) => {
        const outcome = draftTokens(asPerson(orgWithClaims({ name: 'x', value }), 'openid'));
        expect(outcome).toMatchObject({
          kind: 'refused',
          error: {
            code: 'user_claim_evaluation_failure',
            status: 400,
            error: 'server_error',
            description: "The 'x' user claim could not be evaluated.",
          },
        });
        if (outcome.kind === 'refused') expect(outcome.error.detail).toContain('RESOURCE claim "x": ');
      },
    );
  });

  describe('of groups', () => {
    const groups = (filter: string, value: string): Org =>
      orgWithClaims({ name: 'teams', valueType: 'GROUPS', groupFilterType: filter, value });

    it.each([
      ['STARTS_WITH', 'st', ['Staff']],
      ['EQUALS', 'ADMINS', ['Admins']],
      ['CONTAINS', 'A', ['Staff', 'Admins']],
      ['REGEX', '[A-Z].*', ['Everyone', 'Staff', 'Admins']],
      ['REGEX', 'staff', undefined],
      ['EQUALS', 'Partners', undefined],
    ])('has the names that match %s %j', (filter, value, names) => {
      expect(accessClaims(asPerson(groups(filter, value), 'openid'))['teams']).toEqual(names);
    });

    it('fails the request where a regular expression keeps too busy', () => {
      const name = 'a'.repeat(255);
      const group = {
        id: '00gbusy',
        name,
        description: '',
        type: 'OKTA_GROUP' as const,
        source: null,
        profile: {},
      };
      const org = groups('REGEX', `(${'a*'.repeat(300)}){50}b`);
      const busy = { ...org, groups: new Map([[group.id, group]]) };
      const user = { ...userOf(org, '00udana'), groupIds: [group.id] };
      expect(draftTokens(asPerson(busy, 'openid', { user }))).toMatchObject({
        kind: 'refused',
        error: {
          description: "The 'teams' user claim could not be evaluated.",
          detail: 'RESOURCE claim "teams": it takes too many steps',
        },
      });
    });

    it('has none for a machine', () => {
      expect(accessClaims(asService(groups('REGEX', '.*'), ''))).not.toHaveProperty('teams');
    });

    it('has no groups of apps', () => {
      const org = orgOf({
        groups: [{ name: 'Staff', type: 'APP_GROUP' }, { name: 'Admins' }, { name: 'Partners' }],
        authorizationServers: [
          serverFile({
            claims: [{ name: 'teams', valueType: 'GROUPS', groupFilterType: 'REGEX', value: '.*' }],
          }),
        ],
      });
      expect(accessClaims(asPerson(org, 'openid'))['teams']).toEqual(['Everyone', 'Admins']);
    });

    it('fails the request for more than a hundred, but not with a code or a refresh token', () => {
      const names = Array.from({ length: 101 }, (_, index) => `Team ${String(index)}`);
      const org = groups('STARTS_WITH', 'Team');
      const many = new Map(
        names.map((name) => [
          name,
          { id: name, name, description: '', type: 'OKTA_GROUP' as const, source: null, profile: {} },
        ]),
      );
      const user = { ...userOf(org, '00udana'), groupIds: names };
      const request = asPerson({ ...org, groups: many }, 'openid', { user });
      expect(accessClaims(request)['teams']).toHaveLength(101);
      expect(draftTokens({ ...request, grantType: 'password' })).toMatchObject({
        kind: 'refused',
        error: {
          description:
            'The groups claim matched too many groups and must be configured to match fewer groups.',
        },
      });
    });
  });
});
