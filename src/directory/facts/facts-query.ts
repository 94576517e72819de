/** Memberships of one user, and bindings of one client, that a call can carry. */
export const COVERS_LIMIT = 1000;

/** Tenants that are loaded without being named: two are enough to be ambiguous, and one must not be missed. */
const UNNAMED_TENANTS = 8;

/**
 * All facts of one call in one round trip, as one row of JSON columns: "user", "client", "remembered", "tenants", "suspended".
 *
 * Parameters: $1 org id, $2 user id or null, $3 client id, $4 hinted tenant id or null, $5 presented refresh token id
 * or null, $6 now, $7 the end of the shortest token life.
 *
 * Tenants are loaded where the call can select them: named by hint, remembered choice or default membership, or among
 * the first open memberships (bindings, for machine calls). Tenants that the client is bound to come first, since a
 * `choose` client leaves only those; a `fixed` client's own are always loaded, to see that there is only one. Windows that
 * have closed are left out: nothing opens them again. "suspended" are the ids of covered tenants that are not active, so that
 * whoever keeps the documents knows that nothing is missing.
 */
export const FACTS_QUERY = `
  WITH u AS (
    SELECT id, login, status FROM mintmark_facts_users WHERE org_id = $1 AND id = $2::text
  ), m AS (
    SELECT tenant_id, roles, is_default, valid_from, valid_until FROM mintmark_facts_memberships
    WHERE org_id = $1 AND user_id = $2::text AND (valid_until IS NULL OR valid_until > $6::timestamptz)
    LIMIT ${String(COVERS_LIMIT + 1)}
  ), c AS (
    SELECT id, name, tenant_mode FROM mintmark_facts_clients WHERE org_id = $1 AND id = $3
  ), b AS (
    SELECT tenant_id, roles, valid_from, valid_until FROM mintmark_facts_client_bindings
    WHERE org_id = $1 AND client_id = $3 AND (valid_until IS NULL OR valid_until > $6::timestamptz)
    LIMIT ${String(COVERS_LIMIT + 1)}
  ), r AS (
    SELECT tenant_id, chosen_at FROM remembered_choices
    WHERE org_id = $1 AND user_id = $2::text AND client_id = $3 AND refresh_token_jti = $5::text
      AND kept_until > $6::timestamptz
    ORDER BY chosen_at DESC, id DESC LIMIT 1
  ), open_bindings AS (
    SELECT tenant_id FROM b WHERE ${isOpen('b')}
  ), covers AS (
    SELECT tenant_id, tenant_id IN (SELECT tenant_id FROM open_bindings) AS of_client FROM m WHERE ${isOpen('m')}
    UNION ALL
    SELECT tenant_id, true FROM open_bindings WHERE $2::text IS NULL OR (SELECT tenant_mode FROM c) = 'fixed'
  ), suspended AS (
    SELECT DISTINCT covers.tenant_id
    FROM covers JOIN mintmark_facts_tenants AS t ON t.id = covers.tenant_id AND t.status <> 'active'
  ), open_covers AS (
    SELECT DISTINCT covers.tenant_id, of_client
    FROM covers JOIN mintmark_facts_tenants AS t ON t.id = covers.tenant_id AND t.status = 'active'
    ORDER BY of_client DESC, covers.tenant_id LIMIT ${String(UNNAMED_TENANTS)}
  ), candidates AS (
    SELECT tenant_id FROM open_covers
    UNION SELECT $4::text
    UNION SELECT tenant_id FROM r
    UNION SELECT tenant_id FROM m WHERE is_default
  )
  SELECT
    (SELECT json_build_object(
      'id', u.id, 'login', u.login, 'status', u.status,
      'memberships', (SELECT coalesce(json_agg(json_build_object(
          'tenantId', m.tenant_id, 'roles', m.roles, 'isDefault', m.is_default,
          'from', ${epochMs('m.valid_from')}, 'until', ${epochMs('m.valid_until')}) ORDER BY m.tenant_id), '[]') FROM m),
      'grants', (SELECT coalesce(json_agg(json_build_object(
          'id', g.id, 'tenantId', g.tenant_id, 'featureId', g.feature_id, 'value', g.value,
          'from', ${epochMs('g.valid_from')}, 'until', ${epochMs('g.valid_until')}) ORDER BY g.id), '[]')
        FROM mintmark_facts_feature_grants AS g
        WHERE g.org_id = $1 AND g.user_id = u.id AND (g.valid_until IS NULL OR g.valid_until > $6::timestamptz)
          AND g.tenant_id IN (SELECT tenant_id FROM candidates))
    ) FROM u) AS "user",
    (SELECT json_build_object(
      'id', c.id, 'name', c.name, 'tenantMode', c.tenant_mode,
      'bindings', (SELECT coalesce(json_agg(json_build_object(
          'tenantId', b.tenant_id, 'roles', b.roles,
          'from', ${epochMs('b.valid_from')}, 'until', ${epochMs('b.valid_until')}) ORDER BY b.tenant_id), '[]') FROM b)
    ) FROM c) AS "client",
    (SELECT json_build_object(
      'tenantId', r.tenant_id, 'chosenAt', ${epochMs('r.chosen_at')}
    ) FROM r) AS "remembered",
    (SELECT coalesce(json_agg(json_build_object(
      'id', t.id, 'name', t.name, 'status', t.status,
      'subscriptions', (SELECT coalesce(json_agg(json_build_object(
          'id', s.id, 'planId', p.id, 'rank', p.rank,
          'from', ${epochMs('s.valid_from')}, 'until', ${epochMs('s.valid_until')},
          'features', (SELECT coalesce(json_agg(json_build_object('featureId', f.feature_id, 'value', f.value)
              ORDER BY f.feature_id), '[]') FROM mintmark_facts_plan_features AS f WHERE f.plan_id = p.id)) ORDER BY s.id), '[]')
        FROM mintmark_facts_subscriptions AS s JOIN mintmark_facts_plans AS p ON p.id = s.plan_id
        WHERE s.tenant_id = t.id AND (s.valid_until IS NULL OR s.valid_until > $6::timestamptz)),
      'grants', (SELECT coalesce(json_agg(json_build_object(
          'id', g.id, 'featureId', g.feature_id, 'value', g.value,
          'from', ${epochMs('g.valid_from')}, 'until', ${epochMs('g.valid_until')}) ORDER BY g.id), '[]')
        FROM mintmark_facts_feature_grants AS g
        WHERE g.tenant_id = t.id AND g.user_id IS NULL AND (g.valid_until IS NULL OR g.valid_until > $6::timestamptz))
    )), '[]') FROM mintmark_facts_tenants AS t WHERE t.id IN (SELECT tenant_id FROM candidates)) AS "tenants",
    (SELECT coalesce(json_agg(tenant_id), '[]') FROM suspended) AS "suspended"`;

/** Whether a row's window is open from now to the end of the shortest token life. */
function isOpen(row: string): string {
  return `(${row}.valid_from IS NULL OR ${row}.valid_from <= $6::timestamptz)
      AND (${row}.valid_until IS NULL OR ${row}.valid_until > $7::timestamptz)`;
}

/** Milliseconds since the epoch, as a JSON number; null stays null. */
function epochMs(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000)::bigint`;
}
