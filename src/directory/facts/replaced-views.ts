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

const REPLACED = `
  SELECT v.name, coalesce(obj_description(to_regclass(v.name), 'pg_class'), '') AS comment
  FROM unnest($1::text[], $2::text[]) AS v (name, own_table)
  WHERE NOT EXISTS (
    SELECT FROM pg_rewrite AS r JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    WHERE r.ev_class = to_regclass(v.name) AND d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass(v.own_table))`;

async function replacedViews(
  database: Pick<Database, 'query'>,
): Promise<readonly { readonly name: string; readonly comment: string }[]> {
  const asArray = (names: readonly string[]): string => `{${names.join(',')}}`;
  const [views, tables] = [Object.values(FACTS_VIEWS), Object.keys(FACTS_VIEWS)];
  const rows = await database.query(REPLACED, [asArray(views), asArray(tables)]);
  return rows.map(({ name, comment }) => ({ name: String(name), comment: String(comment) }));
}

/** Tables of ours that the hook does not read, since their view shows others: whatever is written there has no effect. */
export async function replacedTables(database: Pick<Database, 'query'>): Promise<ReadonlySet<FactsTable>> {
  const replaced = new Set((await replacedViews(database)).map(({ name }) => name));
  const tables = Object.keys(FACTS_VIEWS) as FactsTable[];
  return new Set(tables.filter((table) => replaced.has(FACTS_VIEWS[table])));
}

/** Whether every change of facts is announced: our tables see to that, and for others the comment of their view has to say so. */
export async function areAllFactsAnnounced(database: Pick<Database, 'query'>): Promise<boolean> {
  return (await replacedViews(database)).every(({ comment }) => comment.includes(ANNOUNCED));
}
