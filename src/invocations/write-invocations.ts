import type { Database } from '../database/database.js';

/** One parameter for any number of rows: the statement is prepared once. */
const APPEND = `
  INSERT INTO invocations (at, kept_until, issuer_id, client_id, user_pseudonym, tenant_id, grant_type, mode, outcome, reason,
    decision, selection, duration_us, document)
  SELECT to_timestamp(r."at" / 1000.0), to_timestamp(r."keptUntil" / 1000.0), r."issuerId", r."clientId", r."userPseudonym",
    r."tenantId", r."grantType", r."mode"::stamping_mode, r."outcome", r."reason", r."decision", r."selection", r."durationUs",
    r."document"
  FROM jsonb_to_recordset($1::jsonb) AS r("at" bigint, "keptUntil" bigint, "issuerId" text, "clientId" text, "userPseudonym" text,
    "tenantId" text, "grantType" text, "mode" text, "outcome" text, "reason" text, "decision" text, "selection" text,
    "durationUs" integer, "document" jsonb)`;

/** Appends rows of `redactCall`, in one statement: all of them, or none. */
export async function appendInvocations(
  database: Pick<Database, 'query'>,
  rows: readonly string[],
): Promise<void> {
  await database.query(APPEND, [`[${rows.join()}]`]);
}

/** Recordings removed by one statement, so that none of them holds the table for long. */
const FORGET_AT_MOST = 1_000;

/** What is removed besides recordings whose time is over. */
export interface InvocationLimits {
  /** Those from before it, whatever they were recorded with. */
  readonly olderThan: Date;
  /** All but about so many. */
  readonly newest: number;
}

/**
 * Removes recordings that are out of date, a bounded number of them.
 *
 * @param limits null where nothing is recorded by this process
 * @returns how many; call again while it is not 0
 */
export async function forgetInvocations(
  database: Pick<Database, 'query'>,
  limits: InvocationLimits | null,
): Promise<number> {
  const parameters = [
    limits?.olderThan.toISOString() ?? null,
    limits === null ? null : String(limits.newest),
  ];
  const [row] = await database.query(
    `SELECT mintmark_forget_invocations($1::timestamptz, $2::bigint, ${String(FORGET_AT_MOST)}) AS forgotten`,
    parameters,
  );
  return Number(row?.['forgotten'] ?? 0);
}
