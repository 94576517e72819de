import { describe, expect, it } from '@jest/globals';
import { CLIENT, USER } from '../support/calls.js';
import { SERVER, startTestOrg, type Wish } from '../support/test-org.js';

// Every outcome of tenant selection, in a token that was minted through the running hook and real PostgreSQL.

const org = await startTestOrg();

const DENIAL = 'The token could not be issued for this tenant or user.';

/** What of a token is ours, and how long it lives. */
async function stampOf(wish: Wish): Promise<unknown> {
  const { access } = await org.mint(wish);
  return {
    mintmark: access['mintmark'],
    selection: access['tenant_selection'],
    tenant: access['tenant_id'],
    roles: access['tenant_roles'],
  };
}

const MARKER = { v: 1 };

describe('a token of a user', () => {
  it.each<[string, Wish, unknown]>([
    [
      'who asks for a tenant is for that one',
      { client: CLIENT.web, user: USER.dana, tenantHint: 'blue' },
      { mintmark: MARKER, selection: 'hinted', tenant: 'blue', roles: ['admin'] },
    ],
    [
      'who asks for it by a scope, too',
      { client: CLIENT.web, user: USER.dana, scopes: ['orders:read', 'tenant:blue'] },
      { mintmark: MARKER, selection: 'hinted', tenant: 'blue', roles: ['admin'] },
    ],
    [
      'who has a default tenant is for it',
      { client: CLIENT.web, user: USER.dana },
      { mintmark: MARKER, selection: 'default', tenant: 'green', roles: ['viewer'] },
    ],
    [
      'who is in one tenant is for it',
      { client: CLIENT.web, user: USER.eli },
      { mintmark: MARKER, selection: 'only', tenant: 'blue', roles: ['approver', 'viewer'] },
    ],
    [
      'at a client fixed to a tenant is for that one',
      { client: CLIENT.native, user: USER.dana },
      { mintmark: MARKER, selection: 'bound', tenant: 'green', roles: ['viewer'] },
    ],
    [
      'at a client fixed to a tenant not theirs is for none',
      { client: CLIENT.native, user: USER.eli },
      { mintmark: MARKER, selection: 'refused' },
    ],
    [
      'who asks for a tenant not theirs is for none',
      { client: CLIENT.web, user: USER.eli, tenantHint: 'green' },
      { mintmark: MARKER, selection: 'refused' },
    ],
    [
      'who is in two tenants without a default is for none',
      { client: CLIENT.web, user: USER.fay },
      { mintmark: MARKER, selection: 'ambiguous' },
    ],
    [
      'who is in no tenant is for none',
      { client: CLIENT.web, user: USER.gus },
      { mintmark: MARKER, selection: 'none' },
    ],
    [
      'whose only tenant is suspended is for none',
      { client: CLIENT.web, user: USER.hana },
      { mintmark: MARKER, selection: 'none' },
    ],
    [
      'is of tenants that the client may choose among',
      { client: CLIENT.partner, user: USER.nia, tenantHint: 'violet' },
      { mintmark: MARKER, selection: 'hinted', tenant: 'violet', roles: ['support'] },
    ],
    ['at a client in mode shadow is as it was', { client: CLIENT.beta, user: USER.dana }, {}],
    [
      'at an issuer in mode off is as it was',
      { client: CLIENT.web, user: USER.dana, server: SERVER.off },
      {},
    ],
    [
      'at an issuer in mode shadow is as it was',
      { client: CLIENT.web, user: USER.dana, server: SERVER.shadow },
      {},
    ],
  ])('%s', async (_title, wish, stamp) => {
    expect(await stampOf(wish)).toEqual(stamp);
  });
});

describe('a token of a service', () => {
  it.each<[string, Wish, unknown]>([
    [
      'fixed to a tenant is for it',
      { client: CLIENT.batch },
      { mintmark: MARKER, selection: 'bound', tenant: 'blue', roles: ['batch'] },
    ],
    [
      'that asks for one of its tenants is for that one',
      { client: CLIENT.exporter, scopes: ['orders:read', 'tenant:violet'] },
      { mintmark: MARKER, selection: 'hinted', tenant: 'violet', roles: ['exporter'] },
    ],
    [
      'with one tenant to choose among is for it',
      { client: CLIENT.reporter },
      { mintmark: MARKER, selection: 'only', tenant: 'violet', roles: ['reporter'] },
    ],
    [
      'for any tenant is for the one that its request names',
      { client: CLIENT.operations, tenantHint: 'green' },
      { mintmark: MARKER, selection: 'hinted', tenant: 'green' },
    ],
    [
      'for any tenant that names none is for none',
      { client: CLIENT.operations },
      { mintmark: MARKER, selection: 'ambiguous' },
    ],
    [
      'that asks for a tenant not its own is for none',
      { client: CLIENT.exporter, tenantHint: 'green' },
      { mintmark: MARKER, selection: 'refused' },
    ],
    ['without tenants is for none', { client: CLIENT.idle }, { mintmark: MARKER, selection: 'none' }],
    [
      'fixed to a suspended tenant is for none',
      { client: CLIENT.amber },
      { mintmark: MARKER, selection: 'none' },
    ],
  ])('%s', async (_title, wish, stamp) => {
    expect(await stampOf(wish)).toEqual(stamp);
  });
});

describe('an issuer that denies', () => {
  it.each<[string, Wish]>([
    ['what is refused', { client: CLIENT.web, user: USER.eli, server: SERVER.strict, tenantHint: 'green' }],
    ['what is ambiguous', { client: CLIENT.operations, server: SERVER.strict }],
  ])('%s mints nothing, and says so in the hook’s words', async (_title, wish) => {
    expect(await org.refusal(wish)).toEqual({ error: 'server_error', error_description: DENIAL });
  });
});
