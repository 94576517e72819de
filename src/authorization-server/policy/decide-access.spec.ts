import { describe, expect, it } from '@jest/globals';
import {
  clientOf,
  orgOf,
  ruleFile,
  serverFile,
  serverOf,
  userOf,
} from '../../../test/support/org-fixtures.js';
import type { OAuthErrorCode } from '../errors/oauth-errors.js';
import type { Org } from '../org/org.js';
import type { AccessDecision, AccessRequest } from './access-decision.js';
import { decideAccess } from './decide-access.js';

type Json = Readonly<Record<string, unknown>>;

/** An org whose only server has these policies. */
function orgWithPolicies(policies: readonly Json[], parts: Json = {}): Org {
  return orgOf({ authorizationServers: [serverFile({ policies })], ...parts });
}

function orgWithRules(...rules: readonly Json[]): Org {
  return orgWithPolicies([
    { name: 'All', clients: ['ALL_CLIENTS'], rules: rules.map((rule) => ruleFile(rule)) },
  ]);
}

/** The service asks by client credentials. */
function asService(org: Org, scope?: string): AccessDecision {
  return decide(org, {
    client: clientOf(org, '0oaservice'),
    user: null,
    grantType: 'client_credentials',
    scope,
  });
}

/** A person asks by way of the web application. */
function asPerson(org: Org, scope?: string, id: '00udana' | '00ueli' = '00udana'): AccessDecision {
  const client = clientOf(org, '0oaweb');
  return decide(org, { client, user: userOf(org, id), grantType: 'authorization_code', scope });
}

function decide(org: Org, request: AccessRequest): AccessDecision {
  return decideAccess(org, serverOf(org), request);
}

/** The names of what is granted, or the code of the refusal. */
function outcome(decision: AccessDecision): readonly string[] | OAuthErrorCode {
  return decision.kind === 'granted' ? decision.scopes.map(({ name }) => name) : decision.error.code;
}

function ruleOf(decision: AccessDecision): string | undefined {
  return decision.kind === 'granted' ? decision.rule.name : undefined;
}

function why(decision: AccessDecision): readonly string[] {
  return decision.kind === 'refused' ? decision.why : [];
}

describe('decideAccess', () => {
  it('grants what is asked for, in the order of the request and once', () => {
    const decision = asService(orgOf(), 'write:invoices  read:invoices write:invoices');
    expect(outcome(decision)).toEqual(['write:invoices', 'read:invoices']);
    expect(decision).toMatchObject({ kind: 'granted', isDefaulted: false, policy: { name: 'All' } });
  });

  describe('of scopes', () => {
    it.each([undefined, '', '  '])('takes the default scopes for %j', (scope) => {
      const decision = asService(orgOf(), scope);
      expect(outcome(decision)).toEqual(['read:invoices', 'write:invoices']);
      expect(decision).toMatchObject({ isDefaulted: true });
    });

    it('refuses a request without a scope where there are no default scopes', () => {
      const org = orgOf({ authorizationServers: [serverFile({ scopes: [{ name: 'a' }] })] });
      expect(outcome(asService(org))).toBe('no_default_scopes');
    });

    it('refuses the whole request for one unknown scope', () => {
      const decision = asService(orgOf(), 'read:invoices groups');
      expect(outcome(decision)).toBe('no_matching_scope');
      expect(why(decision)).toEqual(['the server "Invoices" has no scope "groups"']);
    });

    it('compares names exactly', () => {
      expect(outcome(asService(orgOf(), 'Read:Invoices'))).toBe('no_matching_scope');
    });

    it.each(['profile', 'email read:invoices', 'address', 'phone'])('wants openid beside %j', (scope) => {
      expect(outcome(asPerson(orgOf(), scope))).toBe('openid_scope_required');
    });

    it('grants a refresh token without openid', () => {
      expect(outcome(asPerson(orgOf(), 'offline_access read:invoices'))).toEqual([
        'offline_access',
        'read:invoices',
      ]);
    });

    it.each(['openid', 'openid email', 'offline_access'])('grants a machine no %j', (scope) => {
      expect(outcome(asService(orgOf(), scope))).toBe('openid_not_allowed_client_creds');
    });

    it('leaves out of a machine’s default scopes what speaks about a person', () => {
      const scopes = [
        { name: 'openid', default: true },
        { name: 'a', default: true },
      ];
      const org = orgOf({ authorizationServers: [serverFile({ scopes })] });
      expect(outcome(asService(org))).toEqual(['a']);
      expect(outcome(asPerson(org))).toEqual(['openid', 'a']);
    });

    it('refuses more than 1,024 characters of scope', () => {
      const scope = 'read:invoices '.repeat(74);
      expect(outcome(asService(orgOf(), scope.slice(0, 1_024)))).not.toBe('invalid_scope');
      expect(outcome(asService(orgOf(), scope))).toBe('invalid_scope');
    });

    it('has a switch for offline_access without the refresh grant', () => {
      const parts = {
        clients: [
          {
            ...{ id: '0oaweb', label: 'Web', secret: 'a-secret-of-the-web-app' },
            ...{ redirectUris: ['https://app.example/'], assignments: { groups: ['Everyone'] } },
          },
        ],
      };
      expect(outcome(asPerson(orgOf(parts), 'offline_access'))).toEqual(['offline_access']);
      const refusing = orgOf({ ...parts, switches: { offlineAccessWithoutGrant: 'refuse' } });
      expect(outcome(asPerson(refusing, 'offline_access'))).toBe('invalid_scope');
    });
  });

  describe('of people', () => {
    it('refuses who is not assigned to the app, before any policy is looked at', () => {
      const clients = [
        {
          ...{ id: '0oaweb', label: 'Web', secret: 'a-secret-of-the-web-app' },
          ...{ redirectUris: ['https://app.example/'], assignments: { groups: ['Partners'] } },
        },
      ];
      const org = orgWithPolicies([], { clients });
      expect(outcome(asPerson(org, 'openid'))).toBe('user_not_assigned');
      expect(outcome(asPerson(org, 'openid', '00ueli'))).toBe('no_matching_policy');
    });

    it('looks at scopes before assignment', () => {
      const org = orgOf({ authorizationServers: [serverFile()] });
      expect(outcome(asPerson(org, 'nothing'))).toBe('no_matching_scope');
    });

    it.each([
      ['the user by name', { users: { include: ['00udana'] } }],
      ['a group', { groups: { include: ['Admins'] } }],
      ['everyone', { groups: { include: ['EVERYONE'] } }],
      ['the group Everyone', { groups: { include: ['Everyone'] } }],
      ['another user and a group', { users: { include: ['00ueli'] }, groups: { include: ['Staff'] } }],
    ])('matches a rule for %s', (_, people) => {
      expect(outcome(asPerson(orgWithRules(people), 'read:invoices'))).toEqual(['read:invoices']);
    });

    it.each([
      [
        'others',
        { users: { include: ['00ueli'] } },
        'dana@acme.example is neither among its users nor in one of its groups',
      ],
      [
        'nobody',
        { groups: { include: [] } },
        'dana@acme.example is neither among its users nor in one of its groups',
      ],
      [
        'everyone but this user',
        { groups: { include: ['EVERYONE'] }, users: { exclude: ['00udana'] } },
        'dana@acme.example is among the users that it excludes',
      ],
      [
        'this user, but not this group',
        { users: { include: ['00udana'] }, groups: { exclude: ['Admins'] } },
        'dana@acme.example is in a group that it excludes',
      ],
      [
        'everyone and no one',
        { groups: { include: ['EVERYONE'], exclude: ['EVERYONE'] } },
        'dana@acme.example is in a group that it excludes',
      ],
    ])('does not match a rule for %s', (_, people, reason) => {
      const decision = asPerson(orgWithRules(people), 'read:invoices');
      expect(outcome(decision)).toBe('no_matching_policy');
      expect(why(decision)).toEqual([`policy "All", rule "Any": ${reason}`]);
    });

    it('does not ask a machine for people', () => {
      const org = orgWithRules({ users: { include: ['00ueli'] }, groups: { exclude: ['EVERYONE'] } });
      expect(outcome(asService(org, 'read:invoices'))).toEqual(['read:invoices']);
    });
  });

  describe('of policies and rules', () => {
    it('refuses everything on a server without policies, with the words and the status of Okta', () => {
      const decision = asService(orgWithPolicies([]), 'read:invoices');
      expect(decision).toMatchObject({
        kind: 'refused',
        error: {
          status: 401,
          error: 'access_denied',
          description: 'Policy evaluation failed for this request, please check the policy configurations.',
          detail: 'the server "Invoices" has no access policy',
        },
      });
    });

    it('takes the first rule that matches, and no other', () => {
      const org = orgWithRules(
        { name: 'People', grantTypes: ['authorization_code'] },
        { name: 'Short', accessTokenLifetimeMinutes: 5 },
        { name: 'Long', accessTokenLifetimeMinutes: 1440 },
      );
      expect(ruleOf(asService(org, 'read:invoices'))).toBe('Short');
    });

    it('goes by priority rather than by the order of the file', () => {
      const org = orgWithRules({ name: 'Second', priority: 2 }, { name: 'First', priority: 1 });
      expect(ruleOf(asService(org, 'read:invoices'))).toBe('First');
    });

    it('goes on to the next policy where no rule of one matches', () => {
      const org = orgWithPolicies([
        { name: 'One', clients: ['Service'], rules: [ruleFile({ scopes: ['write:invoices'] })] },
        { name: 'Two', clients: ['ALL_CLIENTS'], rules: [ruleFile()] },
      ]);
      expect(asService(org, 'read:invoices')).toMatchObject({ policy: { name: 'Two' } });
    });

    it('says of each policy and rule why it does not match', () => {
      const org = orgWithPolicies([
        { name: 'Off', status: 'INACTIVE', clients: ['ALL_CLIENTS'], rules: [ruleFile()] },
        { name: 'Web only', clients: ['Web'], rules: [ruleFile()] },
        { name: 'Nobody', rules: [ruleFile()] },
        { name: 'Empty', clients: ['ALL_CLIENTS'] },
        {
          name: 'Service',
          clients: ['Service'],
          rules: [
            ruleFile({ name: 'Off', status: 'INACTIVE' }),
            ruleFile({ name: 'People', grantTypes: ['authorization_code'] }),
            ruleFile({ name: 'Readers', scopes: ['read:invoices'] }),
            ruleFile({ name: 'Nothing', scopes: [] }),
          ],
        },
      ]);
      const decision = asService(org, 'read:invoices write:invoices');
      expect(outcome(decision)).toBe('no_matching_policy');
      expect(why(decision)).toEqual([
        'policy "Off": it is inactive',
        'policy "Web only": the client is not among its clients',
        'policy "Nobody": the client is not among its clients',
        'policy "Empty": it has no rules',
        'policy "Service", rule "Off": it is inactive',
        'policy "Service", rule "People": the grant type client_credentials is not among its grant types',
        'policy "Service", rule "Readers": it does not permit the scope "write:invoices"',
        'policy "Service", rule "Nothing": it does not permit the scope "read:invoices", "write:invoices"',
      ]);
    });

    it('wants one rule to permit all scopes of the request', () => {
      const org = orgWithRules(
        { name: 'Readers', scopes: ['read:invoices'] },
        { name: 'Writers', scopes: ['write:invoices'] },
      );
      expect(outcome(asService(org, 'read:invoices write:invoices'))).toBe('no_matching_policy');
      expect(ruleOf(asService(org, 'write:invoices'))).toBe('Writers');
    });

    it('counts the scopes of OpenID Connect like any other', () => {
      const org = orgWithRules({ scopes: ['openid', 'profile'] });
      expect(outcome(asPerson(org, 'openid profile'))).toEqual(['openid', 'profile']);
      expect(outcome(asPerson(org, 'openid profile email'))).toBe('no_matching_policy');
    });

    it('trims default scopes to what the matching rule permits', () => {
      const decision = asService(orgWithRules({ scopes: ['read:invoices'] }));
      expect(outcome(decision)).toEqual(['read:invoices']);
      expect(decision).toMatchObject({ isDefaulted: true });
    });

    it('says so where a rule matches but permits none of the default scopes', () => {
      const org = orgWithRules({ scopes: ['openid'] });
      expect(outcome(asService(org))).toBe('no_scope_allowed');
      expect(outcome(asService(org, 'read:invoices'))).toBe('no_matching_policy');
    });

    it('has a switch that lets the code flow trim explicit scopes, too', () => {
      const policies = [
        { name: 'All', clients: ['ALL_CLIENTS'], rules: [ruleFile({ scopes: ['read:invoices'] })] },
      ];
      const org = orgWithPolicies(policies, { switches: { narrowCodeFlowScopes: true } });
      expect(outcome(asPerson(org, 'read:invoices write:invoices'))).toEqual(['read:invoices']);
      expect(outcome(asPerson(org, 'write:invoices'))).toBe('no_scope_allowed');
      expect(outcome(asService(org, 'read:invoices write:invoices'))).toBe('no_matching_policy');
    });
  });

  describe('of consent', () => {
    const scopes = [
      { name: 'asked', consent: 'REQUIRED' },
      { name: 'flexible', consent: 'FLEXIBLE' },
    ];
    const authorizationServers = [serverFile({ scopes })];

    it('refuses a machine the scopes that somebody has to consent to', () => {
      const decision = asService(orgOf({ authorizationServers }), 'asked flexible');
      expect(decision).toMatchObject({
        error: {
          status: 400,
          error: 'consent_required',
          description:
            'The following scopes require user consent and cannot be granted for the client credentials grant type: [asked].',
        },
      });
    });

    it('has a switch that trusts trusted apps', () => {
      const org = orgOf({ authorizationServers, switches: { consentRequiredForTrustedServices: false } });
      expect(outcome(asService(org, 'asked'))).toEqual(['asked']);
    });

    it('leaves people to the page that asks them', () => {
      expect(outcome(asPerson(orgOf({ authorizationServers }), 'asked'))).toEqual(['asked']);
    });
  });
});
