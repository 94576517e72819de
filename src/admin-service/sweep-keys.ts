import type { Database } from '../database/database.js';
import { errorCode } from '../operations/error-code.js';
import type { Logger } from '../operations/logger.js';
import { forgetIdempotencyKeys } from './requests/idempotency.js';

const SWEEP_MS = 60 * 60 * 1000;

/** Removes idempotency keys that are out of date, every hour. @returns what ends it */
export function startSweeping(
  { prisma }: Database,
  { logger, now }: { readonly logger: Logger; readonly now: () => number },
): () => Promise<void> {
  let sweeping: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = forgetIdempotencyKeys(prisma, new Date(now())).catch((error: unknown) => {
      logger.warn(
        { code: errorCode(error) },
        'idempotency keys could not be removed; the next sweep tries again',
      );
    });
  }, SWEEP_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await sweeping;
  };
}
