import { createHmac, randomBytes } from 'node:crypto';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogConfiguration } from '../config/configuration.js';

export type { Logger } from 'pino';

/**
 * Makes the process's logger: JSON lines on standard output. What is logged is chosen member by member where it is
 * logged; requests, headers and payloads are never handed over as a whole.
 */
export function createLogger({ level }: LogConfiguration, destination?: DestinationStream): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/**
 * Makes the keyed hash that stands for users in the logs: the same user gives the same 16 hexadecimal digits as long as
 * the key stays, and nobody without the key can tell who it is.
 */
export function createPseudonyms({ hashKey }: LogConfiguration): (id: string) => string {
  const key = hashKey ?? randomBytes(32);
  return (id) => createHmac('sha256', key).update(id).digest('hex').slice(0, 16);
}
