import { errorCode } from './error-code.js';

/** Exit codes of every entry (sysexits.h where it has one). */
export const EXIT = { refused: 1, usage: 64, unavailable: 69, software: 70, configuration: 78 } as const;

const EXIT_BY_CODE: Readonly<Record<string, number>> = {
  REFUSED: EXIT.refused,
  USAGE: EXIT.usage,
  CONFIGURATION: EXIT.configuration,
  ORG_REFUSED: EXIT.configuration,
  MIGRATION: EXIT.configuration,
  DATABASE_UNAVAILABLE: EXIT.unavailable,
  FOLDER_IN_USE: EXIT.unavailable,
  LISTEN: EXIT.unavailable,
};

/** What an error means to a script; an error that is none of ours is a bug. */
export function exitCodeOf(error: unknown): number {
  return EXIT_BY_CODE[errorCode(error)] ?? EXIT.software;
}

/** What to print about an error that ended the process: our own messages, the stack of a bug. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return 'An unknown error ended the process.';
  return errorCode(error) in EXIT_BY_CODE ? error.message : (error.stack ?? error.message);
}

/** Something that runs until it is closed. */
export interface Running {
  close(): Promise<void>;
}

/**
 * Runs a service until SIGINT or SIGTERM, then closes it. Signals are heard from the beginning: as the first process of a
 * container nothing else would end a start, and one that is cut off leaves things open. What prevents the start is printed
 * to standard error and becomes the exit code.
 */
export async function runEntry(start: () => Promise<Running>): Promise<void> {
  const told = firstSignal();
  try {
    const running = await start();
    await told;
    await running.close();
  } catch (error) {
    process.stderr.write(`${explainError(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

/** Settles at the first signal to stop; a second one ends the process at once. */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let isTold = false;
    const stop = (): void => {
      if (isTold) process.exit(EXIT.software);
      isTold = true;
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
