/** Some rows, or the rest of a file, were not imported; entries exit with 1. */
export class ImportRefusedError extends Error {
  readonly code = 'REFUSED';

  constructor(message: string) {
    super(message);
    this.name = 'ImportRefusedError';
  }
}

/** Somebody told the process to stop, and it ended at a good place; entries exit with 130, as shells have it. */
export class InterruptedError extends Error {
  readonly code = 'INTERRUPTED';

  constructor(message: string) {
    super(message);
    this.name = 'InterruptedError';
  }
}
