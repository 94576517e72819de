-- Every change of the directory leaves one row of audit for each row that it changed, in the same transaction, whoever made it:
-- the API, a file, an import or plain SQL. A change that is rolled back leaves none, and one that changes nothing leaves none.
--
-- Whoever writes says who is asking, for the transaction at hand:
--
--   SELECT set_config('mintmark.actor', 'token:adm_8f3c', true)
--
-- Where nobody said, the actor is `sql:` and the database user that is logged in. Nothing but the triggers writes the table: they run with
-- the rights of its owner, and the application's roles may read it and nothing else.
--
-- A later migration that adds a table of the directory calls mintmark_audit_table() for it, as the end of this file does.

-- CreateEnum
CREATE TYPE "audit_action" AS ENUM ('create', 'change', 'remove');

-- CreateTable
CREATE TABLE "audit" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "actor" TEXT NOT NULL,
    "noun" TEXT NOT NULL,
    "key" JSONB NOT NULL,
    "tenant_id" TEXT,
    "action" "audit_action" NOT NULL,
    "before" JSONB,
    "after" JSONB,

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "audit_actor_id_idx" ON "audit"("actor", "id");

-- CreateIndex
CREATE INDEX "audit_noun_key_idx" ON "audit"("noun", "key");

-- CreateIndex
CREATE INDEX "audit_tenant_id_id_idx" ON "audit"("tenant_id", "id");

-- CreateIndex
CREATE INDEX "audit_at_idx" ON "audit" USING BRIN ("at");

ALTER TABLE "audit"
  ADD CONSTRAINT "audit_actor_check" CHECK (length(actor) BETWEEN 1 AND 300),
  ADD CONSTRAINT "audit_sides_check" CHECK (CASE action
    WHEN 'create' THEN before IS NULL AND after IS NOT NULL
    WHEN 'change' THEN before IS NOT NULL AND after IS NOT NULL
    WHEN 'remove' THEN before IS NOT NULL AND after IS NULL
  END);

-- The functions below run with the rights of the owner: then current_user is the owner, and session_user whoever logged in.
CREATE FUNCTION mintmark_audit_actor() RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT left(coalesce(nullif(current_setting('mintmark.actor', true), ''), 'sql:' || session_user), 300) $$;

-- Writes audit rows for a table from now on, by a function of the table's own: its statements are planned once for each session, and
-- one statement writes all the rows of a change, however many.
--
-- key_columns       tell the table's rows apart; they are the row's key in audit, as an object
-- withheld_columns  names of people and things, logins, addresses, hashes of secrets: audit says that there was a value, and that it
--                   changed, not which: nothing in it ever has to be erased
-- tenant_column     which tenant the row belongs to, where it belongs to one. A row that is given to another tenant, or another key, is
--                   removed in one place and created in the other
CREATE FUNCTION mintmark_audit_table(
    audited text, noun text, key_columns text[], withheld_columns text[] DEFAULT '{}', tenant_column text DEFAULT NULL)
  RETURNS void LANGUAGE plpgsql AS $make$
  DECLARE
    row_columns text[] := CASE WHEN tenant_column = ANY (key_columns) OR tenant_column IS NULL
      THEN key_columns ELSE key_columns || tenant_column END;
    same_row text := (SELECT string_agg(format('o.%1$I = n.%1$I', c), ' AND ') FROM unnest(row_columns) AS c);
    is_old text := format('o.%I IS NOT NULL', key_columns[1]);
    is_new text := format('n.%I IS NOT NULL', key_columns[1]);
    key_of text := 'jsonb_build_object(' || (SELECT string_agg(format('%1$L, %%1$s.%1$I', c), ', ') FROM unnest(key_columns) AS c) || ')';
    key_of_either text := 'jsonb_build_object('
      || (SELECT string_agg(format('%1$L, coalesce(n.%1$I, o.%1$I)', c), ', ') FROM unnest(key_columns) AS c) || ')';
    document text := 'to_jsonb(%1$s)' || coalesce(
      (SELECT string_agg(format(' || jsonb_build_object(%1$L, CASE WHEN %%1$s.%1$I IS NOT NULL THEN ''(withheld)'' END)', c), '')
        FROM unnest(withheld_columns) AS c), '');
    document_after text := 'to_jsonb(n)' || coalesce(
      (SELECT string_agg(format(' || jsonb_build_object(%1$L, CASE WHEN n.%1$I IS NULL THEN NULL'
          ' WHEN %2$s AND o.%1$I IS DISTINCT FROM n.%1$I THEN ''(changed)'' ELSE ''(withheld)'' END)', c, is_old), '')
        FROM unnest(withheld_columns) AS c), '');
    tenant_of text := coalesce('%1$s.' || quote_ident(tenant_column), 'NULL');
    tenant_of_either text := CASE WHEN tenant_column IS NULL THEN 'NULL' ELSE format('coalesce(n.%1$I, o.%1$I)', tenant_column) END;
  BEGIN
    EXECUTE format($function$
      CREATE FUNCTION %1$I() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
        AS $body$
        DECLARE actor text := mintmark_audit_actor();
        BEGIN
          IF TG_OP = 'INSERT' THEN
            INSERT INTO audit (actor, noun, key, tenant_id, action, after)
              SELECT actor, %3$L, %4$s, %5$s, 'create', %6$s FROM new_rows AS n;
          ELSIF TG_OP = 'UPDATE' THEN
            INSERT INTO audit (actor, noun, key, tenant_id, action, before, after)
              SELECT actor, %3$L, %10$s, %11$s,
                CASE WHEN NOT %13$s THEN 'create' WHEN NOT %14$s THEN 'remove' ELSE 'change' END::audit_action,
                CASE WHEN %13$s THEN %9$s END, CASE WHEN %14$s THEN %12$s END
              FROM old_rows AS o FULL JOIN new_rows AS n ON %15$s WHERE o IS DISTINCT FROM n;
          ELSIF TG_OP = 'DELETE' THEN
            INSERT INTO audit (actor, noun, key, tenant_id, action, before)
              SELECT actor, %3$L, %7$s, %8$s, 'remove', %9$s FROM old_rows AS o;
          ELSE -- TRUNCATE, before it is done
            INSERT INTO audit (actor, noun, key, tenant_id, action, before)
              SELECT actor, %3$L, %7$s, %8$s, 'remove', %9$s FROM %2$I AS o;
          END IF;
          RETURN NULL;
        END $body$
      $function$,
      'mintmark_audit_' || audited, audited, noun,
      format(key_of, 'n'), format(tenant_of, 'n'), format(document, 'n'),
      format(key_of, 'o'), format(tenant_of, 'o'), format(document, 'o'),
      key_of_either, tenant_of_either, document_after, is_old, is_new, same_row);
    EXECUTE format('REVOKE ALL ON FUNCTION %I() FROM PUBLIC', 'mintmark_audit_' || audited);
    EXECUTE format($triggers$
      CREATE TRIGGER mintmark_audit_insert AFTER INSERT ON %1$I
        REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %2$I();
      CREATE TRIGGER mintmark_audit_update AFTER UPDATE ON %1$I
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %2$I();
      CREATE TRIGGER mintmark_audit_delete AFTER DELETE ON %1$I
        REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION %2$I();
      CREATE TRIGGER mintmark_audit_truncate BEFORE TRUNCATE ON %1$I
        FOR EACH STATEMENT EXECUTE FUNCTION %2$I();
      $triggers$, audited, 'mintmark_audit_' || audited);
  END $make$;
REVOKE ALL ON FUNCTION mintmark_audit_table(text, text, text[], text[], text) FROM PUBLIC;

SELECT mintmark_audit_table('orgs', 'org', '{id}');
SELECT mintmark_audit_table('issuers', 'issuer', '{id}');
SELECT mintmark_audit_table('issuer_aliases', 'issuer alias', '{uri}');
SELECT mintmark_audit_table('tenants', 'tenant', '{id}', '{name}', 'id');
SELECT mintmark_audit_table('users', 'user', '{org_id, id}', '{login}');
SELECT mintmark_audit_table('clients', 'client', '{org_id, id}', '{name}');
SELECT mintmark_audit_table('memberships', 'membership', '{org_id, user_id, tenant_id}', '{}', 'tenant_id');
SELECT mintmark_audit_table('client_bindings', 'binding', '{org_id, client_id, tenant_id}', '{}', 'tenant_id');
SELECT mintmark_audit_table('features', 'feature', '{id}');
SELECT mintmark_audit_table('plans', 'plan', '{id}');
SELECT mintmark_audit_table('plan_features', 'plan feature', '{plan_id, feature_id}');
SELECT mintmark_audit_table('subscriptions', 'subscription', '{id}', '{}', 'tenant_id');
SELECT mintmark_audit_table('feature_grants', 'feature grant', '{id}', '{}', 'tenant_id');
SELECT mintmark_audit_table('claim_mappings', 'claim mapping', '{id}');
SELECT mintmark_audit_table('hook_credentials', 'credential', '{id}', '{secret_sha256}');
SELECT mintmark_audit_table('hook_credential_issuers', 'credential issuer', '{credential_id, issuer_id}');
