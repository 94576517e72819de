import { performance } from 'node:perf_hooks';
import type { Database } from '../database/database.js';
import { callControl, type ControlSnapshot } from '../directory/control/control-snapshot.js';
import { databaseFacts } from '../directory/facts/read-facts.js';
import type { TokenHookRequest } from '../okta/token-hook-request.js';
import { explain, type Explanation } from '../stamping/explain.js';

/** A directory to decide by: as it is, or as it would be. */
export interface DirectoryState {
  readonly snapshot: ControlSnapshot;
  readonly facts: Pick<Database, 'query'>;
}

/** How long facts are waited for, in milliseconds: nobody's login waits for them. */
const DEADLINE_MS = 30_000;

/**
 * Explains a call by the hook's own code, on one state of the directory.
 *
 * @param at the instant of the decision, in milliseconds since the epoch
 */
export async function explainBy(
  { snapshot, facts }: DirectoryState,
  request: TokenHookRequest,
  at: number,
): Promise<Explanation> {
  return explain(request, {
    settingsOf: (issuerUri, clientId) => {
      const control = callControl(snapshot, issuerUri, clientId);
      return control && { ...control, deadlineMs: DEADLINE_MS };
    },
    ...{ source: databaseFacts(facts), at, monotonicNow: () => performance.now() },
  });
}
