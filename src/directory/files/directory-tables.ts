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
  Prisma,
  Subscription,
  Tenant,
  User,
} from '../../generated/prisma/client.js';
import type { FeatureValue } from '../../claims/facts.js';

type Transaction = Prisma.TransactionClient;

/** How the rows of one table are found and written. A row is whole: every column is named. */
export interface DirectoryTable<Row> {
  /** One row of it, in words. */
  readonly noun: string;
  readonly key: (row: Row) => readonly string[];
  /** The rows that the database has under the keys of the given ones. */
  readonly find: (tx: Transaction, rows: readonly Row[]) => Promise<readonly Row[]>;
  readonly create: (tx: Transaction, rows: Row[]) => Promise<unknown>;
  readonly update: (tx: Transaction, row: Row) => Promise<unknown>;
  /** Only for tables whose rows are part of another row: those that the file does not name any more are removed. */
  readonly remove?: (tx: Transaction, row: Row) => Promise<unknown>;
}

/** A JSON value as the file has it: checked, and never null. */
type WithValue<Row> = Omit<Row, 'value'> & {
  readonly value: Exclude<FeatureValue, readonly string[]> | string[];
};

export type PlanFeatureRow = WithValue<PlanFeature>;
export type FeatureGrantRow = WithValue<FeatureGrant>;

export const ORGS: DirectoryTable<Org> = {
  noun: 'org',
  key: ({ id }) => [id],
  find: (tx, rows) => tx.org.findMany({ where: { id: { in: rows.map(({ id }) => id) } } }),
  create: (tx, data) => tx.org.createMany({ data }),
  update: (tx, { id, ...data }) => tx.org.update({ where: { id }, data }),
};

export const ISSUERS: DirectoryTable<Issuer> = {
  noun: 'issuer',
  key: ({ id }) => [id],
  find: (tx, rows) => tx.issuer.findMany({ where: { id: { in: rows.map(({ id }) => id) } } }),
  create: (tx, data) => tx.issuer.createMany({ data }),
  update: (tx, { id, ...data }) => tx.issuer.update({ where: { id }, data }),
};

/** Found by issuer: the list in the file is the whole list. */
export const issuerAliases = (issuerIds: readonly string[]): DirectoryTable<IssuerAlias> => ({
  noun: 'issuer alias',
  key: ({ uri }) => [uri],
  find: (tx, rows) =>
    tx.issuerAlias.findMany({
      where: { OR: [{ issuerId: { in: [...issuerIds] } }, { uri: { in: rows.map(({ uri }) => uri) } }] },
    }),
  create: (tx, data) => tx.issuerAlias.createMany({ data }),
  update: (tx, { uri, ...data }) => tx.issuerAlias.update({ where: { uri }, data }),
  remove: (tx, { uri }) => tx.issuerAlias.delete({ where: { uri } }),
});

export const FEATURES: DirectoryTable<Feature> = {
  noun: 'feature',
  key: ({ id }) => [id],
  find: (tx, rows) => tx.feature.findMany({ where: { id: { in: rows.map(({ id }) => id) } } }),
  create: (tx, data) => tx.feature.createMany({ data }),
  update: (tx, { id, ...data }) => tx.feature.update({ where: { id }, data }),
};

export const PLANS: DirectoryTable<Plan> = {
  noun: 'plan',
  key: ({ id }) => [id],
  find: (tx, rows) => tx.plan.findMany({ where: { id: { in: rows.map(({ id }) => id) } } }),
  create: (tx, data) => tx.plan.createMany({ data }),
  update: (tx, { id, ...data }) => tx.plan.update({ where: { id }, data }),
};

/** Found by plan: the values in the file are all values of the plan. */
export const planFeatures = (planIds: readonly string[]): DirectoryTable<PlanFeatureRow> => ({
  noun: 'plan feature',
  key: ({ planId, featureId }) => [planId, featureId],
  find: async (tx) =>
    (await tx.planFeature.findMany({ where: { planId: { in: [...planIds] } } })) as readonly PlanFeatureRow[],
  create: (tx, data) => tx.planFeature.createMany({ data }),
  update: (tx, { planId, featureId, ...data }) =>
    tx.planFeature.update({ where: { planId_featureId: { planId, featureId } }, data }),
  remove: (tx, { planId, featureId }) =>
    tx.planFeature.delete({ where: { planId_featureId: { planId, featureId } } }),
});

export const TENANTS: DirectoryTable<Tenant> = {
  noun: 'tenant',
  key: ({ id }) => [id],
  find: (tx, rows) => tx.tenant.findMany({ where: { id: { in: rows.map(({ id }) => id) } } }),
  create: (tx, data) => tx.tenant.createMany({ data }),
  update: (tx, { id, ...data }) => tx.tenant.update({ where: { id }, data }),
};

export const USERS: DirectoryTable<User> = {
  noun: 'user',
  key: ({ orgId, id }) => [orgId, id],
  find: (tx, rows) => tx.user.findMany({ where: { id: { in: rows.map(({ id }) => id) } } }),
  create: (tx, data) => tx.user.createMany({ data }),
  update: (tx, { orgId, id, ...data }) => tx.user.update({ where: { orgId_id: { orgId, id } }, data }),
};

export const CLIENTS: DirectoryTable<Client> = {
  noun: 'client',
  key: ({ orgId, id }) => [orgId, id],
  find: (tx, rows) => tx.client.findMany({ where: { id: { in: rows.map(({ id }) => id) } } }),
  create: (tx, data) => tx.client.createMany({ data }),
  update: (tx, { orgId, id, ...data }) => tx.client.update({ where: { orgId_id: { orgId, id } }, data }),
};

export const MEMBERSHIPS: DirectoryTable<Membership> = {
  noun: 'membership',
  key: ({ orgId, userId, tenantId }) => [orgId, userId, tenantId],
  find: (tx, rows) => tx.membership.findMany({ where: { userId: { in: rows.map(({ userId }) => userId) } } }),
  create: (tx, data) => tx.membership.createMany({ data }),
  update: (tx, { orgId, userId, tenantId, ...data }) =>
    tx.membership.update({ where: { orgId_userId_tenantId: { orgId, userId, tenantId } }, data }),
};

export const BINDINGS: DirectoryTable<ClientBinding> = {
  noun: 'binding',
  key: ({ orgId, clientId, tenantId }) => [orgId, clientId, tenantId],
  find: (tx, rows) =>
    tx.clientBinding.findMany({ where: { clientId: { in: rows.map(({ clientId }) => clientId) } } }),
  create: (tx, data) => tx.clientBinding.createMany({ data }),
  update: (tx, { orgId, clientId, tenantId, ...data }) =>
    tx.clientBinding.update({ where: { orgId_clientId_tenantId: { orgId, clientId, tenantId } }, data }),
};

export const SUBSCRIPTIONS: DirectoryTable<Subscription> = {
  noun: 'subscription',
  key: ({ id }) => [id],
  find: (tx, rows) => tx.subscription.findMany({ where: { id: { in: rows.map(({ id }) => id) } } }),
  create: (tx, data) => tx.subscription.createMany({ data }),
  update: (tx, { id, ...data }) => tx.subscription.update({ where: { id }, data }),
};

export const GRANTS: DirectoryTable<FeatureGrantRow> = {
  noun: 'feature grant',
  key: ({ id }) => [id],
  find: async (tx, rows) =>
    (await tx.featureGrant.findMany({
      where: { id: { in: rows.map(({ id }) => id) } },
    })) as readonly FeatureGrantRow[],
  create: (tx, data) => tx.featureGrant.createMany({ data }),
  update: (tx, { id, ...data }) => tx.featureGrant.update({ where: { id }, data }),
};

export const CLAIM_MAPPINGS: DirectoryTable<ClaimMapping> = {
  noun: 'claim mapping',
  key: ({ id }) => [id],
  find: (tx, rows) => tx.claimMapping.findMany({ where: { id: { in: rows.map(({ id }) => id) } } }),
  create: (tx, data) => tx.claimMapping.createMany({ data }),
  update: (tx, { id, ...data }) => tx.claimMapping.update({ where: { id }, data }),
};
