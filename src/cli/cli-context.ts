import type { Database } from '../database/database.js';

/** What the commands work with. */
export interface CliContext {
  /** Opens the configured database for one piece of work, and closes it. */
  readonly withDatabase: <T>(
    work: (database: Database) => Promise<T>,
    options?: { readonly migrating?: boolean },
  ) => Promise<T>;
  /** Writes to standard output, with a line end. */
  readonly print: (text: string) => void;
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
