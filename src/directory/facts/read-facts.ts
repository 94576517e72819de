import type { Database } from '../../database/database.js';
import { FACTS_QUERY } from './facts-query.js';
import { FactsUnavailableError, type FactsSource } from './facts-source.js';
import { parseFacts, type FactsRow } from './parse-facts.js';

/** Reads facts from the directory, in one SQL round trip. */
export function databaseFacts({ prisma }: Database): FactsSource {
  return async ({ orgId, userId, clientId, hintedTenantId, presentedJti }, { now, horizon }) => {
    const parameters = [
      orgId,
      userId,
      clientId,
      hintedTenantId,
      presentedJti,
      new Date(now),
      new Date(horizon),
    ];
    const [row] = await prisma
      .$queryRawUnsafe<FactsRow[]>(FACTS_QUERY, ...parameters)
      .catch((error: unknown) => {
        throw new FactsUnavailableError(error);
      });
    if (row === undefined) throw new TypeError('the facts query gave no row');
    return parseFacts(row);
  };
}
