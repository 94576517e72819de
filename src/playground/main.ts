import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigurationError } from '../config/configuration-error.js';
import { readPlaygroundConfiguration } from '../config/configuration.js';
import { errorCode } from '../operations/error-code.js';
import { createLogger } from '../operations/logger.js';
import { runEntry, type Running } from '../operations/run-entry.js';
import { describePlayground } from './describe-playground.js';
import { EXAMPLES_FOLDER, SAMPLE_PAYLOAD } from './sample-directory.js';
import { SAMPLE_ORG } from './sample-org.js';
import { startPlayground } from './start.js';

const FOLDER = '.mintmark';

/** The entry of `npm start`. */
async function main(): Promise<Running> {
  const configuration = readPlaygroundConfiguration(process.env);
  const { database, hook, authorizationServer } = configuration;
  const folder = resolve(FOLDER);
  const org = await readOrgText(authorizationServer.orgFile ?? join(EXAMPLES_FOLDER, SAMPLE_ORG));
  const logger = createLogger(hook.log);
  const playground = await startPlayground({ ...configuration, folder, org, logger, now: Date.now });
  const databaseName =
    database.engine === 'embedded' ? `embedded, in ${database.folder}` : 'PostgreSQL, by DATABASE_URL';
  const payloadFile = join(EXAMPLES_FOLDER, SAMPLE_PAYLOAD);
  process.stdout.write(`${describePlayground({ playground, folder, payloadFile, databaseName })}\n`);
  return playground;
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
