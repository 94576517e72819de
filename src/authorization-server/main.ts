import { readFile } from 'node:fs/promises';
import { readAuthorizationServerConfiguration } from '../config/authorization-server-configuration.js';
import { ConfigurationError } from '../config/configuration-error.js';
import { errorCode } from '../operations/error-code.js';
import { createLogger, flushLog } from '../operations/logger.js';
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
    org: await readOrgText(orgFile),
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

/** @throws ConfigurationError */
async function readOrgText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const problem = `must be a readable file (${errorCode(error)})`;
    throw new ConfigurationError([{ variable: 'MINTMARK_AUTHORIZATION_SERVER_ORG_FILE', problem }]);
  }
}

await runEntry(main);
