import { join, resolve } from 'node:path';
import { readPlaygroundAdminConfiguration } from '../config/admin-configuration.js';
import { readPlaygroundConfiguration } from '../config/configuration.js';
import { createLogger } from '../operations/logger.js';
import { readConfiguredFile } from '../operations/read-configured-file.js';
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
  const admin = readPlaygroundAdminConfiguration(process.env);
  const folder = resolve(FOLDER);
  const org = await readConfiguredFile(
    authorizationServer.orgFile ?? join(EXAMPLES_FOLDER, SAMPLE_ORG),
    'MINTMARK_AUTHORIZATION_SERVER_ORG_FILE',
  );
  const logger = createLogger(hook.log);
  const playground = await startPlayground({ ...configuration, admin, folder, org, logger, now: Date.now });
  const databaseName =
    database.engine === 'embedded' ? `embedded, in ${database.folder}` : 'PostgreSQL, by DATABASE_URL';
  const payloadFile = join(EXAMPLES_FOLDER, SAMPLE_PAYLOAD);
  process.stdout.write(`${describePlayground({ playground, folder, payloadFile, databaseName })}\n`);
  return playground;
}

await runEntry(main);
