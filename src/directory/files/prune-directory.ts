import type { DirectoryRows } from './directory-rows.js';
import type { PruneScope } from './prune-scope.js';
import type { TableChanges, Writing } from './reconcile.js';

/** What is pruned by: which rows may go, and which are named. */
export interface Pruning {
  readonly scope: PruneScope;
  readonly rows: DirectoryRows;
}

/** Which rows of a table `t` are removed: those in scope that the files do not name. */
interface PrunedTable {
  readonly noun: string;
  readonly table: string;
  readonly rows: keyof DirectoryRows;
  /** The columns of its key, and the members of a wanted row that name them. */
  readonly key: Readonly<Record<string, string>>;
  /** A condition, in which `$1` is the scope as JSON. */
  readonly scope: string;
}

const ORG_AND_ID = { org_id: 'orgId', id: 'id' } as const;
const ID = { id: 'id' } as const;

/** Whether a column has one of the ids that the scope lists. */
function isAmong(column: string, list: keyof PruneScope): string {
  return `${column} IN (SELECT jsonb_array_elements_text($1::jsonb -> '${list}'))`;
}

function isWhole(list: string): string {
  return `$1::jsonb -> 'whole' ? '${list}'`;
}

/** Whether the files do not name a user or a client. */
function isUnnamed(rows: 'users' | 'clients', orgId: string, id: string): string {
  return `NOT EXISTS (SELECT FROM jsonb_to_recordset($1::jsonb -> '${rows}') AS p ("orgId" text, id text)
    WHERE p."orgId" = ${orgId} AND p.id = ${id})`;
}

/** Rows that other rows do not need, and that may stand in the way of new ones: by a URL, a URI, a default, a window. */
const BEFORE: readonly PrunedTable[] = [
  {
    ...{ noun: 'claim mapping', table: 'claim_mappings', rows: 'claimMappings', key: ID },
    scope: isWhole('claimMappings'),
  },
  {
    ...{ noun: 'feature grant', table: 'feature_grants', rows: 'grants', key: ID },
    scope: `${isWhole('tenants')} AND (${isAmong('t.tenant_id', 'removedTenants')}
        OR CASE WHEN t.user_id IS NULL THEN ${isWhole('grants')} ELSE ${isWhole('userGrants')} END)
      OR ${isAmong('t.org_id', 'usersOf')} AND ${isUnnamed('users', 't.org_id', 't.user_id')}`,
  },
  {
    ...{ noun: 'subscription', table: 'subscriptions', rows: 'subscriptions', key: ID },
    scope: `${isWhole('tenants')} AND (${isWhole('subscriptions')} OR ${isAmong('t.tenant_id', 'removedTenants')})`,
  },
  {
    ...{ noun: 'membership', table: 'memberships', rows: 'memberships' },
    key: { org_id: 'orgId', user_id: 'userId', tenant_id: 'tenantId' },
    scope: `${isAmong('t.tenant_id', 'removedTenants')} OR ${isAmong('t.org_id', 'usersOf')}
      AND (${isWhole('memberships')} OR ${isUnnamed('users', 't.org_id', 't.user_id')})`,
  },
  {
    ...{ noun: 'binding', table: 'client_bindings', rows: 'bindings' },
    key: { org_id: 'orgId', client_id: 'clientId', tenant_id: 'tenantId' },
    scope: `${isAmong('t.tenant_id', 'removedTenants')} OR ${isAmong('t.org_id', 'clientsOf')}
      AND (${isWhole('bindings')} OR ${isUnnamed('clients', 't.org_id', 't.client_id')})`,
  },
  { noun: 'user', table: 'users', rows: 'users', key: ORG_AND_ID, scope: isAmong('t.org_id', 'usersOf') },
  {
    noun: 'client',
    table: 'clients',
    rows: 'clients',
    key: ORG_AND_ID,
    scope: isAmong('t.org_id', 'clientsOf'),
  },
  {
    ...{ noun: 'issuer alias', table: 'issuer_aliases', rows: 'issuerAliases', key: { uri: 'uri' } },
    scope: `t.issuer_id IN (SELECT id FROM issuers WHERE ${isAmong('org_id', 'issuersOf')})`,
  },
  { noun: 'issuer', table: 'issuers', rows: 'issuers', key: ID, scope: isAmong('t.org_id', 'issuersOf') },
  { noun: 'org', table: 'orgs', rows: 'orgs', key: ID, scope: isAmong('t.id', 'removedOrgs') },
];

/** Rows that others may need until those are written. */
const AFTER: readonly PrunedTable[] = [
  {
    ...{ noun: 'plan feature', table: 'plan_features', rows: 'planFeatures' },
    key: { plan_id: 'planId', feature_id: 'featureId' },
    scope: isWhole('plans'),
  },
  { noun: 'plan', table: 'plans', rows: 'plans', key: ID, scope: isWhole('plans') },
  { noun: 'feature', table: 'features', rows: 'features', key: ID, scope: isWhole('features') },
  { noun: 'tenant', table: 'tenants', rows: 'tenants', key: ID, scope: isAmong('t.id', 'removedTenants') },
];

/** Rows that go are in the way no more. Whoever still needs one of them is in the way of that. */
export async function pruneBeforeWriting(
  writing: Writing,
  pruning: Pruning,
): Promise<readonly TableChanges[]> {
  await letGoOfRevoked(writing, pruning);
  return pruneTables(writing, pruning, BEFORE);
}

/** Removes what may have been needed until everything else was written. */
export async function pruneAfterWriting(
  writing: Writing,
  pruning: Pruning,
): Promise<readonly TableChanges[]> {
  return pruneTables(writing, pruning, AFTER);
}

async function pruneTables(
  writing: Writing,
  pruning: Pruning,
  tables: readonly PrunedTable[],
): Promise<readonly TableChanges[]> {
  const changes: TableChanges[] = [];
  for (const table of tables) changes.push(await pruneTable(writing, pruning, table));
  return changes;
}

async function pruneTable(
  { tx, onChange }: Writing,
  { scope, rows }: Pruning,
  { noun, table, rows: source, key, scope: inScope }: PrunedTable,
): Promise<TableChanges> {
  const wanted: readonly { readonly row: object }[] = rows[source];
  const members = Object.values(key);
  const named = wanted.map(({ row }) => pick(row, members));
  const parents = (parent: 'users' | 'clients'): readonly unknown[] =>
    inScope.includes(`'${parent}'`) ? rows[parent].map(({ row }) => pick(row, ['orgId', 'id'])) : [];
  const removed = await tx.$queryRawUnsafe<readonly { readonly key: readonly string[] }[]>(
    `DELETE FROM ${table} AS t WHERE (${inScope}) AND NOT EXISTS (
       SELECT FROM jsonb_to_recordset($2::jsonb) AS n (${members.map((member) => `"${member}" text`).join(', ')})
       WHERE ${Object.entries(key)
         .map(([column, member]) => `n."${member}" = t.${column}`)
         .join(' AND ')})
     RETURNING ARRAY[${Object.keys(key)
       .map((column) => `t.${column}`)
       .join(', ')}] AS key`,
    JSON.stringify({
      ...scope,
      whole: [...scope.whole],
      users: parents('users'),
      clients: parents('clients'),
    }),
    JSON.stringify(named),
  );
  for (const row of removed) onChange({ noun, action: 'remove', key: row.key, columns: [] });
  return { noun, created: 0, changed: 0, removed: removed.length, unchanged: 0 };
}

function pick(row: object, members: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => members.includes(name)));
}

/** A credential that is revoked names issuers for the record only. */
async function letGoOfRevoked({ tx }: Writing, { scope, rows }: Pruning): Promise<void> {
  const named = rows.issuers.map(({ row }) => row.id);
  await tx.hookCredentialIssuer.deleteMany({
    where: {
      credential: { revokedAt: { not: null } },
      issuer: { orgId: { in: [...scope.issuersOf] }, id: { notIn: named } },
    },
  });
}
