import type { Database } from '../database/database.js';
import { forgetExpiredChoices } from '../directory/choices/remembered-choices.js';
import { errorCode } from '../operations/error-code.js';
import type { Logger } from '../operations/logger.js';

const SWEEP_MS = 60 * 60 * 1000;

/** Removes out-of-date choices every hour, in small steps. @returns what ends it */
export function startSweeping(database: Database, logger: Logger): () => Promise<void> {
  let sweeping: Promise<void> = Promise.resolve();
  const sweep = async (): Promise<void> => {
    try {
      while ((await forgetExpiredChoices(database, Date.now())) > 0);
    } catch (error) {
      logger.warn(
        { code: errorCode(error) },
        'out-of-date choices could not be removed; the next sweep tries again',
      );
    }
  };
  const timer = setInterval(() => {
    sweeping = sweep();
  }, SWEEP_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await sweeping;
  };
}
