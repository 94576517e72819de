-- CreateEnum
CREATE TYPE "status" AS ENUM ('active', 'suspended');

-- CreateEnum
CREATE TYPE "stamping_mode" AS ENUM ('enforce', 'shadow', 'off');

-- CreateEnum
CREATE TYPE "failure_policy" AS ENUM ('omit', 'deny');

-- CreateEnum
CREATE TYPE "unresolved_policy" AS ENUM ('stamp', 'deny');

-- CreateEnum
CREATE TYPE "tenant_mode" AS ENUM ('fixed', 'choose', 'any');

-- CreateEnum
CREATE TYPE "feature_type" AS ENUM ('boolean', 'integer', 'string', 'string_list');

-- CreateEnum
CREATE TYPE "credential_scheme" AS ENUM ('header', 'bearer');

-- CreateTable
CREATE TABLE "orgs" (
    "id" TEXT NOT NULL,
    "url" TEXT NOT NULL,

    CONSTRAINT "orgs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "issuers" (
    "id" TEXT NOT NULL,
    "org_id" TEXT NOT NULL,
    "uri" TEXT NOT NULL,
    "mode" "stamping_mode" NOT NULL DEFAULT 'enforce',
    "failure_policy" "failure_policy" NOT NULL DEFAULT 'omit',
    "on_refused" "unresolved_policy" NOT NULL DEFAULT 'stamp',
    "on_ambiguous" "unresolved_policy" NOT NULL DEFAULT 'stamp',
    "claims_budget_bytes" INTEGER NOT NULL DEFAULT 4096,
    "remember_choice_days" INTEGER NOT NULL DEFAULT 365,

    CONSTRAINT "issuers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "issuer_aliases" (
    "uri" TEXT NOT NULL,
    "issuer_id" TEXT NOT NULL,

    CONSTRAINT "issuer_aliases_pkey" PRIMARY KEY ("uri")
);

-- CreateTable
CREATE TABLE "issuer_uris" (
    "uri" TEXT NOT NULL,

    CONSTRAINT "issuer_uris_pkey" PRIMARY KEY ("uri")
);

-- CreateTable
CREATE TABLE "tenants" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" "status" NOT NULL DEFAULT 'active',

    CONSTRAINT "tenants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "users" (
    "org_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "login" TEXT,
    "status" "status" NOT NULL DEFAULT 'active',

    CONSTRAINT "users_pkey" PRIMARY KEY ("org_id","id")
);

-- CreateTable
CREATE TABLE "clients" (
    "org_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "tenant_mode" "tenant_mode" NOT NULL DEFAULT 'any',
    "mode" "stamping_mode",
    "failure_policy" "failure_policy",

    CONSTRAINT "clients_pkey" PRIMARY KEY ("org_id","id")
);

-- CreateTable
CREATE TABLE "memberships" (
    "org_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "roles" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "valid_from" TIMESTAMPTZ(3),
    "valid_until" TIMESTAMPTZ(3),

    CONSTRAINT "memberships_pkey" PRIMARY KEY ("org_id","user_id","tenant_id")
);

-- CreateTable
CREATE TABLE "client_bindings" (
    "org_id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "roles" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "valid_from" TIMESTAMPTZ(3),
    "valid_until" TIMESTAMPTZ(3),

    CONSTRAINT "client_bindings_pkey" PRIMARY KEY ("org_id","client_id","tenant_id")
);

-- CreateTable
CREATE TABLE "features" (
    "id" TEXT NOT NULL,
    "type" "feature_type" NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "features_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plans" (
    "id" TEXT NOT NULL,
    "rank" INTEGER NOT NULL,

    CONSTRAINT "plans_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plan_features" (
    "plan_id" TEXT NOT NULL,
    "feature_id" TEXT NOT NULL,
    "feature_type" "feature_type" NOT NULL,
    "value" JSONB NOT NULL,

    CONSTRAINT "plan_features_pkey" PRIMARY KEY ("plan_id","feature_id")
);

-- CreateTable
CREATE TABLE "subscriptions" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "plan_id" TEXT NOT NULL,
    "valid_from" TIMESTAMPTZ(3),
    "valid_until" TIMESTAMPTZ(3),

    CONSTRAINT "subscriptions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feature_grants" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "org_id" TEXT,
    "user_id" TEXT,
    "feature_id" TEXT NOT NULL,
    "feature_type" "feature_type" NOT NULL,
    "value" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "valid_from" TIMESTAMPTZ(3),
    "valid_until" TIMESTAMPTZ(3),

    CONSTRAINT "feature_grants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "claim_mappings" (
    "id" TEXT NOT NULL,
    "claim" TEXT NOT NULL,
    "expression" TEXT NOT NULL,
    "in_access_token" BOOLEAN NOT NULL,
    "in_id_token" BOOLEAN NOT NULL,
    "scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "client_ids" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "grant_types" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "issuer_ids" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "required" BOOLEAN NOT NULL DEFAULT false,
    "priority" INTEGER NOT NULL DEFAULT 100,
    "overrides_profile_claim" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "claim_mappings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hook_credentials" (
    "id" TEXT NOT NULL,
    "scheme" "credential_scheme" NOT NULL,
    "label" TEXT NOT NULL,
    "header_name" TEXT,
    "secret_sha256" BYTEA,
    "client_id" TEXT,
    "failure_policy" "failure_policy" NOT NULL DEFAULT 'omit',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "hook_credentials_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hook_credential_issuers" (
    "credential_id" TEXT NOT NULL,
    "issuer_id" TEXT NOT NULL,

    CONSTRAINT "hook_credential_issuers_pkey" PRIMARY KEY ("credential_id","issuer_id")
);

-- CreateTable
CREATE TABLE "remembered_choices" (
    "id" BIGSERIAL NOT NULL,
    "org_id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "refresh_token_jti" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "chosen_at" TIMESTAMPTZ(3) NOT NULL,
    "kept_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "remembered_choices_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "orgs_url_key" ON "orgs"("url");

-- CreateIndex
CREATE UNIQUE INDEX "issuers_uri_key" ON "issuers"("uri");

-- CreateIndex
CREATE INDEX "issuers_org_id_idx" ON "issuers"("org_id");

-- CreateIndex
CREATE INDEX "issuer_aliases_issuer_id_idx" ON "issuer_aliases"("issuer_id");

-- CreateIndex
CREATE INDEX "memberships_tenant_id_idx" ON "memberships"("tenant_id");

-- CreateIndex
CREATE INDEX "client_bindings_tenant_id_idx" ON "client_bindings"("tenant_id");

-- CreateIndex
CREATE UNIQUE INDEX "features_id_type_key" ON "features"("id", "type");

-- Deferrable, so that one transaction can let two plans change places.
ALTER TABLE "plans" ADD CONSTRAINT "plans_rank_key" UNIQUE ("rank") DEFERRABLE;

-- CreateIndex
CREATE INDEX "plan_features_feature_id_idx" ON "plan_features"("feature_id");

-- CreateIndex
CREATE INDEX "subscriptions_tenant_id_idx" ON "subscriptions"("tenant_id");

-- CreateIndex
CREATE INDEX "subscriptions_plan_id_idx" ON "subscriptions"("plan_id");

-- CreateIndex
CREATE INDEX "feature_grants_tenant_id_idx" ON "feature_grants"("tenant_id");

-- CreateIndex
CREATE INDEX "feature_grants_org_id_user_id_idx" ON "feature_grants"("org_id", "user_id");

-- CreateIndex
CREATE INDEX "feature_grants_feature_id_idx" ON "feature_grants"("feature_id");

-- CreateIndex
CREATE UNIQUE INDEX "hook_credentials_secret_sha256_key" ON "hook_credentials"("secret_sha256");

-- CreateIndex
CREATE INDEX "hook_credential_issuers_issuer_id_idx" ON "hook_credential_issuers"("issuer_id");

-- CreateIndex
CREATE INDEX "remembered_choices_org_id_user_id_client_id_refresh_token_j_idx" ON "remembered_choices"("org_id", "user_id", "client_id", "refresh_token_jti", "chosen_at");

-- CreateIndex
CREATE INDEX "remembered_choices_kept_until_idx" ON "remembered_choices"("kept_until");

-- AddForeignKey
ALTER TABLE "issuers" ADD CONSTRAINT "issuers_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "orgs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "issuer_aliases" ADD CONSTRAINT "issuer_aliases_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuers"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "orgs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clients" ADD CONSTRAINT "clients_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "orgs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_org_id_user_id_fkey" FOREIGN KEY ("org_id", "user_id") REFERENCES "users"("org_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_bindings" ADD CONSTRAINT "client_bindings_org_id_client_id_fkey" FOREIGN KEY ("org_id", "client_id") REFERENCES "clients"("org_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_bindings" ADD CONSTRAINT "client_bindings_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plan_features" ADD CONSTRAINT "plan_features_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "plans"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plan_features" ADD CONSTRAINT "plan_features_feature_id_feature_type_fkey" FOREIGN KEY ("feature_id", "feature_type") REFERENCES "features"("id", "type") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "plans"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "feature_grants" ADD CONSTRAINT "feature_grants_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "feature_grants" ADD CONSTRAINT "feature_grants_org_id_user_id_fkey" FOREIGN KEY ("org_id", "user_id") REFERENCES "users"("org_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "feature_grants" ADD CONSTRAINT "feature_grants_feature_id_feature_type_fkey" FOREIGN KEY ("feature_id", "feature_type") REFERENCES "features"("id", "type") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "hook_credential_issuers" ADD CONSTRAINT "hook_credential_issuers_credential_id_fkey" FOREIGN KEY ("credential_id") REFERENCES "hook_credentials"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hook_credential_issuers" ADD CONSTRAINT "hook_credential_issuers_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "remembered_choices" ADD CONSTRAINT "remembered_choices_org_id_user_id_fkey" FOREIGN KEY ("org_id", "user_id") REFERENCES "users"("org_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What follows is what must never be, said where no writer can forget it. Prisma's schema has no words for it.

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- An id is 1 to 255 characters, without control characters and without white space at either end.
CREATE FUNCTION mintmark_is_id(id text) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT length(id) BETWEEN 1 AND 255 AND id !~ '[[:cntrl:]]' AND id !~ '^[\s\uFEFF]|[\s\uFEFF]$' $$;

-- A list of ids: at most 100, none of them null or malformed, and no list among them.
CREATE FUNCTION mintmark_are_ids(ids text[]) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT coalesce(cardinality(ids) <= 100 AND coalesce(array_ndims(ids), 1) = 1 AND (SELECT coalesce(bool_and(coalesce(mintmark_is_id(i), false)), true) FROM unnest(ids) AS i), false) $$;

-- A window of time: finite ends, and the end after the start. No bound is null, not an infinity.
CREATE FUNCTION mintmark_is_window(valid_from timestamptz, valid_until timestamptz) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT isfinite(valid_from) IS NOT FALSE AND isfinite(valid_until) IS NOT FALSE
    AND (valid_from < valid_until) IS NOT FALSE $$;

-- Whether a feature value has the feature's type: integers within 2^53, strings up to 1,000 characters, lists up to 100.
CREATE FUNCTION mintmark_value_fits(type feature_type, value jsonb) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$
    SELECT CASE type
      WHEN 'boolean' THEN jsonb_typeof(value) = 'boolean'
      WHEN 'integer' THEN CASE WHEN jsonb_typeof(value) = 'number'
        THEN value::numeric = trunc(value::numeric) AND abs(value::numeric) <= 9007199254740991 ELSE false END
      WHEN 'string' THEN jsonb_typeof(value) = 'string' AND length(value #>> '{}') <= 1000
      WHEN 'string_list' THEN CASE WHEN jsonb_typeof(value) = 'array'
        THEN jsonb_array_length(value) <= 100 AND NOT EXISTS (
          SELECT FROM jsonb_array_elements(value) AS element
          WHERE jsonb_typeof(element) <> 'string' OR length(element #>> '{}') > 1000)
        ELSE false END
    END
  $$;

ALTER TABLE "orgs" ADD CONSTRAINT "orgs_id_check" CHECK (mintmark_is_id(id)),
  ADD CONSTRAINT "orgs_url_check" CHECK (url ~ '^https://[^/?#[:space:]]+$' AND length(url) <= 1024);
ALTER TABLE "issuers" ADD CONSTRAINT "issuers_id_check" CHECK (mintmark_is_id(id)),
  ADD CONSTRAINT "issuers_uri_check" CHECK (uri ~ '^https://[^?#[:space:]]+[^/?#[:space:]]$' AND length(uri) <= 1024),
  ADD CONSTRAINT "issuers_claims_budget_bytes_check" CHECK (claims_budget_bytes BETWEEN 256 AND 65536),
  ADD CONSTRAINT "issuers_remember_choice_days_check" CHECK (remember_choice_days BETWEEN 1 AND 3660);
ALTER TABLE "issuer_aliases"
  ADD CONSTRAINT "issuer_aliases_uri_check" CHECK (uri ~ '^https://[^?#[:space:]]+[^/?#[:space:]]$' AND length(uri) <= 1024);
ALTER TABLE "tenants" ADD CONSTRAINT "tenants_id_check" CHECK (mintmark_is_id(id)),
  ADD CONSTRAINT "tenants_name_check" CHECK (length(name) BETWEEN 1 AND 255);
ALTER TABLE "users" ADD CONSTRAINT "users_id_check" CHECK (mintmark_is_id(id)),
  ADD CONSTRAINT "users_login_check" CHECK (length(login) BETWEEN 1 AND 255);
ALTER TABLE "clients" ADD CONSTRAINT "clients_id_check" CHECK (mintmark_is_id(id)),
  ADD CONSTRAINT "clients_name_check" CHECK (length(name) BETWEEN 1 AND 255);
ALTER TABLE "features" ADD CONSTRAINT "features_id_check" CHECK (mintmark_is_id(id));
ALTER TABLE "plans" ADD CONSTRAINT "plans_id_check" CHECK (mintmark_is_id(id));
ALTER TABLE "plan_features" ADD CONSTRAINT "plan_features_value_check" CHECK (mintmark_value_fits(feature_type, value));

ALTER TABLE "memberships" ALTER COLUMN "roles" SET NOT NULL,
  ADD CONSTRAINT "memberships_roles_check" CHECK (mintmark_are_ids(roles)),
  ADD CONSTRAINT "memberships_window_check" CHECK (mintmark_is_window(valid_from, valid_until)),
  -- A user has at most one default membership at any instant.
  ADD CONSTRAINT "memberships_default_excl" EXCLUDE USING gist
    (org_id WITH =, user_id WITH =, tstzrange(valid_from, valid_until) WITH &&) WHERE (is_default) DEFERRABLE;
ALTER TABLE "client_bindings" ALTER COLUMN "roles" SET NOT NULL,
  ADD CONSTRAINT "client_bindings_roles_check" CHECK (mintmark_are_ids(roles)),
  ADD CONSTRAINT "client_bindings_window_check" CHECK (mintmark_is_window(valid_from, valid_until));
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_id_check" CHECK (mintmark_is_id(id)),
  ADD CONSTRAINT "subscriptions_window_check" CHECK (mintmark_is_window(valid_from, valid_until));

ALTER TABLE "feature_grants" ADD CONSTRAINT "feature_grants_id_check" CHECK (mintmark_is_id(id)),
  ADD CONSTRAINT "feature_grants_value_check" CHECK (mintmark_value_fits(feature_type, value)),
  ADD CONSTRAINT "feature_grants_reason_check" CHECK (length(btrim(reason)) BETWEEN 1 AND 1000),
  ADD CONSTRAINT "feature_grants_window_check" CHECK (mintmark_is_window(valid_from, valid_until)),
  ADD CONSTRAINT "feature_grants_user_check" CHECK ((org_id IS NULL) = (user_id IS NULL)),
  -- Two grants on one level never overlap in time: which of them counts would be anyone's guess.
  ADD CONSTRAINT "feature_grants_tenant_excl" EXCLUDE USING gist
    (tenant_id WITH =, feature_id WITH =, tstzrange(valid_from, valid_until) WITH &&) WHERE (user_id IS NULL)
    DEFERRABLE,
  ADD CONSTRAINT "feature_grants_user_excl" EXCLUDE USING gist
    (tenant_id WITH =, org_id WITH =, user_id WITH =, feature_id WITH =, tstzrange(valid_from, valid_until) WITH &&)
    WHERE (user_id IS NOT NULL) DEFERRABLE;

ALTER TABLE "claim_mappings" ALTER COLUMN "scopes" SET NOT NULL, ALTER COLUMN "client_ids" SET NOT NULL,
  ALTER COLUMN "grant_types" SET NOT NULL, ALTER COLUMN "issuer_ids" SET NOT NULL,
  ADD CONSTRAINT "claim_mappings_id_check" CHECK (mintmark_is_id(id)),
  ADD CONSTRAINT "claim_mappings_claim_check" CHECK (mintmark_is_id(claim)),
  ADD CONSTRAINT "claim_mappings_expression_check" CHECK (length(expression) BETWEEN 1 AND 1000),
  ADD CONSTRAINT "claim_mappings_tokens_check" CHECK (in_access_token OR in_id_token),
  ADD CONSTRAINT "claim_mappings_conditions_check" CHECK (mintmark_are_ids(scopes) AND mintmark_are_ids(client_ids)
    AND mintmark_are_ids(grant_types) AND mintmark_are_ids(issuer_ids)),
  ADD CONSTRAINT "claim_mappings_priority_check" CHECK (priority BETWEEN 0 AND 1000);

ALTER TABLE "hook_credentials" ADD CONSTRAINT "hook_credentials_id_check" CHECK (mintmark_is_id(id)),
  ADD CONSTRAINT "hook_credentials_label_check" CHECK (length(label) BETWEEN 1 AND 255),
  ADD CONSTRAINT "hook_credentials_header_name_check" CHECK (header_name ~ '^[a-z0-9!#$%&''*+.^_`|~-]{1,100}$'),
  ADD CONSTRAINT "hook_credentials_secret_sha256_check" CHECK (octet_length(secret_sha256) = 32),
  ADD CONSTRAINT "hook_credentials_client_id_check" CHECK (mintmark_is_id(client_id)),
  -- A credential is pinned to one scheme, and has what that scheme proves a caller by: nothing of another's.
  ADD CONSTRAINT "hook_credentials_scheme_check" CHECK (CASE scheme
    WHEN 'header' THEN header_name IS NOT NULL AND secret_sha256 IS NOT NULL AND client_id IS NULL
    WHEN 'bearer' THEN header_name IS NULL AND secret_sha256 IS NULL AND client_id IS NOT NULL
    ELSE false END),
  ADD CONSTRAINT "hook_credentials_expires_at_check" CHECK (mintmark_is_window(created_at, expires_at));

ALTER TABLE "remembered_choices" ADD CONSTRAINT "remembered_choices_ids_check" CHECK (
    mintmark_is_id(client_id) AND mintmark_is_id(refresh_token_jti) AND mintmark_is_id(tenant_id)),
  ADD CONSTRAINT "remembered_choices_window_check" CHECK (mintmark_is_window(chosen_at, kept_until));

-- A token names its client and nothing else of ours: two credentials for one client would leave open whose policy counts.
CREATE UNIQUE INDEX "hook_credentials_client_id_key" ON "hook_credentials" ("client_id") WHERE revoked_at IS NULL;

-- One URI names one issuer, whether as its own or as an alias: every URI of either kind is in one table, by its key.
CREATE FUNCTION mintmark_keep_issuer_uri() RETURNS trigger
  LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP <> 'INSERT' THEN DELETE FROM issuer_uris WHERE uri = OLD.uri; END IF;
    IF TG_OP <> 'DELETE' THEN INSERT INTO issuer_uris (uri) VALUES (NEW.uri); END IF;
    RETURN NULL;
  END $$;
CREATE TRIGGER issuers_keep_uri AFTER INSERT OR DELETE OR UPDATE OF uri ON "issuers"
  FOR EACH ROW EXECUTE FUNCTION mintmark_keep_issuer_uri();
CREATE TRIGGER issuer_aliases_keep_uri AFTER INSERT OR DELETE OR UPDATE OF uri ON "issuer_aliases"
  FOR EACH ROW EXECUTE FUNCTION mintmark_keep_issuer_uri();

-- The hook may append choices, not delete them: out-of-date ones go through this function of the owner's.
CREATE FUNCTION mintmark_forget_expired_choices(instant timestamptz, at_most integer) RETURNS integer
  LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
  AS $$
    WITH gone AS (
      DELETE FROM remembered_choices WHERE id IN (
        SELECT id FROM remembered_choices WHERE kept_until < least(instant, now()) ORDER BY kept_until LIMIT at_most)
      RETURNING 1)
    SELECT count(*)::integer FROM gone
  $$;
REVOKE ALL ON FUNCTION mintmark_forget_expired_choices(timestamptz, integer) FROM PUBLIC;
