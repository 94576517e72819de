import { createHmac, randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogConfiguration } from '../config/configuration.js';
import { GatheredLines } from './gathered-lines.js';
import { Utf8Target, type ByteStream } from './utf8-target.js';

export type { Logger } from 'pino';

/** Lines that wait for a reader that stands still, in bytes; what goes beyond is dropped rather than kept in memory. */
const WAITING_BYTES = 8 * 1024 * 1024;

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

/** @param members of the line, as JSON text: what stands between the braces of an object */
export type LineWriter = (level: 'info' | 'warn', members: string) => void;

/**
 * Writes lines of a fixed shape as the logger does, to where it does. The logger's way puts a line together member by member,
 * which was a tenth of a call.
 */
export function lineWriter(logger: Logger): LineWriter {
  const stream: unknown = Reflect.get(logger, pino.symbols.streamSym);
  if (!isDestination(stream)) throw new TypeError('the logger writes nowhere');
  const time = isoTime();
  return (level, members) => {
    if (!logger.isLevelEnabled(level)) return;
    stream.write(`{"level":${String(pino.levels.values[level])},"time":"${time()}",${members}}\n`);
  };
}

function isDestination(stream: unknown): stream is DestinationStream {
  return typeof stream === 'object' && stream !== null && 'write' in stream;
}

/** The time of a line; lines of one millisecond share one text. */
function isoTime(): () => string {
  let at = 0;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== at) text = new Date(now).toISOString();
    at = now;
    return text;
  };
}

/** A reader that stands still would stop the process where writes were synchronous. */
function standardOutput(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: false, maxLength: WAITING_BYTES, contentMode: 'buffer' });
  // Its types know this content mode, but not what it takes in it.
  const lines = new GatheredLines(new Utf8Target(stream as unknown as ByteStream));
  process.once('exit', () => {
    endLog(stream, lines);
  });
  return lines;
}

/** A process that ends at once still says why. What a reader that stands still does not take is lost. */
function endLog(stream: { flushSync(): void }, lines: GatheredLines): void {
  try {
    stream.flushSync();
    writeSync(1, lines.take());
  } catch {
    // There is nobody left to tell.
  }
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
const RECENT_PSEUDONYMS = 20_000;

/**
 * Makes the keyed hash that stands for users in the logs: the same user gives the same 16 hexadecimal digits as long as
 * the key stays, and nobody without the key can tell who it is.
 */
export function createPseudonyms({ hashKey }: LogConfiguration): (id: string) => string {
  const key = hashKey ?? randomBytes(32);
  const recent = new LRUCache<string, string>({ max: RECENT_PSEUDONYMS });
  return (id) => {
    // Which was used last is not noted: that costs more than making those anew that come out of turn.
    const known = recent.peek(id);
    if (known !== undefined) return known;
    const pseudonym = createHmac('sha256', key).update(id).digest('hex').slice(0, 16);
    recent.set(id, pseudonym);
    return pseudonym;
  };
}
