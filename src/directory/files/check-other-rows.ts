import type { Path } from '../../config/file-fault.js';
import type { Prisma } from '../../generated/prisma/client.js';
import type { RowFault } from './check-directory-rows.js';
import type { DirectoryRows, Wanted } from './directory-rows.js';

/** How wanted rows of one table may contradict a row that the files do not name. */
interface Contradiction {
  readonly rows: keyof DirectoryRows;
  /** Members of a wanted row and their types: the columns of `w`, besides `at`, which is its place. */
  readonly columns: Readonly<Record<string, 'text' | 'integer' | 'boolean' | 'timestamptz'>>;
  /**
   * Gives `at` of a wanted row, and `other`: what is in its way. `own_issuers` and `own_bindings` are those of the files. `NOT IN` is looked
   * up in a hash; `NOT EXISTS` would be a loop, since nobody tells the planner how many rows are wanted.
   */
  readonly sql: string;
  /** From the wanted row on. */
  readonly path: Path;
  readonly problem: (other: string) => string;
}

/** Whether the windows of `w` and of a row overlap. */
function doOverlap(row: string): string {
  return `(w."validFrom" IS NULL OR ${row}.valid_until IS NULL OR w."validFrom" < ${row}.valid_until)
    AND (${row}.valid_from IS NULL OR w."validUntil" IS NULL OR ${row}.valid_from < w."validUntil")`;
}

const WINDOW = { validFrom: 'timestamptz', validUntil: 'timestamptz' } as const;

const HOLDER_OF_URI = `
  SELECT w.at, h.id AS other
  FROM w JOIN (SELECT uri, id FROM issuers UNION ALL SELECT uri, issuer_id FROM issuer_aliases) AS h ON h.uri = w.uri
  WHERE h.id NOT IN (TABLE own_issuers)`;

const CONTRADICTIONS: readonly Contradiction[] = [
  {
    ...{ rows: 'orgs', columns: { id: 'text', url: 'text' }, path: ['url'] },
    sql: `SELECT w.at, o.id AS other FROM w JOIN orgs AS o ON o.url = w.url
      WHERE o.id NOT IN (SELECT id FROM w)`,
    problem: (other) => `another org has this URL: ${other}`,
  },
  {
    ...{ rows: 'issuers', columns: { uri: 'text' }, sql: HOLDER_OF_URI, path: ['uri'] },
    problem: (other) => `this URI already names another issuer: ${other}`,
  },
  {
    ...{ rows: 'issuerAliases', columns: { uri: 'text' }, sql: HOLDER_OF_URI, path: [] },
    problem: (other) => `this URI already names another issuer: ${other}`,
  },
  {
    ...{ rows: 'features', columns: { id: 'text', type: 'text' }, path: ['type'] },
    sql: `SELECT w.at, u.other FROM w JOIN features AS f ON f.id = w.id AND f.type::text <> w.type
      CROSS JOIN LATERAL (
        SELECT 'plan ' || p.plan_id AS other FROM plan_features AS p WHERE p.feature_id = f.id
        UNION ALL SELECT 'grant ' || g.id FROM feature_grants AS g WHERE g.feature_id = f.id
        ORDER BY 1 LIMIT 1) AS u`,
    problem: (other) => `a feature that is in use cannot change its type: ${other} has a value for it`,
  },
  {
    ...{ rows: 'memberships', path: ['default'] },
    columns: { orgId: 'text', userId: 'text', tenantId: 'text', isDefault: 'boolean', ...WINDOW },
    sql: `SELECT w.at, m.tenant_id AS other
      FROM w JOIN memberships AS m ON m.org_id = w."orgId" AND m.user_id = w."userId" AND m.is_default AND ${doOverlap('m')}
      WHERE w."isDefault" AND (m.org_id, m.user_id, m.tenant_id) NOT IN (SELECT "orgId", "userId", "tenantId" FROM w)`,
    problem: (other) => `a user has two default memberships at one time: the other is in ${other}`,
  },
  {
    ...{ rows: 'grants', path: [] },
    columns: { id: 'text', tenantId: 'text', orgId: 'text', userId: 'text', featureId: 'text', ...WINDOW },
    sql: `SELECT w.at, g.id AS other
      FROM w JOIN feature_grants AS g ON g.tenant_id = w."tenantId" AND g.feature_id = w."featureId"
        AND coalesce(g.org_id, '') = coalesce(w."orgId", '') AND coalesce(g.user_id, '') = coalesce(w."userId", '')
        AND ${doOverlap('g')}
      WHERE g.id NOT IN (SELECT id FROM w)`,
    problem: (other) => `overlaps a grant of the same kind in time: ${other}`,
  },
  {
    ...{ rows: 'clients', columns: { orgId: 'text', id: 'text', tenantMode: 'text' }, path: ['bindings'] },
    sql: `SELECT w.at, b.tenant_id AS other
      FROM w JOIN client_bindings AS b ON b.org_id = w."orgId" AND b.client_id = w.id
      WHERE w."tenantMode" = 'fixed' AND (b.org_id, b.client_id, b.tenant_id) NOT IN (TABLE own_bindings)`,
    problem: (other) => `a client of mode fixed has exactly one binding: this one also has one to ${other}`,
  },
];

/** Apart, since a plan that pruning removes is in nobody's way. */
const SAME_RANK: Contradiction = {
  ...{ rows: 'plans', columns: { id: 'text', rank: 'integer' }, path: ['rank'] },
  sql: `SELECT w.at, p.id AS other FROM w JOIN plans AS p ON p.rank = w.rank
    WHERE p.id NOT IN (SELECT id FROM w)`,
  problem: (other) => `another plan has this rank: ${other}`,
};

/**
 * What wanted rows contradict among the rows that the database has besides. The database would refuse it, too, but one at a time,
 * and without saying where in a file it stands.
 *
 * @param options.doPlansGo whether plans that no file names are about to be removed
 */
export async function checkOtherRows(
  tx: Prisma.TransactionClient,
  rows: DirectoryRows,
  { doPlansGo }: { readonly doPlansGo: boolean },
): Promise<readonly RowFault[]> {
  const faults: RowFault[] = [];
  for (const contradiction of doPlansGo ? CONTRADICTIONS : [...CONTRADICTIONS, SAME_RANK]) {
    faults.push(...(await contradicted(tx, rows, contradiction)));
  }
  return faults;
}

async function contradicted(
  tx: Prisma.TransactionClient,
  rows: DirectoryRows,
  { rows: table, columns, sql, path, problem }: Contradiction,
): Promise<readonly RowFault[]> {
  const wanted: readonly Wanted<object>[] = rows[table];
  if (wanted.length === 0) return [];
  const members = Object.entries(columns);
  const found = await tx.$queryRawUnsafe<readonly { readonly at: number; readonly other: string }[]>(
    `WITH w AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS w (at integer, ${members.map(([name, type]) => `"${name}" ${type}`).join(', ')})),
       own_issuers AS (SELECT jsonb_array_elements_text($2::jsonb)),
       own_bindings AS (SELECT * FROM jsonb_to_recordset($3::jsonb) AS b ("orgId" text, "clientId" text, "tenantId" text))
     ${sql} ORDER BY at, other`,
    JSON.stringify(wanted.map(({ row }, at) => ({ at, ...pick(row, Object.keys(columns)) }))),
    JSON.stringify(rows.issuers.map(({ row }) => row.id)),
    JSON.stringify(rows.bindings.map(({ row }) => pick(row, ['orgId', 'clientId', 'tenantId']))),
  );
  return found.flatMap(({ at, other }) => {
    const place = wanted[at]?.path;
    return place === undefined ? [] : [{ path: [...place, ...path], problem: problem(other) }];
  });
}

function pick(row: object, members: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => members.includes(name)));
}
