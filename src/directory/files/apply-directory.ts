import type { Database } from '../../database/database.js';
import { explainConstraint } from '../../database/constraints.js';
import type { FeatureType, Prisma } from '../../generated/prisma/client.js';
import { checkDirectoryRows, type KnownRows } from './check-directory-rows.js';
import { checkOtherRows } from './check-other-rows.js';
import { checkWholeDirectory } from './check-whole-directory.js';
import type { DirectoryRows, Wanted } from './directory-rows.js';
import * as tables from './directory-tables.js';
import { asFeatureValue } from './feature-value.js';
import { pruneAfterWriting, pruneBeforeWriting, type Pruning } from './prune-directory.js';
import { problemsAfterWriting, problemsBeforePruning } from './prune-problems.js';
import { readPruneScope } from './prune-scope.js';
import type { DirectoryFile } from './read-directory-file.js';
import { reconcile, removeUnnamed, type TableChanges, type Writing } from './reconcile.js';
import type { RowChangeListener } from './row-change.js';
import { refuseProblems, refuseRows, rowsOfFiles } from './rows-of-files.js';

const TRANSACTION = { maxWait: 30_000, timeout: 10 * 60_000 } as const;

/** Applies, and whatever else writes many rows, take turns. */
export const APPLY_LOCK = `SELECT pg_advisory_xact_lock(hashtext('mintmark.apply'))`;

export interface ApplyOptions {
  /** Who does it, for the audit. */
  readonly actor?: string;
  /** Does everything, tells what it did, and takes it back. */
  readonly dryRun?: boolean;
  /** Removes what the files do not name: see `PruneScope`. */
  readonly prune?: boolean;
  readonly onChange?: RowChangeListener;
  /** Called when everything is written and checked, within the transaction: before it is kept, or taken back. */
  readonly onApplied?: (tx: Prisma.TransactionClient, changes: readonly TableChanges[]) => Promise<void>;
}

/**
 * Makes the directory as files say, in one transaction: rows that the files name are created or changed, lists that are
 * part of a row (aliases of an issuer, features of a plan) are replaced, and what the files do not name stays, unless they are to
 * prune. Applying the same files twice changes nothing.
 *
 * @throws DirectoryRefusedError with every fault at once; then nothing was changed
 */
export async function applyDirectory(
  { prisma }: Database,
  file: DirectoryFile | readonly DirectoryFile[],
  { actor, dryRun = false, prune = false, onChange = () => undefined, onApplied }: ApplyOptions = {},
): Promise<readonly TableChanges[]> {
  const files = 'content' in file ? [file] : file;
  const rows = rowsOfFiles(files);
  try {
    return await prisma.$transaction(async (tx) => {
      if (actor !== undefined) await tx.$executeRaw`SELECT set_config('mintmark.actor', ${actor}, true)`;
      await tx.$executeRawUnsafe(APPLY_LOCK);
      // Constraints look at the result, not at the steps.
      await tx.$executeRawUnsafe('SET CONSTRAINTS ALL DEFERRED');
      const pruning = prune ? { scope: await readPruneScope(tx, files, rows), rows } : null;
      const changes = await change({ tx, onChange }, { files, rows, pruning });
      await onApplied?.(tx, changes);
      if (dryRun) throw new TakenBack(changes);
      return changes;
    }, TRANSACTION);
  } catch (error) {
    if (error instanceof TakenBack) return error.changes;
    const problem = explainConstraint(error);
    throw problem === undefined ? error : refuseRows(files, [], [problem]);
  }
}

/** Ends the transaction of a dry run. */
class TakenBack extends Error {
  constructor(readonly changes: readonly TableChanges[]) {
    super('taken back');
  }
}

interface Intent {
  readonly files: readonly DirectoryFile[];
  readonly rows: DirectoryRows;
  readonly pruning: Pruning | null;
}

async function change(writing: Writing, intent: Intent): Promise<readonly TableChanges[]> {
  const { files, rows, pruning } = intent;
  const { tx } = writing;
  const refuseTogether = (problems: readonly string[]): void => {
    if (problems.length > 0) throw refuseRows(files, [], problems);
  };
  if (pruning) refuseTogether(await problemsBeforePruning(tx, pruning));
  const removedBefore = pruning ? await pruneBeforeWriting(writing, pruning) : [];
  const known = await readKnown(tx, intent);
  const doPlansGo = pruning?.scope.whole.has('plans') ?? false;
  const faults = [...checkDirectoryRows(rows, known), ...(await checkOtherRows(tx, rows, { doPlansGo }))];
  if (faults.length > 0) throw refuseRows(files, faults);
  const written = await write(writing, rows, known.features);
  if (pruning) refuseTogether(await problemsAfterWriting(tx, pruning));
  const removedAfter = pruning ? await pruneAfterWriting(writing, pruning) : [];
  await tx.$executeRawUnsafe('SET CONSTRAINTS ALL IMMEDIATE');
  const problems = await checkWholeDirectory(tx);
  if (problems.length > 0) throw refuseProblems(files, rows, problems);
  return written.map((table) => withRemoved(table, [...removedBefore, ...removedAfter]));
}

function withRemoved(table: TableChanges, pruned: readonly TableChanges[]): TableChanges {
  const more = pruned.find(({ noun }) => noun === table.noun)?.removed ?? 0;
  return { ...table, removed: table.removed + more };
}

/** What is there and stays, and what the files bring. */
async function readKnown(tx: Prisma.TransactionClient, { rows, pruning }: Intent): Promise<KnownRows> {
  const byId = { select: { id: true } } as const;
  const isWhole = (list: 'tenants' | 'plans' | 'features'): boolean =>
    pruning?.scope.whole.has(list) ?? false;
  const features = isWhole('features') ? [] : await tx.feature.findMany({ select: { id: true, type: true } });
  const grantees = rows.grants.flatMap(({ row }) => (row.userId === null ? [] : [row.userId]));
  // Tenants and users are those that the hook reads: they may be in tables of somebody else's (docs/existing-tables.md).
  const users = await tx.$queryRaw<readonly { readonly orgId: string; readonly id: string }[]>`
    SELECT org_id AS "orgId", id FROM mintmark_facts_users WHERE id = ANY (${grantees}::text[])`;
  const tenants = isWhole('tenants')
    ? []
    : await tx.$queryRaw<readonly { readonly id: string }[]>`SELECT id FROM mintmark_facts_tenants`;
  return {
    orgs: idsOf(await tx.org.findMany(byId), rows.orgs),
    issuers: idsOf(await tx.issuer.findMany(byId), rows.issuers),
    tenants: idsOf(tenants, rows.tenants),
    plans: idsOf(isWhole('plans') ? [] : await tx.plan.findMany(byId), rows.plans),
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
  writing: Writing,
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
  const removedAliases = await removeUnnamed(writing, aliases, plain(rows.issuerAliases));
  return [
    await reconcile(writing, tables.ORGS, plain(rows.orgs)),
    await reconcile(writing, tables.FEATURES, plain(rows.features)),
    await reconcile(writing, tables.PLANS, plain(rows.plans)),
    await reconcile(writing, tables.planFeatures(planIds), rows.planFeatures.map(typed)),
    await reconcile(writing, tables.TENANTS, plain(rows.tenants)),
    await reconcile(writing, tables.ISSUERS, plain(rows.issuers)),
    { ...(await reconcile(writing, aliases, plain(rows.issuerAliases))), removed: removedAliases },
    await reconcile(writing, tables.USERS, plain(rows.users)),
    await reconcile(writing, tables.CLIENTS, plain(rows.clients)),
    await reconcile(writing, tables.MEMBERSHIPS, plain(rows.memberships)),
    await reconcile(writing, tables.BINDINGS, plain(rows.bindings)),
    await reconcile(writing, tables.SUBSCRIPTIONS, plain(rows.subscriptions)),
    await reconcile(writing, tables.GRANTS, rows.grants.map(typed)),
    await reconcile(writing, tables.CLAIM_MAPPINGS, plain(rows.claimMappings)),
  ];
}

function plain<Row>(wanted: readonly Wanted<Row>[]): readonly Row[] {
  return wanted.map(({ row }) => row);
}
