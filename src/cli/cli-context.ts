import type { Environment } from '../config/read-variables.js';
import type { Database } from '../database/database.js';
import type { Paint } from './paint.js';

/** How a command uses the database. */
export interface DatabaseUse {
  /** Whether the database may be at another release. */
  readonly migrating?: boolean;
  /** How long to wait for it, in milliseconds. */
  readonly timeoutMs?: number;
}

/** What the commands work with. */
export interface CliContext {
  readonly environment: Environment;
  /** Opens the configured database for one piece of work, and closes it. */
  readonly withDatabase: <T>(work: (database: Database) => Promise<T>, options?: DatabaseUse) => Promise<T>;
  /** Writes to standard output, with a line end. */
  readonly print: (text: string) => void;
  /** Writes to standard output as it is, and waits for room where there is none. */
  readonly write: (text: string) => Promise<void>;
  /** Colours what is printed, where that is a terminal. */
  readonly paint: Paint;
  /** Standard input, for a file named `-`. */
  readonly input: () => AsyncIterable<Uint8Array>;
  /** Where standard error is a terminal, the terminal: for a progress bar. */
  readonly terminal: NodeJS.WriteStream | null;
  /** From now on the first signal to stop aborts, in place of ending the process. */
  readonly listenForInterruption: () => AbortSignal;
  /** Who runs the command, as the audit shows it: `cli:` and the user of the operating system. */
  readonly actor: string;
  readonly now: () => Date;
}

/** The command line cannot be followed; entries exit with 64 (EX_USAGE). */
export class UsageError extends Error {
  readonly code = 'USAGE';

  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
