// The hook service as production starts it, with facts kept for ten minutes: with the 60 s of production the last rounds of a comparison
// would read 10,000 subjects anew. It is bundled as the hook is before it runs (servers.ts).
import { readHookServiceConfiguration } from '../dist/config/configuration.js';
import { openDatabase } from '../dist/database/open-database.js';
import { startHookService } from '../dist/hook-service/start.js';
import { createLogger, flushLog } from '../dist/operations/logger.js';
import { runEntry } from '../dist/operations/run-entry.js';

await runEntry(async () => {
  const configuration = {
    ...readHookServiceConfiguration(process.env),
    cachedFactsMs: 600_000,
    announcedFactsMs: 600_000,
  };
  const { tls, tlsFiles, factsDeadlineMs } = configuration;
  const logger = createLogger(configuration.log);
  const database = await openDatabase(configuration.database, { timeoutMs: factsDeadlineMs });
  const service = await startHookService({ configuration, tls, tlsFiles, database, logger });
  return {
    close: async () => {
      await service.close();
      await database.close();
      await flushLog(logger);
    },
  };
});
