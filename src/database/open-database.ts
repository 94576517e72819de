import type { DatabaseConfiguration } from '../config/configuration.js';
import type { Database, DatabaseTimeouts } from './database.js';
import { openEmbedded } from './open-embedded.js';
import { openPostgresql } from './open-postgresql.js';

/**
 * Opens the configured database.
 *
 * @throws DatabaseUnavailableError, FolderInUseError
 */
export async function openDatabase(
  configuration: DatabaseConfiguration,
  timeouts: DatabaseTimeouts,
): Promise<Database> {
  return configuration.engine === 'postgresql'
    ? openPostgresql(configuration.url, { poolSize: configuration.poolSize, ...timeouts })
    : openEmbedded(configuration.folder);
}
