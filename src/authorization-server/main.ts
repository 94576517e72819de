import { readAuthorizationServerConfiguration } from '../config/authorization-server-configuration.js';
import { createLogger, flushLog } from '../operations/logger.js';
import { readConfiguredFile } from '../operations/read-configured-file.js';
import { runEntry, type Running } from '../operations/run-entry.js';
import { startAuthorizationServer } from './start.js';

/** The entry of the mini authorization server on its own: configuration from the environment, the org from its file. */
async function main(): Promise<Running> {
  const configuration = readAuthorizationServerConfiguration(process.env);
  const { orgFile, publicUrl, controlToken, log, ...options } = configuration;
  const logger = createLogger(log);
  const server = await startAuthorizationServer({
    ...options,
    ...(publicUrl === null ? {} : { publicUrl }),
    ...(controlToken === null ? {} : { controlToken }),
    org: await readConfiguredFile(orgFile, 'MINTMARK_AUTHORIZATION_SERVER_ORG_FILE'),
    logger,
  });
  logger.info({ url: server.url }, 'the mini authorization server is ready; it is never for production');
  return {
    close: async () => {
      await server.stop();
      await flushLog(logger);
    },
  };
}

await runEntry(main);
