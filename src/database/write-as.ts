import type { Prisma } from '../generated/prisma/client.js';
import type { Database } from './database.js';

/** One transaction: what is written in it happens as a whole, or not at all. */
export type Transaction = Prisma.TransactionClient;

/** How long a transaction waits for a connection, and how long it may take, in milliseconds. */
const LIMITS = { maxWait: 5_000, timeout: 10_000 } as const;

/**
 * Writes in one transaction, in somebody's name: the audit's triggers read the actor from the transaction.
 *
 * @param actor who it is, as the audit shows it: an id such as `token:at_5d…` or `cli:root`, never a name or an address
 */
export async function writeAs<T>(
  { prisma }: Pick<Database, 'prisma'>,
  actor: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return prisma.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT set_config('mintmark.actor', ${actor}, true)`;
    return work(tx);
  }, LIMITS);
}
