import type {
  ClaimMapping,
  Client,
  ClientBinding,
  Feature,
  FeatureGrant,
  Issuer,
  IssuerAlias,
  Membership,
  Org,
  Plan,
  PlanFeature,
  Subscription,
  Tenant,
  User,
} from '../../generated/prisma/client.js';
import type {
  ClaimMappingDto,
  DirectoryFileDto,
  GrantDto,
  OrgDto,
  TenantDto,
  UserGrantDto,
  WindowDto,
} from './directory-file.dto.js';
import type { Path } from '../../config/file-fault.js';

/** A row that the file wants, and where the file says so. */
export interface Wanted<Row> {
  readonly row: Row;
  readonly path: Path;
}

type WantedRows<Row> = readonly Wanted<Row>[];

/** Values whose type the feature decides; until that is known they are what the file says. */
type Unchecked<Row> = Omit<Row, 'value' | 'featureType'> & { readonly value: unknown };

/** The rows of every table that a file wants. */
export interface DirectoryRows {
  readonly orgs: WantedRows<Org>;
  readonly issuers: WantedRows<Issuer>;
  readonly issuerAliases: WantedRows<IssuerAlias>;
  readonly features: WantedRows<Feature>;
  readonly plans: WantedRows<Plan>;
  readonly planFeatures: WantedRows<Unchecked<PlanFeature>>;
  readonly tenants: WantedRows<Tenant>;
  readonly users: WantedRows<User>;
  readonly clients: WantedRows<Client>;
  readonly memberships: WantedRows<Membership>;
  readonly bindings: WantedRows<ClientBinding>;
  readonly subscriptions: WantedRows<Subscription>;
  readonly grants: WantedRows<Unchecked<FeatureGrant>>;
  readonly claimMappings: WantedRows<ClaimMapping>;
}

/** Spreads a file over the tables. */
export function directoryRows({
  orgs,
  features,
  plans,
  tenants,
  claimMappings,
}: DirectoryFileDto): DirectoryRows {
  return {
    orgs: orgs.map(({ id, url }, index) => ({ row: { id, url }, path: ['orgs', index] })),
    issuers: orgs.flatMap(issuerRows),
    issuerAliases: orgs.flatMap(aliasRows),
    users: orgs.flatMap(userRows),
    clients: orgs.flatMap(clientRows),
    memberships: orgs.flatMap(membershipRows),
    bindings: orgs.flatMap(bindingRows),
    features: features.map(({ id, type, description }, index) => ({
      row: { id, type, description },
      path: ['features', index],
    })),
    plans: plans.map(({ id, rank }, index) => ({ row: { id, rank }, path: ['plans', index] })),
    planFeatures: plans.flatMap(({ id, features: values }, index) =>
      Object.entries(values).map(([featureId, value]) => ({
        row: { planId: id, featureId, value },
        path: ['plans', index, 'features', featureId],
      })),
    ),
    tenants: tenants.map(({ id, name, status }, index) => ({
      row: { id, name, status },
      path: ['tenants', index],
    })),
    subscriptions: tenants.flatMap(subscriptionRows),
    grants: tenants.flatMap(grantRows),
    claimMappings: claimMappings.map((mapping, index) => ({
      row: claimMappingRow(mapping),
      path: ['claimMappings', index],
    })),
  };
}

function issuerRows({ id: orgId, issuers }: OrgDto, org: number): WantedRows<Issuer> {
  return issuers.map(({ aliases: _aliases, ...issuer }, index) => ({
    row: { ...issuer, orgId },
    path: ['orgs', org, 'issuers', index],
  }));
}

function aliasRows({ issuers }: OrgDto, org: number): WantedRows<IssuerAlias> {
  return issuers.flatMap(({ id: issuerId, aliases }, issuer) =>
    aliases.map((uri, index) => ({
      row: { uri, issuerId },
      path: ['orgs', org, 'issuers', issuer, 'aliases', index],
    })),
  );
}

function userRows({ id: orgId, users }: OrgDto, org: number): WantedRows<User> {
  return users.map(({ id, login = null, status }, index) => ({
    row: { orgId, id, login, status },
    path: ['orgs', org, 'users', index],
  }));
}

function clientRows({ id: orgId, clients }: OrgDto, org: number): WantedRows<Client> {
  return clients.map(({ id, name, tenantMode, mode = null, failurePolicy = null }, index) => ({
    row: { orgId, id, name, tenantMode, mode, failurePolicy },
    path: ['orgs', org, 'clients', index],
  }));
}

function membershipRows({ id: orgId, users }: OrgDto, org: number): WantedRows<Membership> {
  return users.flatMap(({ id: userId, memberships }, user) =>
    memberships.map((membership, index) => ({
      row: {
        orgId,
        userId,
        tenantId: membership.tenant,
        roles: membership.roles,
        isDefault: membership.default,
        ...windowColumns(membership),
      },
      path: ['orgs', org, 'users', user, 'memberships', index],
    })),
  );
}

function bindingRows({ id: orgId, clients }: OrgDto, org: number): WantedRows<ClientBinding> {
  return clients.flatMap(({ id: clientId, bindings }, client) =>
    bindings.map((binding, index) => ({
      row: { orgId, clientId, tenantId: binding.tenant, roles: binding.roles, ...windowColumns(binding) },
      path: ['orgs', org, 'clients', client, 'bindings', index],
    })),
  );
}

function subscriptionRows(
  { id: tenantId, subscriptions }: TenantDto,
  tenant: number,
): WantedRows<Subscription> {
  return subscriptions.map((subscription, index) => ({
    row: { id: subscription.id, tenantId, planId: subscription.plan, ...windowColumns(subscription) },
    path: ['tenants', tenant, 'subscriptions', index],
  }));
}

function grantRows({ id, grants, userGrants }: TenantDto, tenant: number): DirectoryRows['grants'] {
  return [
    ...grants.map((grant, index) => ({
      row: { ...grantColumns(grant, id), orgId: null, userId: null },
      path: ['tenants', tenant, 'grants', index],
    })),
    ...userGrants.map((grant: UserGrantDto, index) => ({
      row: { ...grantColumns(grant, id), orgId: grant.org, userId: grant.user },
      path: ['tenants', tenant, 'userGrants', index],
    })),
  ];
}

function grantColumns(
  grant: GrantDto,
  tenantId: string,
): Omit<DirectoryRows['grants'][number]['row'], 'orgId' | 'userId'> {
  const { id, feature: featureId, value, reason } = grant;
  return { id, tenantId, featureId, value, reason, ...windowColumns(grant) };
}

function claimMappingRow(mapping: ClaimMappingDto): ClaimMapping {
  const { tokens, clients, issuers, ...row } = mapping;
  return {
    ...row,
    inAccessToken: tokens.includes('access'),
    inIdToken: tokens.includes('identity'),
    clientIds: clients,
    issuerIds: issuers,
  };
}

/** A bound that is left out, or left empty, is no bound. */
function windowColumns({ from = null, until = null }: WindowDto): {
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
} {
  return {
    validFrom: from === null ? null : new Date(from),
    validUntil: until === null ? null : new Date(until),
  };
}
