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

const REPLACED = `
  SELECT v.name FROM unnest($1::text[], $2::text[]) AS v (name, own_table)
  WHERE NOT EXISTS (
    SELECT FROM pg_rewrite AS r JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    WHERE r.ev_class = to_regclass(v.name) AND d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass(v.own_table))`;

/** Tables of ours that the hook does not read, since their view shows others: whatever is written there has no effect. */
export async function replacedTables(database: Pick<Database, 'query'>): Promise<ReadonlySet<FactsTable>> {
  const tables = Object.keys(FACTS_VIEWS) as FactsTable[];
  const asArray = (names: readonly string[]): string => `{${names.join(',')}}`;
  const rows = await database.query(REPLACED, [asArray(Object.values(FACTS_VIEWS)), asArray(tables)]);
  const replaced = new Set(rows.map(({ name }) => name));
  return new Set(tables.filter((table) => replaced.has(FACTS_VIEWS[table])));
}
