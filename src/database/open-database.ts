import type { DatabaseConfiguration } from '../config/configuration.js';
import type { Database, OpeningOptions } from './database.js';
import { openEmbedded } from './open-embedded.js';
import { openPostgresql } from './open-postgresql.js';

/**
 * Opens the configured database.
 *
 * @throws DatabaseUnavailableError (unless `onUnreachable` takes it), FolderInUseError
 */
export async function openDatabase(
  configuration: DatabaseConfiguration,
  options: OpeningOptions,
): Promise<Database> {
  return configuration.engine === 'postgresql'
    ? openPostgresql(configuration.url, {
        ...{ poolSize: configuration.poolSize, directUrl: configuration.directUrl },
        ...options,
      })
    : openEmbedded(configuration.folder);
}
