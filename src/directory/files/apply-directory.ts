import type { Database } from '../../database/database.js';
import { explainConstraint } from '../../database/constraints.js';
import type { FeatureType, Prisma } from '../../generated/prisma/client.js';
import { checkDirectoryRows, type KnownRows } from './check-directory-rows.js';
import { checkWholeDirectory } from './check-whole-directory.js';
import { DirectoryRefusedError } from './directory-fault.js';
import { directoryRows, type DirectoryRows, type Wanted } from './directory-rows.js';
import * as tables from './directory-tables.js';
import { asFeatureValue } from './feature-value.js';
import type { DirectoryFile } from './read-directory-file.js';
import { reconcile, removeUnnamed, type TableChanges } from './reconcile.js';

const TRANSACTION = { maxWait: 30_000, timeout: 10 * 60_000 } as const;

/**
 * Makes the directory as a file says, in one transaction: rows that the file names are created or changed, lists that are
 * part of a row (aliases of an issuer, features of a plan) are replaced, and what the file does not name stays. Applying a
 * file twice changes nothing.
 *
 * @throws DirectoryRefusedError with every fault at once; then nothing was changed
 */
export async function applyDirectory(
  { prisma }: Database,
  file: DirectoryFile,
): Promise<readonly TableChanges[]> {
  const rows = directoryRows(file.content);
  try {
    return await prisma.$transaction(async (tx) => {
      // Two applies take turns, and constraints look at the result, not at the steps.
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('mintmark.apply'))`;
      await tx.$executeRawUnsafe('SET CONSTRAINTS ALL DEFERRED');
      const known = await readKnown(tx, rows);
      const faults = checkDirectoryRows(rows, known);
      if (faults.length > 0) {
        throw new DirectoryRefusedError(
          file.name,
          faults.map(({ path, problem }) => file.fault(path, problem)),
        );
      }
      const changes = await write(tx, rows, known.features);
      await tx.$executeRawUnsafe('SET CONSTRAINTS ALL IMMEDIATE');
      const problems = await checkWholeDirectory(tx);
      if (problems.length > 0) throw refusedAsAWhole(file, problems);
      return changes;
    }, TRANSACTION);
  } catch (error) {
    const problem = explainConstraint(error);
    throw problem === undefined ? error : refusedAsAWhole(file, [problem]);
  }
}

function refusedAsAWhole({ name }: DirectoryFile, problems: readonly string[]): DirectoryRefusedError {
  return new DirectoryRefusedError(
    name,
    problems.map((problem) => ({ path: '', line: null, problem })),
  );
}

async function readKnown(tx: Prisma.TransactionClient, rows: DirectoryRows): Promise<KnownRows> {
  const byId = { select: { id: true } } as const;
  const features = await tx.feature.findMany({ select: { id: true, type: true } });
  const grantees = rows.grants.flatMap(({ row }) => (row.userId === null ? [] : [row.userId]));
  const users = await tx.user.findMany({
    where: { id: { in: grantees } },
    select: { orgId: true, id: true },
  });
  return {
    orgs: idsOf(await tx.org.findMany(byId), rows.orgs),
    issuers: idsOf(await tx.issuer.findMany(byId), rows.issuers),
    tenants: idsOf(await tx.tenant.findMany(byId), rows.tenants),
    plans: idsOf(await tx.plan.findMany(byId), rows.plans),
    features: new Map(
      [...features, ...rows.features.map(({ row }) => row)].map(({ id, type }) => [id, type]),
    ),
    users: groupByOrg([...users, ...rows.users.map(({ row }) => row)]),
  };
}

function idsOf(
  existing: readonly { readonly id: string }[],
  wanted: readonly Wanted<{ readonly id: string }>[],
): ReadonlySet<string> {
  return new Set([...existing, ...wanted.map(({ row }) => row)].map(({ id }) => id));
}

function groupByOrg(
  users: readonly { readonly orgId: string; readonly id: string }[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const byOrg = new Map<string, Set<string>>();
  for (const { orgId, id } of users) byOrg.set(orgId, (byOrg.get(orgId) ?? new Set()).add(id));
  return byOrg;
}

/** Parents first; but an alias that goes makes room for an issuer of that URI. */
async function write(
  tx: Prisma.TransactionClient,
  rows: DirectoryRows,
  types: ReadonlyMap<string, FeatureType>,
): Promise<readonly TableChanges[]> {
  const planIds = rows.plans.map(({ row }) => row.id);
  const aliases = tables.issuerAliases(rows.issuers.map(({ row }) => row.id));
  const typed = <Row extends { readonly featureId: string; readonly value: unknown }>({
    row,
  }: Wanted<Row>) => {
    const featureType = types.get(row.featureId) ?? 'boolean';
    return { ...row, featureType, value: asFeatureValue(featureType, row.value) };
  };
  const removedAliases = await removeUnnamed(tx, aliases, plain(rows.issuerAliases));
  return [
    await reconcile(tx, tables.ORGS, plain(rows.orgs)),
    await reconcile(tx, tables.FEATURES, plain(rows.features)),
    await reconcile(tx, tables.PLANS, plain(rows.plans)),
    await reconcile(tx, tables.planFeatures(planIds), rows.planFeatures.map(typed)),
    await reconcile(tx, tables.TENANTS, plain(rows.tenants)),
    await reconcile(tx, tables.ISSUERS, plain(rows.issuers)),
    { ...(await reconcile(tx, aliases, plain(rows.issuerAliases))), removed: removedAliases },
    await reconcile(tx, tables.USERS, plain(rows.users)),
    await reconcile(tx, tables.CLIENTS, plain(rows.clients)),
    await reconcile(tx, tables.MEMBERSHIPS, plain(rows.memberships)),
    await reconcile(tx, tables.BINDINGS, plain(rows.bindings)),
    await reconcile(tx, tables.SUBSCRIPTIONS, plain(rows.subscriptions)),
    await reconcile(tx, tables.GRANTS, rows.grants.map(typed)),
    await reconcile(tx, tables.CLAIM_MAPPINGS, plain(rows.claimMappings)),
  ];
}

function plain<Row>(wanted: readonly Wanted<Row>[]): readonly Row[] {
  return wanted.map(({ row }) => row);
}
