import type { FeatureType } from '../../generated/prisma/client.js';
import type { Transaction } from '../../database/write-as.js';
import { checkDirectoryRows, type KnownRows } from '../files/check-directory-rows.js';
import type { DirectoryRows } from '../files/directory-rows.js';
import type { RecordProblem } from './record-store.js';

const NO_ROWS: DirectoryRows = {
  ...{ orgs: [], issuers: [], issuerAliases: [], features: [], plans: [], planFeatures: [], tenants: [] },
  ...{
    users: [],
    clients: [],
    memberships: [],
    bindings: [],
    subscriptions: [],
    grants: [],
    claimMappings: [],
  },
};

/** Ids that a record refers to. */
export interface References {
  readonly tenants?: readonly string[];
  readonly plans?: readonly string[];
  readonly features?: readonly string[];
  readonly issuers?: readonly string[];
  readonly user?: OfOrg;
}

/** Checks the rows of one record by the rules that a directory file is checked by. Paths begin at the record. */
export async function checkRecordRows(
  tx: Transaction,
  rows: Partial<DirectoryRows>,
  references: References,
): Promise<readonly RecordProblem[]> {
  return checkDirectoryRows({ ...NO_ROWS, ...rows }, await readKnown(tx, references));
}

/** Nothing is wrong with a reference where the row is there; `path` is the member that names it. */
export function missing(isThere: boolean, path: string, problem: string): readonly RecordProblem[] {
  return isThere ? [] : [{ path: [path], problem }];
}

export async function isOrg(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.org.count({ where: { id } })) > 0;
}

// What there is to refer to is what the hook reads: where a view shows other tables, those have it (docs/existing-tables.md).

export async function isTenant(tx: Transaction, id: string): Promise<boolean> {
  return isAny(await tx.$queryRaw`SELECT 1 FROM mintmark_facts_tenants WHERE id = ${id} LIMIT 1`);
}

interface OfOrg {
  readonly orgId: string;
  readonly id: string;
}

export async function isUser(tx: Transaction, { orgId, id }: OfOrg): Promise<boolean> {
  return isAny(
    await tx.$queryRaw`SELECT 1 FROM mintmark_facts_users WHERE org_id = ${orgId} AND id = ${id} LIMIT 1`,
  );
}

export async function isClient(tx: Transaction, { orgId, id }: OfOrg): Promise<boolean> {
  return isAny(
    await tx.$queryRaw`SELECT 1 FROM mintmark_facts_clients WHERE org_id = ${orgId} AND id = ${id} LIMIT 1`,
  );
}

function isAny(rows: unknown): boolean {
  return Array.isArray(rows) && rows.length > 0;
}

/** The types of features, by id; those that are not there are missing. */
export async function featureTypes(
  tx: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, FeatureType>> {
  if (ids.length === 0) return new Map();
  const features = await tx.feature.findMany({ where: { id: { in: [...ids] } } });
  return new Map(features.map(({ id, type }) => [id, type]));
}

async function readKnown(
  tx: Transaction,
  { tenants = [], plans = [], features = [], issuers = [], user }: References,
): Promise<KnownRows> {
  const byId = (ids: readonly string[]) => ({ where: { id: { in: [...ids] } }, select: { id: true } });
  return {
    orgs: new Set(),
    tenants: tenants.length === 0 ? new Set() : await knownTenants(tx, tenants),
    plans: plans.length === 0 ? new Set() : await knownPlans(tx, plans),
    issuers: issuers.length === 0 ? new Set() : idsOf(await tx.issuer.findMany(byId(issuers))),
    features: await featureTypes(tx, features),
    users: user === undefined ? new Map() : await knownUsers(tx, user),
  };
}

async function knownTenants(tx: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> {
  return idsOf(
    await tx.$queryRaw`SELECT id FROM mintmark_facts_tenants WHERE id = ANY (${[...ids]}::text[])`,
  );
}

async function knownPlans(tx: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> {
  return idsOf(await tx.$queryRaw`SELECT id FROM mintmark_facts_plans WHERE id = ANY (${[...ids]}::text[])`);
}

async function knownUsers(tx: Transaction, user: OfOrg): Promise<KnownRows['users']> {
  return new Map([[user.orgId, new Set((await isUser(tx, user)) ? [user.id] : [])]]);
}

interface IdRow {
  readonly id: string;
}

function idsOf(rows: readonly IdRow[]): ReadonlySet<string> {
  return new Set(rows.map(({ id }) => id));
}
