import type { PrismaClient } from '../generated/prisma/client.js';
import type { Listen } from './listening.js';

export type DatabaseRow = Readonly<Record<string, unknown>>;

/** Runs SQL text of any number of statements on one connection of its own. */
export type ScriptRunner = (sql: string) => Promise<readonly DatabaseRow[]>;

/** An open database: PostgreSQL, or the embedded engine. Whoever opened it closes it, last of all. */
export interface Database {
  readonly engine: 'postgresql' | 'embedded';
  readonly prisma: PrismaClient;
  /**
   * Runs one statement, prepared once on each connection, straight on the driver: for what is on the way of calls, or of the hook's
   * start. JSON columns come parsed.
   */
  query(sql: string, parameters: readonly (string | null)[]): Promise<readonly DatabaseRow[]>;
  /**
   * Lends one dedicated connection for scripts; statements of a transaction stay together on it.
   *
   * @param timeoutMs of each script; without it a script may take as long as it needs
   */
  withScripts<T>(work: (run: ScriptRunner) => Promise<T>, timeoutMs?: number): Promise<T>;
  /** Listens to notices, on a connection of its own. Whoever listens closes that before the database. */
  readonly listen: Listen;
  /** Connections in use and idle, and statements that wait for one; null where there is no pool. */
  pool(): PoolState | null;
  close(): Promise<void>;
}

export interface PoolState extends Readonly<Record<string, number>> {
  readonly busy: number;
  readonly idle: number;
  readonly waiting: number;
}

/** How long to wait for the database, in milliseconds; one bound for connecting, for a statement and for its answer. */
export interface DatabaseTimeouts {
  readonly timeoutMs: number;
}

/** How a database is opened. */
export interface OpeningOptions extends DatabaseTimeouts {
  /**
   * Called where PostgreSQL cannot be reached, in place of throwing: the database is opened all the same, and connects when
   * it can.
   */
  readonly onUnreachable?: (error: DatabaseUnavailableError) => void;
}

/** The database cannot be reached or used; entries exit with 69 (EX_UNAVAILABLE). */
export class DatabaseUnavailableError extends Error {
  readonly code = 'DATABASE_UNAVAILABLE';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseUnavailableError';
  }
}
