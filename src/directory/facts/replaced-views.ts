import type { Database } from '../../database/database.js';

/** The nouns that the hook reads through a view each, by the table of ours that the view shows. */
export const FACTS_VIEWS = {
  users: 'mintmark_facts_users',
  memberships: 'mintmark_facts_memberships',
  clients: 'mintmark_facts_clients',
  client_bindings: 'mintmark_facts_client_bindings',
  tenants: 'mintmark_facts_tenants',
  subscriptions: 'mintmark_facts_subscriptions',
  plans: 'mintmark_facts_plans',
  plan_features: 'mintmark_facts_plan_features',
  feature_grants: 'mintmark_facts_feature_grants',
} as const;

export type FactsTable = keyof typeof FACTS_VIEWS;

/** Something was to be written where the hook does not read it, to no effect. */
export class ReplacedTableError extends Error {
  readonly code = 'REFUSED';

  constructor(table: FactsTable) {
    super(
      `The hook reads this from tables of the product’s own, through the view ${FACTS_VIEWS[table]}: change it there.`,
    );
    this.name = 'ReplacedTableError';
  }
}

/** The word in a view's comment that says that changes of what it shows are announced. */
const ANNOUNCED = 'announced';

/** What each view reads: our table, and whether anything else (tables, views, functions), be it besides ours. */
const READ_BY_VIEWS = `
  SELECT v.own_table AS "table", coalesce(obj_description(to_regclass(v.name), 'pg_class'), '') AS comment,
    coalesce(bool_or(read.class = 'pg_class'::regclass AND read.id = to_regclass(v.own_table)), false) AS "isOfOurs",
    coalesce(bool_or(read.class = 'pg_proc'::regclass
      OR read.class = 'pg_class'::regclass AND read.id NOT IN (to_regclass(v.name), to_regclass(v.own_table))), false) AS "isOfOthers"
  FROM unnest($1::text[], $2::text[]) AS v (name, own_table)
  LEFT JOIN LATERAL (
    SELECT d.refclassid AS class, d.refobjid AS id
    FROM pg_rewrite AS r JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    WHERE r.ev_class = to_regclass(v.name)) AS read ON true
  GROUP BY v.name, v.own_table`;

interface ReadByView {
  readonly table: string;
  readonly comment: string;
  readonly isOfOurs: boolean;
  readonly isOfOthers: boolean;
}

async function readByViews(database: Pick<Database, 'query'>): Promise<readonly ReadByView[]> {
  const asArray = (names: readonly string[]): string => `{${names.join(',')}}`;
  const [views, tables] = [Object.values(FACTS_VIEWS), Object.keys(FACTS_VIEWS)];
  const rows = await database.query(READ_BY_VIEWS, [asArray(views), asArray(tables)]);
  return rows.map(({ table, comment, isOfOurs, isOfOthers }) => ({
    ...{ table: String(table), comment: String(comment) },
    ...{ isOfOurs: isOfOurs === true, isOfOthers: isOfOthers === true },
  }));
}

/** Tables of ours that the hook does not read, since their view shows others: whatever is written there has no effect. */
export async function replacedTables(database: Pick<Database, 'query'>): Promise<ReadonlySet<FactsTable>> {
  const views = await readByViews(database);
  const replaced = new Set(views.filter(({ isOfOurs }) => !isOfOurs).map(({ table }) => table));
  const tables = Object.keys(FACTS_VIEWS) as FactsTable[];
  return new Set(tables.filter((table) => replaced.has(table)));
}

/** Whether every change of facts is announced: our tables see to that, and for others the comment of their view has to say so. */
export async function areAllFactsAnnounced(database: Pick<Database, 'query'>): Promise<boolean> {
  const views = await readByViews(database);
  return views.every(
    ({ isOfOurs, isOfOthers, comment }) => (isOfOurs && !isOfOthers) || comment.includes(ANNOUNCED),
  );
}
