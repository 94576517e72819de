import type { Prisma } from '../../generated/prisma/client.js';

/** What an export leaves out: everything that is not named. An empty list names everything. */
export interface ExportFilter {
  readonly orgIds: readonly string[];
  readonly tenantIds: readonly string[];
}

/** Entries of one list of the file, in its order: that of the bytes of their ids, whatever the database's collation. */
export type ExportedList =
  'orgs' | 'issuers' | 'users' | 'clients' | 'features' | 'plans' | 'tenants' | 'claimMappings';

/** Documents fetched at once. */
const PAGE = 500;

/** The setting of the transaction that carries the filter: a cursor takes no parameters. */
const FILTER_SETTING = 'mintmark.export_filter';

/** Makes the queries of this transaction see the filter. */
export async function setFilter(tx: Prisma.TransactionClient, filter: ExportFilter): Promise<void> {
  await tx.$executeRaw`SELECT set_config(${FILTER_SETTING}, ${JSON.stringify(filter)}, true)`;
}

/**
 * Reads the entries of one list through a cursor of the database's, so that memory does not grow with the directory.
 *
 * @param orgId for lists that are part of an org
 */
export async function* exportedEntries(
  tx: Prisma.TransactionClient,
  list: ExportedList,
  orgId = '',
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const cursor = `mintmark_export_${list.toLowerCase()}`;
  await tx.$executeRaw`SELECT set_config('mintmark.export_org', ${orgId}, true)`;
  await tx.$executeRawUnsafe(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${QUERIES[list]}`);
  for (;;) {
    const rows = await tx.$queryRawUnsafe<readonly { readonly entry: string }[]>(
      `FETCH ${String(PAGE)} FROM ${cursor}`,
    );
    for (const { entry } of rows) yield JSON.parse(entry) as Readonly<Record<string, unknown>>;
    if (rows.length < PAGE) break;
  }
  await tx.$executeRawUnsafe(`CLOSE ${cursor}`);
}

const ORG = `current_setting('mintmark.export_org')`;

function namedIds(name: keyof ExportFilter): string {
  return `current_setting('${FILTER_SETTING}')::jsonb -> '${name}'`;
}

/** Whether the filter names none. */
function isOpen(name: keyof ExportFilter): string {
  return `(${namedIds(name)} = '[]')`;
}

/** Whether a column has one of the ids of the filter, or the filter names none. */
function isNamed(column: string, name: keyof ExportFilter): string {
  return `(${isOpen(name)} OR ${column} IN (SELECT jsonb_array_elements_text(${namedIds(name)})))`;
}

const WHOLE = isOpen('tenantIds');

/** Milliseconds since the epoch, as a JSON number; null stays null. */
function epochMs(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000)::bigint`;
}

function windowOf(row: string): string {
  return `'from', ${epochMs(`${row}.valid_from`)}, 'until', ${epochMs(`${row}.valid_until`)}`;
}

function inOrder(id: string): string {
  return `ORDER BY ${id} COLLATE "C"`;
}

function listOf(entry: string, order: string, from: string): string {
  return `(SELECT coalesce(json_agg(${entry} ${order}), '[]') FROM ${from})`;
}

const MEMBERSHIPS = `memberships AS m
  WHERE m.org_id = u.org_id AND m.user_id = u.id AND ${isNamed('m.tenant_id', 'tenantIds')}`;

const BINDINGS = `client_bindings AS b
  WHERE b.org_id = c.org_id AND b.client_id = c.id AND ${isNamed('b.tenant_id', 'tenantIds')}`;

/** A user without anything in the tenants of the filter is none of theirs. */
const usersOf = (orgId: string): string => `users AS u
  WHERE u.org_id = ${orgId} AND (${WHOLE} OR EXISTS (SELECT FROM ${MEMBERSHIPS}) OR EXISTS (SELECT FROM feature_grants AS g
    WHERE g.org_id = u.org_id AND g.user_id = u.id AND ${isNamed('g.tenant_id', 'tenantIds')}))`;

const clientsOf = (orgId: string): string => `clients AS c
  WHERE c.org_id = ${orgId} AND (${WHOLE} OR EXISTS (SELECT FROM ${BINDINGS}))`;

const SUBSCRIBED = `SELECT plan_id FROM subscriptions WHERE ${isNamed('tenant_id', 'tenantIds')}`;

const GRANT = `'id', g.id, 'feature', g.feature_id, 'value', g.value, 'reason', g.reason, ${windowOf('g')}`;

/** One JSON document for each entry, with the members of the file's classes. */
const QUERIES: Readonly<Record<ExportedList, string>> = {
  orgs: `SELECT json_build_object('id', o.id, 'url', o.url)::text AS entry FROM orgs AS o
    WHERE ${isNamed('o.id', 'orgIds')} AND (${WHOLE} OR EXISTS (SELECT FROM ${usersOf('o.id')})
      OR EXISTS (SELECT FROM ${clientsOf('o.id')})) ${inOrder('o.id')}`,

  issuers: `SELECT json_build_object('id', i.id, 'uri', i.uri,
      'aliases', ${listOf('a.uri', inOrder('a.uri'), 'issuer_aliases AS a WHERE a.issuer_id = i.id')},
      'mode', i.mode, 'failurePolicy', i.failure_policy, 'onRefused', i.on_refused, 'onAmbiguous', i.on_ambiguous,
      'claimsBudgetBytes', i.claims_budget_bytes, 'rememberChoiceDays', i.remember_choice_days)::text AS entry
    FROM issuers AS i WHERE i.org_id = ${ORG} AND ${WHOLE} ${inOrder('i.id')}`,

  users: `SELECT json_build_object('id', u.id, 'login', u.login, 'status', u.status,
      'memberships', ${listOf(
        `json_build_object('tenant', m.tenant_id, 'roles', m.roles, 'default', m.is_default, ${windowOf('m')})`,
        inOrder('m.tenant_id'),
        MEMBERSHIPS,
      )})::text AS entry
    FROM ${usersOf(ORG)} ${inOrder('u.id')}`,

  clients: `SELECT json_build_object('id', c.id, 'name', c.name, 'tenantMode', c.tenant_mode, 'mode', c.mode,
      'failurePolicy', c.failure_policy,
      'bindings', ${listOf(
        `json_build_object('tenant', b.tenant_id, 'roles', b.roles, ${windowOf('b')})`,
        inOrder('b.tenant_id'),
        BINDINGS,
      )})::text AS entry
    FROM ${clientsOf(ORG)} ${inOrder('c.id')}`,

  features: `SELECT json_build_object('id', f.id, 'type', f.type, 'description', f.description)::text AS entry
    FROM features AS f
    WHERE ${WHOLE} OR f.id IN (SELECT feature_id FROM plan_features WHERE plan_id IN (${SUBSCRIBED})
      UNION SELECT feature_id FROM feature_grants WHERE ${isNamed('tenant_id', 'tenantIds')})
    ${inOrder('f.id')}`,

  plans: `SELECT json_build_object('id', p.id, 'rank', p.rank, 'features',
      (SELECT coalesce(json_object_agg(f.feature_id, f.value ${inOrder('f.feature_id')}), '{}')
        FROM plan_features AS f WHERE f.plan_id = p.id))::text AS entry
    FROM plans AS p WHERE ${WHOLE} OR p.id IN (${SUBSCRIBED}) ${inOrder('p.id')}`,

  tenants: `SELECT json_build_object('id', t.id, 'name', t.name, 'status', t.status,
      'subscriptions', ${listOf(
        `json_build_object('id', s.id, 'plan', s.plan_id, ${windowOf('s')})`,
        inOrder('s.id'),
        'subscriptions AS s WHERE s.tenant_id = t.id',
      )},
      'grants', ${listOf(
        `json_build_object(${GRANT})`,
        inOrder('g.id'),
        'feature_grants AS g WHERE g.tenant_id = t.id AND g.user_id IS NULL',
      )},
      'userGrants', ${listOf(
        `json_build_object('org', g.org_id, 'user', g.user_id, ${GRANT})`,
        inOrder('g.id'),
        `feature_grants AS g WHERE g.tenant_id = t.id AND g.user_id IS NOT NULL AND ${isNamed('g.org_id', 'orgIds')}`,
      )})::text AS entry
    FROM tenants AS t WHERE ${isNamed('t.id', 'tenantIds')} ${inOrder('t.id')}`,

  // A mapping for issuers of which the filter leaves none would be one for all issuers in the file.
  claimMappings: `SELECT json_build_object('id', m.id, 'claim', m.claim, 'expression', m.expression,
      'tokens', array_remove(ARRAY[CASE WHEN m.in_access_token THEN 'access' END,
        CASE WHEN m.in_id_token THEN 'identity' END], NULL),
      'scopes', m.scopes, 'clients', m.client_ids, 'grantTypes', m.grant_types, 'issuers', i.ids,
      'required', m.required, 'priority', m.priority, 'overridesProfileClaim', m.overrides_profile_claim)::text AS entry
    FROM claim_mappings AS m CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(w.id ORDER BY w.place), '{}') AS ids FROM unnest(m.issuer_ids) WITH ORDINALITY AS w (id, place)
      WHERE ${isOpen('orgIds')}
        OR w.id IN (SELECT id FROM issuers WHERE ${isNamed('org_id', 'orgIds')})) AS i
    WHERE ${WHOLE} AND (cardinality(m.issuer_ids) = 0 OR cardinality(i.ids) > 0) ${inOrder('m.id')}`,
};
