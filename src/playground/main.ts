import { join, resolve } from 'node:path';
import { readPlaygroundConfiguration } from '../config/configuration.js';
import { createLogger } from '../operations/logger.js';
import { runEntry, type Running } from '../operations/run-entry.js';
import { describePlayground } from './describe-playground.js';
import { EXAMPLES_FOLDER, SAMPLE_PAYLOAD } from './sample-directory.js';
import { startPlayground } from './start.js';

const FOLDER = '.mintmark';

/** The entry of `npm start`. */
async function main(): Promise<Running> {
  const { database, hook } = readPlaygroundConfiguration(process.env);
  const folder = resolve(FOLDER);
  const logger = createLogger(hook.log);
  const playground = await startPlayground({ folder, database, hook, logger, now: Date.now });
  const databaseName =
    database.engine === 'embedded' ? `embedded, in ${database.folder}` : 'PostgreSQL, by DATABASE_URL';
  const payloadFile = join(EXAMPLES_FOLDER, SAMPLE_PAYLOAD);
  process.stdout.write(`${describePlayground({ playground, folder, payloadFile, databaseName })}\n`);
  return playground;
}

await runEntry(main);
