/** Something did not happen in the time that was left for it. */
export class DeadlineError extends Error {
  readonly code = 'DEADLINE';

  constructor(waitMs: number) {
    super(`nothing within ${String(Math.max(0, Math.round(waitMs)))} ms`);
    this.name = 'DeadlineError';
  }
}

/**
 * Waits for work, but not longer than the time left. The work itself goes on: whoever started it bounds it.
 *
 * @param waitMs milliseconds; 0 or less fails unless the work is done already
 * @throws DeadlineError, or whatever the work threw
 */
export async function withinDeadline<T>(work: Promise<T>, waitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => {
        reject(new DeadlineError(waitMs));
      },
      Math.max(0, waitMs),
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
