import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';

/** Hands Nest's own messages to the process's logger: errors and warnings as they are, the rest as details. */
export class NestLogger implements LoggerService {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  log(message: unknown): void {
    this.#logger.debug(textOf(message));
  }

  debug(message: unknown): void {
    this.#logger.debug(textOf(message));
  }

  verbose(message: unknown): void {
    this.#logger.debug(textOf(message));
  }

  warn(message: unknown): void {
    this.#logger.warn(textOf(message));
  }

  error(message: unknown): void {
    this.#logger.error(textOf(message));
  }

  fatal(message: unknown): void {
    this.#logger.fatal(textOf(message));
  }
}

function textOf(message: unknown): string {
  if (message instanceof Error) return `${message.name}: ${message.message}`;
  return typeof message === 'string' ? message : JSON.stringify(message);
}
