import { createHmac, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogConfiguration } from '../config/configuration.js';

export type { Logger } from 'pino';

/** Lines that wait for a reader that stands still, in bytes; what goes beyond is dropped rather than kept in memory. */
const WAITING_BYTES = 8 * 1024 * 1024;

/** Lines are gathered to so many bytes, or for so many milliseconds, and then written at once: a write costs more than a line. */
const GATHERED_BYTES = 8 * 1024;
const GATHERING_MS = 100;

/** How long the end of the process may wait for a reader of its log, in milliseconds. */
const FLUSH_LIMIT_MS = 1_000;

/**
 * Makes the process's logger: JSON lines on standard output, written off the request path (`flushLog` at the end). What is logged is chosen member by member where it is
 * logged; requests, headers and payloads are never handed over as a whole.
 */
export function createLogger({ level }: LogConfiguration, destination?: DestinationStream): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, destination ?? standardOutput());
}

/** A reader that stands still would stop the process where writes were synchronous. With `minLength` 0 flushing would not wait. */
function standardOutput(): DestinationStream {
  return pino.destination({
    ...{ dest: 1, sync: false, maxLength: WAITING_BYTES },
    ...{ minLength: GATHERED_BYTES, periodicFlush: GATHERING_MS },
  });
}

/** Waits, for a bounded time, until what was logged is written. */
export async function flushLog(logger: Logger): Promise<void> {
  const flushed = new Promise<void>((resolve) => {
    logger.flush(() => {
      resolve();
    });
  });
  await Promise.race([flushed, delay(FLUSH_LIMIT_MS, undefined, { ref: false })]);
}

/** Users whose hash is at hand: a sign-in is followed by refreshes. */
const RECENT_PSEUDONYMS = 10_000;

/**
 * Makes the keyed hash that stands for users in the logs: the same user gives the same 16 hexadecimal digits as long as
 * the key stays, and nobody without the key can tell who it is.
 */
export function createPseudonyms({ hashKey }: LogConfiguration): (id: string) => string {
  const key = hashKey ?? randomBytes(32);
  const recent = new LRUCache<string, string>({ max: RECENT_PSEUDONYMS });
  return (id) => {
    const known = recent.get(id);
    if (known !== undefined) return known;
    const pseudonym = createHmac('sha256', key).update(id).digest('hex').slice(0, 16);
    recent.set(id, pseudonym);
    return pseudonym;
  };
}
