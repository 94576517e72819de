import type { Database } from '../database/database.js';
import { forgetExpiredChoices } from '../directory/choices/remembered-choices.js';
import { errorCode } from '../operations/error-code.js';
import type { Logger } from '../operations/logger.js';

const SWEEP_MS = 60 * 60 * 1000;

/** Removes out-of-date choices every hour, in small steps. @returns what ends it */
export function startSweeping(
  database: Database,
  { logger, isUnread }: { readonly logger: Logger; readonly isUnread: () => boolean },
): () => Promise<void> {
  let sweeping: Promise<void> = Promise.resolve();
  const stopping = new AbortController();
  const sweep = async (): Promise<void> => {
    try {
      while (!stopping.signal.aborted && (await forgetExpiredChoices(database, Date.now())) > 0);
    } catch (error) {
      logger.warn(
        { code: errorCode(error) },
        'out-of-date choices could not be removed; the next sweep tries again',
      );
    }
  };
  const timer = setInterval(() => {
    // A database that nobody has read yet may be at another release.
    if (!isUnread()) sweeping = sweep();
  }, SWEEP_MS);
  timer.unref();
  return async () => {
    stopping.abort();
    clearInterval(timer);
    await sweeping;
  };
}
