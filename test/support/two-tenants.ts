import type { AdminCall } from './test-admin.js';

/** Whatever belongs to the tenant `green` alone says so: nobody else may ever read it. */
export const SECRET = 'GREENSECRET';

const ISSUER_URI = 'https://acme.okta.example/oauth2/default';

/** A key of one record of each noun, by the names of its parts. */
export type Keys = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Records of the tenant green, or of nobody in particular where a noun belongs to no tenant. */
export const GREEN_KEYS: Keys = {
  orgs: { id: 'acme' },
  issuers: { id: 'default' },
  features: { id: 'seats' },
  plans: { id: 'basic' },
  tenants: { id: 'green' },
  users: { org: 'acme', id: 'gus' },
  clients: { org: 'acme', id: 'green-client' },
  memberships: { org: 'acme', user: 'gus', tenant: 'green' },
  bindings: { org: 'acme', client: 'green-client', tenant: 'green' },
  subscriptions: { id: `${SECRET}-subscription` },
  grants: { id: `${SECRET}-grant` },
  'claim-mappings': { id: 'tenant-id' },
};

/** Keys of the same form under which there is nothing. */
export const ABSENT_KEYS: Keys = {
  ...GREEN_KEYS,
  tenants: { id: 'absent' },
  users: { org: 'acme', id: 'absent' },
  clients: { org: 'acme', id: 'absent' },
  memberships: { org: 'acme', user: 'absent', tenant: 'absent' },
  bindings: { org: 'acme', client: 'absent', tenant: 'absent' },
  subscriptions: { id: 'absent' },
  grants: { id: 'absent' },
};

/** Whole records, by noun: of green where they belong to a tenant. */
export const GREEN_RECORDS: Readonly<Record<string, object>> = {
  orgs: { id: 'acme', url: 'https://acme.okta.example' },
  issuers: { id: 'default', org: 'acme', uri: ISSUER_URI },
  features: { id: 'seats', type: 'integer' },
  plans: { id: 'basic', rank: 1, features: { seats: 5 } },
  tenants: { id: 'green', name: `${SECRET} name` },
  users: { org: 'acme', id: 'gus', login: `${SECRET}@green.example` },
  clients: { org: 'acme', id: 'green-client', name: `${SECRET} client`, tenantMode: 'choose' },
  memberships: { org: 'acme', user: 'gus', tenant: 'green', roles: [`${SECRET}-role`] },
  bindings: { org: 'acme', client: 'green-client', tenant: 'green', roles: [`${SECRET}-role`] },
  subscriptions: { id: `${SECRET}-subscription`, tenant: 'green', plan: 'basic' },
  grants: { id: `${SECRET}-grant`, tenant: 'green', feature: 'seats', value: 7, reason: `${SECRET} reason` },
  'claim-mappings': { id: 'tenant-id', claim: 'tenant_id', expression: 'tenant.id' },
};

/** Of both tenants: a user, and a client with a binding to each. */
const SHARED: readonly (readonly [string, object])[] = [
  ['tenants', { id: 'blue', name: 'Blue' }],
  ['users', { org: 'acme', id: 'bea' }],
  ['users', { org: 'acme', id: 'both' }],
  ['clients', { org: 'acme', id: 'shared-client', name: 'Shared', tenantMode: 'choose' }],
  ['memberships', { org: 'acme', user: 'bea', tenant: 'blue', roles: ['member'] }],
  ['memberships', { org: 'acme', user: 'both', tenant: 'blue', roles: ['member'] }],
  ['memberships', { org: 'acme', user: 'both', tenant: 'green', roles: [`${SECRET}-both`], default: true }],
  ['bindings', { org: 'acme', client: 'shared-client', tenant: 'blue', roles: [] }],
  ['bindings', { org: 'acme', client: 'shared-client', tenant: 'green', roles: [`${SECRET}-both`] }],
  ['subscriptions', { id: 'blue-subscription', tenant: 'blue', plan: 'basic' }],
  ['grants', { id: 'blue-grant', tenant: 'blue', feature: 'seats', value: 1, reason: 'blue' }],
];

/** Fills an empty directory over the API itself. */
export async function fillTwoTenants(call: AdminCall): Promise<void> {
  const green = Object.entries(GREEN_RECORDS).filter(([noun]) => noun !== 'claim-mappings');
  for (const [noun, body] of [...green, ...SHARED]) {
    const { status, body: answer } = await call('POST', `/v1/${noun}`, { body });
    if (status !== 201) throw new Error(`${noun} was not created: ${JSON.stringify(answer)}`);
  }
}
