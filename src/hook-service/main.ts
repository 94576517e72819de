import { readHookServiceConfiguration, type HookServiceConfiguration } from '../config/configuration.js';
import type { Database } from '../database/database.js';
import { MigrationError, releaseCheck } from '../database/migrations.js';
import { openDatabase } from '../database/open-database.js';
import type { ControlCopy } from '../directory/control/snapshot-file.js';
import { errorCode } from '../operations/error-code.js';
import { createLogger, flushLog, type Logger } from '../operations/logger.js';
import { runEntry, type Running } from '../operations/run-entry.js';
import { readControlCopy } from './start-control.js';
import { startHookService } from './start.js';

/**
 * The entry of production: configuration from the environment, one database, the hook and its ops port. With a usable copy
 * of the control snapshot it starts without the database too.
 */
async function main(): Promise<Running> {
  const configuration = readHookServiceConfiguration(process.env);
  const logger = createLogger(configuration.log);
  const controlCopy = await readControlCopy(configuration.snapshotFile, logger);
  const { database, isReachable } = await openForHook(configuration, { logger, controlCopy });
  let recordingDatabase: Database | undefined;
  const closeDatabases = async (): Promise<void> => {
    await recordingDatabase?.close().catch(() => undefined);
    await database.close();
  };
  try {
    recordingDatabase = await openForRecording(configuration);
    const checkRelease = releaseCheck(database);
    if (isReachable) await checkNow(checkRelease, controlCopy);
    const { tls, tlsFiles } = configuration;
    const service = await startHookService({
      ...{ configuration, tls, tlsFiles, database, recordingDatabase, logger, controlCopy, checkRelease },
    });
    logger.info(
      { hook: service.url, ops: service.opsUrl, engine: database.engine },
      'the hook service is ready',
    );
    return {
      close: async () => {
        await service.close().finally(closeDatabases);
        logger.info('the hook service has stopped');
        await flushLog(logger);
      },
    };
  } catch (error) {
    await closeDatabases();
    throw error;
  }
}

interface OpeningNeeds {
  readonly logger: Logger;
  readonly controlCopy: ControlCopy | undefined;
}

/** Without a copy there is nothing to answer by: then a database that cannot be reached ends the start. */
async function openForHook(
  { database: configuration, factsDeadlineMs: timeoutMs }: HookServiceConfiguration,
  { logger, controlCopy }: OpeningNeeds,
): Promise<{ readonly database: Database; readonly isReachable: boolean }> {
  if (controlCopy === undefined)
    return { database: await openDatabase(configuration, { timeoutMs }), isReachable: true };
  let isReachable = true;
  const database = await openDatabase(configuration, {
    timeoutMs,
    onUnreachable: ({ cause }) => {
      isReachable = false;
      logger.warn(
        { code: errorCode(cause) },
        'the database cannot be reached; whether it is at this release is checked later',
      );
    },
  });
  return { database, isReachable };
}

/** How long storing recordings may take, in milliseconds: no call waits for it. */
const RECORDING_TIMEOUT_MS = 5_000;

/** One connection beside those of calls, where there is something to record. It connects when it can. */
async function openForRecording({
  recording,
  database,
}: HookServiceConfiguration): Promise<Database | undefined> {
  if (recording === null || database.engine === 'embedded') return undefined;
  const options = { timeoutMs: RECORDING_TIMEOUT_MS, onUnreachable: () => undefined };
  return openDatabase({ ...database, poolSize: 1 }, options);
}

/** A database that is at another release ends the start. One that has just gone is for the copy to bridge. */
async function checkNow(checkRelease: () => Promise<void>, copy: ControlCopy | undefined): Promise<void> {
  try {
    await checkRelease();
  } catch (error) {
    if (error instanceof MigrationError || copy === undefined) throw error;
  }
}

await runEntry(main);
