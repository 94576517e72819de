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

/** Appends a choice. Nothing is ever changed in place: the newest choice counts. */
export async function rememberChoice({ prisma }: Database, choice: RememberedChoiceRecord): Promise<void> {
  const { orgId, clientId, userId, refreshTokenJti, tenantId } = choice;
  await prisma.rememberedChoice.createMany({
    data: {
      orgId,
      clientId,
      userId,
      refreshTokenJti,
      tenantId,
      chosenAt: new Date(choice.chosenAt),
      keptUntil: new Date(choice.keptUntil),
    },
  });
}

/** Stores nothing: the first statement of its kind costs far more than those that follow. */
export async function prepareRemembering({ prisma }: Database): Promise<void> {
  await prisma.rememberedChoice.createMany({ data: [] });
}

/** Removes choices that are out of date. @returns how many; call again while it is not 0 */
export async function forgetExpiredChoices({ prisma }: Database, now: number): Promise<number> {
  const [row] = await prisma.$queryRaw<{ readonly forgotten: number }[]>`
    SELECT mintmark_forget_expired_choices(${new Date(now)}::timestamptz, ${FORGET_AT_MOST}::integer) AS forgotten`;
  return row?.forgotten ?? 0;
}
