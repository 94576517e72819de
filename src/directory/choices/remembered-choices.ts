import type { Database } from '../../database/database.js';

/** A tenant that a user chose for a chain of refresh tokens. */
export interface RememberedChoiceRecord {
  readonly orgId: string;
  readonly clientId: string;
  readonly userId: string;
  readonly refreshTokenJti: string;
  readonly tenantId: string;
  /** Milliseconds since the epoch. */
  readonly chosenAt: number;
  readonly keptUntil: number;
}

/** Choices removed by one statement, so that none of them holds the table for long. */
const FORGET_AT_MOST = 1_000;

const APPEND = `
  INSERT INTO remembered_choices
    (org_id, client_id, user_id, refresh_token_jti, tenant_id, chosen_at, kept_until)
  SELECT $1, $2, $3, $4, $5, $6::timestamptz, $7::timestamptz WHERE $5::text IS NOT NULL`;

const FORGET = 'SELECT mintmark_forget_expired_choices($1::timestamptz, $2::integer) AS forgotten';

/** Appends a choice. Nothing is ever changed in place: the newest choice counts. */
export async function rememberChoice(
  database: Pick<Database, 'query'>,
  choice: RememberedChoiceRecord,
): Promise<void> {
  const { orgId, clientId, userId, refreshTokenJti, tenantId } = choice;
  const instants = [choice.chosenAt, choice.keptUntil].map((ms) => new Date(ms).toISOString());
  await database.query(APPEND, [orgId, clientId, userId, refreshTokenJti, tenantId, ...instants]);
}

/** Stores nothing: the first statement of its kind costs more than those that follow. */
export async function prepareRemembering(database: Pick<Database, 'query'>): Promise<void> {
  await database.query(APPEND, [null, null, null, null, null, null, null]);
}

/** Removes choices that are out of date. @returns how many; call again while it is not 0 */
export async function forgetExpiredChoices(database: Pick<Database, 'query'>, now: number): Promise<number> {
  const [row] = await database.query(FORGET, [new Date(now).toISOString(), String(FORGET_AT_MOST)]);
  const forgotten = row?.['forgotten'];
  return typeof forgotten === 'number' ? forgotten : 0;
}
