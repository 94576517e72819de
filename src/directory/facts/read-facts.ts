import type { Database } from '../../database/database.js';
import { FACTS_QUERY } from './facts-query.js';
import { FactsUnavailableError, type FactsSource } from './facts-source.js';
import { parseFacts } from './parse-facts.js';

/** Reads facts from the directory, in one SQL round trip. */
export function databaseFacts(database: Pick<Database, 'query'>): FactsSource {
  return async ({ orgId, userId, clientId, hintedTenantId, presentedJti }, { now, horizon }) => {
    const instants = [now, horizon].map((ms) => new Date(ms).toISOString());
    const parameters = [orgId, userId, clientId, hintedTenantId, presentedJti, ...instants];
    const [row] = await database.query(FACTS_QUERY, parameters).catch((error: unknown) => {
      throw new FactsUnavailableError(error);
    });
    if (row === undefined) throw new TypeError('the facts query gave no row');
    return parseFacts(row);
  };
}
