import { forgetInvocations } from '../invocations/write-invocations.js';
import { errorCode } from '../operations/error-code.js';
import type { HookServiceDependencies } from './hook-service-dependencies.js';

/** While calls are recorded, and while none are: what was recorded earlier ends, too. */
const SWEEP_MS = 60 * 1000;
const IDLE_SWEEP_MS = 60 * 60 * 1000;

type Needs = Pick<HookServiceDependencies, 'configuration' | 'database' | 'recordingDatabase' | 'logger'> & {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** Removes recordings that are out of date, in small steps. @returns what ends it */
export function startForgetting(
  { configuration: { recording }, database, recordingDatabase = database, logger, now }: Needs,
  isUnread: () => boolean,
): () => Promise<void> {
  let sweeping: Promise<void> = Promise.resolve();
  const stopping = new AbortController();
  const limits = () =>
    recording && { olderThan: new Date(now() - recording.keptMs), newest: recording.keptCalls };
  const sweep = async (): Promise<void> => {
    try {
      while (!stopping.signal.aborted && (await forgetInvocations(recordingDatabase, limits())) > 0);
    } catch (error) {
      logger.warn(
        { code: errorCode(error) },
        'out-of-date recordings could not be removed; the next sweep tries again',
      );
    }
  };
  const begin = (): void => {
    // A database that nobody has read yet may be at another release.
    if (!isUnread()) sweeping = sweeping.then(sweep);
  };
  const timer = setInterval(begin, recording === null ? IDLE_SWEEP_MS : SWEEP_MS);
  timer.unref();
  if (recording !== null) begin();
  return async () => {
    stopping.abort();
    clearInterval(timer);
    await sweeping;
  };
}
