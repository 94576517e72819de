-- What the admin API needs besides the directory: its own tokens, and the keys that make a repeated creation one creation.

-- CreateTable
CREATE TABLE "admin_tokens" (
    "id" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "secret_sha256" BYTEA NOT NULL,
    "scopes" TEXT[],
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "admin_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "caller" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_sha256" BYTEA NOT NULL,
    "resource" TEXT[],
    "used_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("caller","key")
);

-- CreateIndex
CREATE UNIQUE INDEX "admin_tokens_secret_sha256_key" ON "admin_tokens"("secret_sha256");

-- CreateIndex
CREATE INDEX "idempotency_keys_used_at_idx" ON "idempotency_keys"("used_at");

ALTER TABLE "admin_tokens" ALTER COLUMN "scopes" SET NOT NULL,
  ADD CONSTRAINT "admin_tokens_id_check" CHECK (mintmark_is_id(id)),
  ADD CONSTRAINT "admin_tokens_label_check" CHECK (length(label) BETWEEN 1 AND 255),
  ADD CONSTRAINT "admin_tokens_secret_sha256_check" CHECK (octet_length(secret_sha256) = 32),
  ADD CONSTRAINT "admin_tokens_scopes_check" CHECK (cardinality(scopes) BETWEEN 1 AND 100),
  ADD CONSTRAINT "admin_tokens_expires_at_check" CHECK (mintmark_is_window(created_at, expires_at));

-- Of what was created only the key is kept, never the answer: it may hold a login, or a secret that is shown once.
ALTER TABLE "idempotency_keys" ALTER COLUMN "resource" SET NOT NULL,
  ADD CONSTRAINT "idempotency_keys_key_check" CHECK (length(key) BETWEEN 1 AND 255),
  ADD CONSTRAINT "idempotency_keys_request_sha256_check" CHECK (octet_length(request_sha256) = 32);

SELECT mintmark_audit_table('admin_tokens', 'admin token', '{id}', '{label, secret_sha256}');
