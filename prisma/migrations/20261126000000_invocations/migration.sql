-- Hook calls as they were recorded, with secrets removed and people replaced by keyed pseudonyms. They are written after the answers,
-- in batches, only ever appended to, and removed when they are out of date. Nothing else of the database refers to them, and they refer
-- to nothing: a recording outlives the client or tenant that it names.

-- CreateTable
CREATE TABLE "invocations" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kept_until" TIMESTAMPTZ(3) NOT NULL,
    "issuer_id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "user_pseudonym" TEXT,
    "tenant_id" TEXT,
    "grant_type" TEXT,
    "mode" "stamping_mode",
    "outcome" TEXT NOT NULL,
    "reason" TEXT,
    "decision" TEXT,
    "selection" TEXT,
    "duration_us" INTEGER NOT NULL,
    "document" JSONB NOT NULL,

    CONSTRAINT "invocations_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "invocations_at_idx" ON "invocations" USING BRIN ("at");

-- CreateIndex
CREATE INDEX "invocations_kept_until_idx" ON "invocations"("kept_until");

-- CreateIndex
CREATE INDEX "invocations_issuer_id_id_idx" ON "invocations"("issuer_id", "id");

-- CreateIndex
CREATE INDEX "invocations_client_id_id_idx" ON "invocations"("client_id", "id");

-- CreateIndex
CREATE INDEX "invocations_tenant_id_id_idx" ON "invocations"("tenant_id", "id");

-- CreateIndex
CREATE INDEX "invocations_user_pseudonym_id_idx" ON "invocations"("user_pseudonym", "id");

-- CreateIndex
CREATE INDEX "invocations_outcome_id_idx" ON "invocations"("outcome", "id");

-- CreateIndex
CREATE INDEX "invocations_duration_us_id_idx" ON "invocations"("duration_us", "id");

ALTER TABLE "invocations"
  ADD CONSTRAINT "invocations_kept_until_check" CHECK (kept_until > at),
  ADD CONSTRAINT "invocations_duration_us_check" CHECK (duration_us >= 0),
  ADD CONSTRAINT "invocations_document_check" CHECK (jsonb_typeof(document) = 'object');

-- The hook may append recordings, not read or delete them: those that are out of date go through this function of the owner's. They are
-- those whose time is over and, where the caller says so, those from before an instant and all but so many of the newest; never any of the
-- last hour. One process removes at a time: another one is told that nothing is left.
CREATE FUNCTION mintmark_forget_invocations(older_than timestamptz, newest bigint, at_most integer) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  AS $$
  DECLARE
    forgotten integer;
    settled timestamptz := now() - interval '1 hour';
  BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('mintmark.invocations')) THEN RETURN 0; END IF;
    WITH expired AS (
      SELECT id FROM invocations WHERE kept_until < now() ORDER BY kept_until LIMIT at_most
    ), oldest AS (
      SELECT id, at FROM invocations ORDER BY id LIMIT at_most
    ), gone AS (
      DELETE FROM invocations WHERE id IN (
        (SELECT id FROM expired UNION SELECT id FROM oldest
          WHERE at < settled AND (at < older_than OR id <= (SELECT max(id) FROM invocations) - newest))
        LIMIT at_most)
      RETURNING 1)
    SELECT count(*)::integer INTO forgotten FROM gone;
    RETURN forgotten;
  END $$;
REVOKE ALL ON FUNCTION mintmark_forget_invocations(timestamptz, bigint, integer) FROM PUBLIC;
