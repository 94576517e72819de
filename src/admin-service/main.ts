import { readAdminServiceConfiguration } from '../config/admin-configuration.js';
import { releaseCheck } from '../database/migrations.js';
import { openDatabase } from '../database/open-database.js';
import { createLogger, flushLog } from '../operations/logger.js';
import { runEntry, type Running } from '../operations/run-entry.js';
import { startAdminService } from './start.js';

/** How long a statement may take, in milliseconds: nobody's login waits for it. */
const DATABASE_TIMEOUT_MS = 10_000;

/** The entry of production: configuration from the environment, one database, the admin API and its ops port. */
async function main(): Promise<Running> {
  const configuration = readAdminServiceConfiguration(process.env);
  const logger = createLogger(configuration.log);
  const database = await openDatabase(configuration.database, { timeoutMs: DATABASE_TIMEOUT_MS });
  try {
    await releaseCheck(database)();
    const { tls, tlsFiles } = configuration;
    const service = await startAdminService({ configuration, tls, tlsFiles, database, logger });
    logger.info(
      { admin: service.url, ops: service.opsUrl, engine: database.engine },
      'the admin service is ready',
    );
    return {
      close: async () => {
        await service.close().finally(() => database.close());
        logger.info('the admin service has stopped');
        await flushLog(logger);
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

await runEntry(main);
