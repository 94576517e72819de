import { describe, expect, it } from '@jest/globals';
import { CLIENT, ISSUER, machineCall, USER, userCall } from '../support/calls.js';
import { withMembers } from '../support/payloads.js';
import { startTestHook } from '../support/test-hook.js';

// Payloads of our own: every outcome of tenant selection, every source of an entitlement and every mode of the sample
// directory, each with its complete answer.

const hook = await startTestHook();

const MARKER = { op: 'add', path: '/claims/mintmark', value: { v: 1 } };
const NO_COMMANDS = { commands: [] };
const DENIAL = { error: { errorSummary: 'The token could not be issued for this tenant or user.' } };

const BLUE = {
  'api.webhooks': true,
  'orders.export': true,
  'orders.max_per_day': 5000,
  regions: ['eu', 'us'],
  'support.tier': 'priority',
};
const GREEN = {
  'orders.export': false,
  'orders.max_per_day': 100,
  regions: ['eu'],
  'support.tier': 'community',
};
// Starter and analytics merged, the tier by a tenant grant, webhooks turned off by a tenant grant.
const VIOLET = {
  'orders.max_per_day': 250,
  regions: ['us', 'eu'],
  'reports.advanced': true,
  'support.tier': 'priority',
  'orders.export': false,
  'api.webhooks': false,
};
const GREEN_ENDS = { op: 'replace', path: '/token/lifetime/expiration', value: 1800 };

interface Stamp {
  readonly selection: string;
  readonly tenant: string;
  readonly roles: readonly string[] | null;
  readonly entitlements: unknown;
  readonly more?: readonly unknown[];
}

function stamped({ selection, tenant, roles, entitlements, more = [] }: Stamp): unknown {
  const add = (name: string, value: unknown): unknown => ({ op: 'add', path: `/claims/${name}`, value });
  return {
    commands: [
      {
        type: 'com.okta.access.patch',
        value: [
          MARKER,
          add('tenant_selection', selection),
          add('tenant_id', tenant),
          ...(roles === null ? [] : [add('tenant_roles', roles)]),
          add('tenant_entitlements', entitlements),
          ...more,
        ],
      },
    ],
  };
}

/** The outcome is stamped, and nothing of any tenant. */
function withoutTenant(selection: string): unknown {
  return {
    commands: [
      {
        type: 'com.okta.access.patch',
        value: [MARKER, { op: 'add', path: '/claims/tenant_selection', value: selection }],
      },
    ],
  };
}

describe('a user call', () => {
  it.each([
    [
      'of a member of one tenant',
      { user: USER.eli },
      stamped({ selection: 'only', tenant: 'blue', roles: ['approver', 'viewer'], entitlements: BLUE }),
    ],
    ['of a member of two tenants without a default', { user: USER.fay }, withoutTenant('ambiguous')],
    [
      'with a tenant scope',
      { user: USER.fay, scopes: ['tenant:green'] },
      stamped({
        selection: 'hinted',
        tenant: 'green',
        roles: ['viewer'],
        entitlements: GREEN,
        more: [GREEN_ENDS],
      }),
    ],
    [
      'with a tenant query',
      { user: USER.fay, query: 'tenant=blue' },
      stamped({ selection: 'hinted', tenant: 'blue', roles: ['viewer'], entitlements: BLUE }),
    ],
    [
      'with a scope and a query that disagree',
      { user: USER.fay, scopes: ['tenant:green'], query: 'tenant=blue' },
      withoutTenant('refused'),
    ],
    ['with a repeated query', { user: USER.fay, query: 'tenant=blue&tenant=blue' }, withoutTenant('refused')],
    [
      'that hints a tenant the user is no member of',
      { user: USER.eli, query: 'tenant=green' },
      withoutTenant('refused'),
    ],
    ['that hints a tenant nobody knows', { user: USER.dana, query: 'tenant=red' }, withoutTenant('refused')],
    ['of a member of nothing', { user: USER.gus }, withoutTenant('none')],
    ['of a user nobody knows', { user: '00u9unknown' }, withoutTenant('none')],
    ['of a member of a suspended tenant', { user: USER.hana }, withoutTenant('none')],
    ['that hints a suspended tenant', { user: USER.hana, query: 'tenant=amber' }, withoutTenant('refused')],
    ['of a suspended user', { user: USER.ivo }, withoutTenant('none')],
    [
      'after a membership has ended',
      { user: USER.jo },
      stamped({
        selection: 'only',
        tenant: 'green',
        roles: ['viewer'],
        entitlements: GREEN,
        more: [GREEN_ENDS],
      }),
    ],
    ['before a membership begins', { user: USER.kim }, withoutTenant('none')],
    [
      'of someone with grants of her own, under a ceiling of the tenant',
      { user: USER.lea },
      stamped({
        selection: 'only',
        tenant: 'violet',
        roles: ['admin'],
        entitlements: { ...VIOLET, 'orders.export': true },
      }),
    ],
    [
      'in a tenant with two plans and grants',
      { user: USER.max },
      stamped({ selection: 'only', tenant: 'violet', roles: ['viewer'], entitlements: VIOLET }),
    ],
    [
      'with a default',
      { user: USER.nia },
      stamped({
        selection: 'default',
        tenant: 'green',
        roles: ['support'],
        entitlements: GREEN,
        more: [GREEN_ENDS],
      }),
    ],
    [
      'through a client that leaves two tenants and not the default',
      { user: USER.nia, client: CLIENT.partner },
      withoutTenant('ambiguous'),
    ],
    [
      'through that client, with a hint',
      { user: USER.nia, client: CLIENT.partner, query: 'tenant=violet' },
      stamped({ selection: 'hinted', tenant: 'violet', roles: ['support'], entitlements: VIOLET }),
    ],
    [
      'through that client, with a hint it is not bound to',
      { user: USER.nia, client: CLIENT.partner, query: 'tenant=green' },
      withoutTenant('refused'),
    ],
    [
      'through a client that leaves one tenant',
      { user: USER.dana, client: CLIENT.partner },
      stamped({ selection: 'only', tenant: 'blue', roles: ['admin'], entitlements: BLUE }),
    ],
    [
      'through a client fixed to a tenant the user is no member of',
      { user: USER.eli, client: CLIENT.native },
      withoutTenant('refused'),
    ],
    [
      'through a client fixed to one of the user’s tenants, whatever is hinted',
      { user: USER.dana, client: CLIENT.native, query: 'tenant=blue' },
      stamped({
        selection: 'bound',
        tenant: 'green',
        roles: ['viewer'],
        entitlements: GREEN,
        more: [GREEN_ENDS],
      }),
    ],
    [
      'of a contractor whose time ends in a far year',
      { user: USER.oz },
      stamped({ selection: 'only', tenant: 'blue', roles: ['viewer'], entitlements: BLUE }),
    ],
    [
      'through a client nobody knows, which narrows nothing',
      { user: USER.eli, client: '0oa9unknown' },
      stamped({ selection: 'only', tenant: 'blue', roles: ['approver', 'viewer'], entitlements: BLUE }),
    ],
    [
      'at an alias of the issuer',
      { user: USER.eli, issuer: ISSUER.ordersAlias },
      stamped({ selection: 'only', tenant: 'blue', roles: ['approver', 'viewer'], entitlements: BLUE }),
    ],
  ])('%s', async (_title, call, body) => {
    expect(await hook.send(userCall(call))).toEqual({ status: 200, body });
  });
});

describe('a machine call', () => {
  it.each([
    [
      'of a client fixed to a tenant',
      { client: CLIENT.batch },
      stamped({ selection: 'bound', tenant: 'blue', roles: ['batch'], entitlements: BLUE }),
    ],
    ['of a client fixed to a suspended tenant', { client: CLIENT.amber }, withoutTenant('none')],
    ['of a client bound to two tenants', { client: CLIENT.exporter }, withoutTenant('ambiguous')],
    [
      'of a client bound to two tenants, with a hint',
      { client: CLIENT.exporter, scopes: ['tenant:violet'] },
      stamped({ selection: 'hinted', tenant: 'violet', roles: ['exporter'], entitlements: VIOLET }),
    ],
    [
      'of a client that hints a tenant it is not bound to',
      { client: CLIENT.exporter, scopes: ['tenant:green'] },
      withoutTenant('refused'),
    ],
    [
      'of a client bound to one tenant',
      { client: CLIENT.reporter },
      stamped({ selection: 'only', tenant: 'violet', roles: ['reporter'], entitlements: VIOLET }),
    ],
    ['of a client for any tenant', { client: CLIENT.operations }, withoutTenant('ambiguous')],
    [
      'of a client for any tenant, with a hint',
      { client: CLIENT.operations, query: 'tenant=blue' },
      stamped({ selection: 'hinted', tenant: 'blue', roles: null, entitlements: BLUE }),
    ],
    [
      'of a client for any tenant that hints a suspended one',
      { client: CLIENT.operations, query: 'tenant=amber' },
      withoutTenant('refused'),
    ],
    ['of a client bound to nothing', { client: CLIENT.idle }, withoutTenant('none')],
    ['of a client nobody knows', { client: '0oa9unknown' }, withoutTenant('none')],
    [
      'of a client nobody knows, with a hint',
      { client: '0oa9unknown', query: 'tenant=blue' },
      withoutTenant('refused'),
    ],
  ])('%s', async (_title, call, body) => {
    expect(await hook.send(machineCall(call))).toEqual({ status: 200, body });
  });
});

describe('modes and rules', () => {
  it.each([
    ['an issuer in mode shadow', userCall({ user: USER.dana, issuer: ISSUER.shadow }), NO_COMMANDS],
    ['an issuer in mode off', userCall({ user: USER.dana, issuer: ISSUER.off }), NO_COMMANDS],
    ['a client in mode shadow', userCall({ user: USER.dana, client: CLIENT.beta }), NO_COMMANDS],
    ['a client in mode off', userCall({ user: USER.dana, client: CLIENT.status }), NO_COMMANDS],
    [
      'an issuer that denies what is refused',
      userCall({ user: USER.eli, issuer: ISSUER.strict, query: 'tenant=green' }),
      DENIAL,
    ],
    ['an issuer that denies what is ambiguous', userCall({ user: USER.fay, issuer: ISSUER.strict }), DENIAL],
    [
      'an issuer that denies, and a user without a tenant',
      userCall({ user: USER.gus, issuer: ISSUER.strict }),
      withoutTenant('none'),
    ],
    [
      'a payload whose context names another user than the draft',
      withMembers(userCall({ user: USER.dana }), { 'data.context.user.id': USER.eli }),
      DENIAL,
    ],
  ])('%s', async (_title, payload, body) => {
    expect(await hook.send(payload)).toEqual({ status: 200, body });
  });
});

describe('claims that Mintmark owns', () => {
  it('are replaced where the draft carries them', async () => {
    const payload = withMembers(userCall({ user: USER.eli }), { 'data.access.claims.tenant_id': 'stale' });
    const answer = await hook.send(payload);
    expect(JSON.stringify(answer.body)).toContain(
      '{"op":"replace","path":"/claims/tenant_id","value":"blue"}',
    );
  });

  it('are removed where this decision has no value for them', async () => {
    const payload = withMembers(userCall({ user: USER.gus }), {
      'data.access.claims.tenant_id': 'stale',
      'data.access.claims.tenant_entitlements': { everything: true },
    });
    const value = [
      { op: 'remove', path: '/claims/tenant_id' },
      { op: 'remove', path: '/claims/tenant_entitlements' },
      MARKER,
      { op: 'add', path: '/claims/tenant_selection', value: 'none' },
    ];
    expect(await hook.send(payload)).toEqual({
      status: 200,
      body: { commands: [{ type: 'com.okta.access.patch', value }] },
    });
  });
});
