import type { Facts } from '../../claims/facts.js';

/** Everything that the facts of one call depend on. */
export interface FactsKey {
  readonly orgId: string;
  /** Null for machine calls. */
  readonly userId: string | null;
  readonly clientId: string;
  readonly hintedTenantId: string | null;
  /** The refresh token presented, on refresh calls. */
  readonly presentedJti: string | null;
}

/** A stretch of time, milliseconds since the epoch: now, and the end of the shortest life that the token can have. */
export interface LookupTime {
  readonly now: number;
  readonly horizon: number;
}

/** What one lookup read. */
export interface FactsReading {
  readonly facts: Facts;
  /** Tenants that an open membership or binding covers, and that are not active. They need not be among the facts. */
  readonly suspendedTenantIds: readonly string[];
}

/** Reads the facts of one call. The result is frozen. */
export type FactsSource = (key: FactsKey, time: LookupTime) => Promise<FactsReading>;

/** The directory holds more about one subject than a call can carry. */
export class TooManyFactsError extends Error {
  readonly code = 'TOO_MANY_FACTS';

  constructor(noun: string, limit: number) {
    super(`more than ${String(limit)} ${noun}`);
    this.name = 'TooManyFactsError';
  }
}

/** The database did not give the facts. Its cause may quote ids: only the code is fit for a log. */
export class FactsUnavailableError extends Error {
  readonly code: string;

  constructor(cause: unknown) {
    super('the directory could not be read', { cause });
    this.name = 'FactsUnavailableError';
    this.code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN';
  }
}
