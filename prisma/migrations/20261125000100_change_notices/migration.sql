-- Every change of the directory is announced on the channel `mintmark_changes`, in the same transaction, so that whoever keeps copies
-- drops exactly what the change touches. A notice is a JSON array of keys:
--
--   ["user", org id, user id]      the user, their memberships, or grants to them
--   ["client", org id, client id]  the client, or its bindings
--   ["tenant", tenant id]          the tenant, its subscriptions and their plans, or grants to it
--   ["facts"]                      all of these: too much at once to name it
--   ["control"]                    issuers, clients' modes and policies, claim mappings, or credentials
--
-- Keys are announced where a row has changed, not where a statement merely passed over it. What a hook remembers by itself
-- (remembered_choices) is not announced: it is written on the way of calls, and announcing makes commits take turns.

-- Announces keys. Tables that stand in for ours call it from triggers of their own: see docs/existing-tables.md.
-- A notice may have 8,000 bytes, and a transaction announces at most 1,000 keys by name; after that, all facts at once. PostgreSQL
-- itself sends equal notices of one transaction once.
CREATE FUNCTION mintmark_announce(keys jsonb) RETURNS void
  LANGUAGE plpgsql SET search_path = public, pg_temp
  AS $$
  DECLARE
    announced integer := coalesce(nullif(current_setting('mintmark.announced', true), ''), '0')::integer
      + coalesce(jsonb_array_length(keys), 0);
    facts jsonb := (SELECT jsonb_agg(k) FROM jsonb_array_elements(keys) AS k WHERE k ->> 0 <> 'control');
  BEGIN
    IF keys @> '[["control"]]' THEN PERFORM pg_notify('mintmark_changes', '[["control"]]'); END IF;
    IF facts IS NULL THEN RETURN; END IF;
    IF jsonb_array_length(keys) > 100 OR announced > 1000 OR octet_length(facts::text) > 7900 THEN
      facts := '[["facts"]]';
    END IF;
    PERFORM pg_notify('mintmark_changes', facts::text), set_config('mintmark.announced', announced::text, true);
  END $$;

-- Announces changes of a table from now on, by a function of the table's own.
--
-- keys  a query that gives the keys, each once, of `touched`: rows that are not as they were, before and after the change
CREATE FUNCTION mintmark_announce_table(announced text, keys text) RETURNS void
  LANGUAGE plpgsql AS $make$
  DECLARE
    trigger_function text := 'mintmark_announce_' || announced;
  BEGIN
    EXECUTE format($function$
      CREATE FUNCTION %1$I() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
        AS $body$
        BEGIN
          -- One more key than a notice takes says that they are too many.
          IF TG_OP = 'INSERT' THEN
            PERFORM mintmark_announce(jsonb_agg(key)) FROM (
              WITH touched AS (TABLE new_rows) SELECT key FROM (%2$s) AS keys (key) LIMIT 101) AS few;
          ELSIF TG_OP = 'DELETE' THEN
            PERFORM mintmark_announce(jsonb_agg(key)) FROM (
              WITH touched AS (TABLE old_rows) SELECT key FROM (%2$s) AS keys (key) LIMIT 101) AS few;
          ELSIF TG_OP = 'UPDATE' THEN
            PERFORM mintmark_announce(jsonb_agg(key)) FROM (
              WITH touched AS ((TABLE old_rows EXCEPT TABLE new_rows) UNION ALL (TABLE new_rows EXCEPT TABLE old_rows))
              SELECT key FROM (%2$s) AS keys (key) LIMIT 101) AS few;
          ELSE -- TRUNCATE, before it is done
            PERFORM mintmark_announce('[["facts"], ["control"]]');
          END IF;
          RETURN NULL;
        END $body$
      $function$, trigger_function, keys);
    EXECUTE format('REVOKE ALL ON FUNCTION %I() FROM PUBLIC', trigger_function);
    EXECUTE format($triggers$
      CREATE TRIGGER mintmark_announce_insert AFTER INSERT ON %1$I
        REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %2$I();
      CREATE TRIGGER mintmark_announce_update AFTER UPDATE ON %1$I
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %2$I();
      CREATE TRIGGER mintmark_announce_delete AFTER DELETE ON %1$I
        REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION %2$I();
      CREATE TRIGGER mintmark_announce_truncate BEFORE TRUNCATE ON %1$I
        FOR EACH STATEMENT EXECUTE FUNCTION %2$I();
      $triggers$, announced, trigger_function);
  END $make$;
REVOKE ALL ON FUNCTION mintmark_announce_table(text, text) FROM PUBLIC;

SELECT mintmark_announce_table('users', $$SELECT DISTINCT jsonb_build_array('user', org_id, id) FROM touched$$);
SELECT mintmark_announce_table('memberships', $$SELECT DISTINCT jsonb_build_array('user', org_id, user_id) FROM touched$$);
SELECT mintmark_announce_table('clients', $$
  SELECT jsonb_build_array('client', org_id, id) FROM touched
  UNION SELECT '["control"]' FROM touched WHERE mode IS NOT NULL OR failure_policy IS NOT NULL
  ORDER BY 1$$); -- shorter arrays come first: among many clients, control must not be the key that is left out
SELECT mintmark_announce_table('client_bindings', $$SELECT DISTINCT jsonb_build_array('client', org_id, client_id) FROM touched$$);
SELECT mintmark_announce_table('tenants', $$SELECT DISTINCT jsonb_build_array('tenant', id) FROM touched$$);
SELECT mintmark_announce_table('subscriptions', $$SELECT DISTINCT jsonb_build_array('tenant', tenant_id) FROM touched$$);
SELECT mintmark_announce_table('plans', $$
  SELECT DISTINCT jsonb_build_array('tenant', s.tenant_id) FROM touched JOIN subscriptions AS s ON s.plan_id = touched.id$$);
SELECT mintmark_announce_table('plan_features', $$
  SELECT DISTINCT jsonb_build_array('tenant', s.tenant_id) FROM touched JOIN subscriptions AS s ON s.plan_id = touched.plan_id$$);
SELECT mintmark_announce_table('feature_grants', $$
  SELECT jsonb_build_array('user', org_id, user_id) FROM touched WHERE user_id IS NOT NULL
  UNION SELECT jsonb_build_array('tenant', tenant_id) FROM touched WHERE user_id IS NULL$$);
SELECT mintmark_announce_table('issuers', $$SELECT '["control"]'::jsonb FROM touched LIMIT 1$$);
SELECT mintmark_announce_table('issuer_aliases', $$SELECT '["control"]'::jsonb FROM touched LIMIT 1$$);
SELECT mintmark_announce_table('claim_mappings', $$SELECT '["control"]'::jsonb FROM touched LIMIT 1$$);
SELECT mintmark_announce_table('hook_credentials', $$SELECT '["control"]'::jsonb FROM touched LIMIT 1$$);
SELECT mintmark_announce_table('hook_credential_issuers', $$SELECT '["control"]'::jsonb FROM touched LIMIT 1$$);
