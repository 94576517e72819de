/** What one check found. */
export interface Finding {
  /** What was looked at. */
  readonly check: string;
  readonly status: 'ok' | 'skipped' | 'warning' | 'failure';
  readonly message: string;
  /** What to do about it; null where there is nothing to do. */
  readonly advice: string | null;
  /** Whose failure it is, for the exit code. */
  readonly kind: 'configuration' | 'unavailable' | 'directory';
}

/** Makes findings of one check. */
export function findingsOf(check: string, kind: Finding['kind']) {
  return {
    ok: (message: string): Finding => ({ check, kind, status: 'ok', message, advice: null }),
    /** Nothing can be said of it here. */
    skipped: (message: string): Finding => ({ check, kind, status: 'skipped', message, advice: null }),
    warning: (message: string, advice: string): Finding => ({
      check,
      kind,
      status: 'warning',
      message,
      advice,
    }),
    failure: (message: string, advice: string): Finding => ({
      check,
      kind,
      status: 'failure',
      message,
      advice,
    }),
  };
}
