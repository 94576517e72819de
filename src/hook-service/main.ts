import { readHookServiceConfiguration } from '../config/configuration.js';
import { MigrationError, pendingMigrations } from '../database/migrations.js';
import { openDatabase } from '../database/open-database.js';
import { createLogger, flushLog } from '../operations/logger.js';
import { runEntry, type Running } from '../operations/run-entry.js';
import { startHookService } from './start.js';

/** The entry of production: configuration from the environment, one database, the hook and its ops port. */
async function main(): Promise<Running> {
  const configuration = readHookServiceConfiguration(process.env);
  const logger = createLogger(configuration.log);
  const database = await openDatabase(configuration.database, { timeoutMs: configuration.factsDeadlineMs });
  try {
    const pending = await pendingMigrations(database);
    if (pending.length > 0) {
      throw new MigrationError(
        `The database lacks ${String(pending.length)} migrations: run "mintmark migrate" first.`,
      );
    }
    const service = await startHookService({
      configuration,
      tls: configuration.tls,
      tlsFiles: configuration.tlsFiles,
      database,
      logger,
    });
    logger.info(
      { hook: service.url, ops: service.opsUrl, engine: database.engine },
      'the hook service is ready',
    );
    return {
      close: async () => {
        await service.close();
        await database.close();
        logger.info('the hook service has stopped');
        await flushLog(logger);
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

await runEntry(main);
