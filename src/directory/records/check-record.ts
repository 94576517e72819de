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
  readonly user?: { readonly orgId: string; readonly id: string };
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
    tenants: tenants.length === 0 ? new Set() : idsOf(await tx.tenant.findMany(byId(tenants))),
    plans: plans.length === 0 ? new Set() : idsOf(await tx.plan.findMany(byId(plans))),
    issuers: issuers.length === 0 ? new Set() : idsOf(await tx.issuer.findMany(byId(issuers))),
    features: await featureTypes(tx, features),
    users: user === undefined ? new Map() : await knownUsers(tx, user),
  };
}

async function knownUsers(
  tx: Transaction,
  { orgId, id }: { readonly orgId: string; readonly id: string },
): Promise<KnownRows['users']> {
  const isThere = (await tx.user.count({ where: { orgId, id } })) > 0;
  return new Map([[orgId, new Set(isThere ? [id] : [])]]);
}

function idsOf(rows: readonly { readonly id: string }[]): ReadonlySet<string> {
  return new Set(rows.map(({ id }) => id));
}
