import type { HookConfiguration } from '../config/configuration.js';
import type { Database } from '../database/database.js';
import { ControlSnapshotHolder } from '../directory/control/control-snapshot-holder.js';
import type { ControlRows, ControlSnapshot } from '../directory/control/control-snapshot.js';
import { readControlRows } from '../directory/control/read-control-snapshot.js';
import {
  readSnapshotFile,
  SnapshotFile,
  SnapshotFileError,
  type ControlCopy,
} from '../directory/control/snapshot-file.js';
import { withinDeadline } from '../directory/facts/within-deadline.js';
import { errorCode } from '../operations/error-code.js';
import type { Logger } from '../operations/logger.js';

export interface ControlDependencies {
  readonly configuration: Pick<HookConfiguration, 'controlRefreshMs' | 'snapshotFile'>;
  readonly database: Database;
  readonly logger: Logger;
  /** The last good copy, for the case that the database cannot be read. */
  readonly controlCopy?: ControlCopy | undefined;
  /** Awaited before the directory is read for the first time, and again until it succeeds. */
  readonly checkRelease?: () => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A database that is frozen must not hold up every further reading. */
const RELEASE_CHECK_MS = 10_000;

/**
 * Reads the last good copy of the control snapshot. One that cannot be used is logged, and counts as none.
 *
 * @param path null where no copy is kept
 */
export async function readControlCopy(path: string | null, logger: Logger): Promise<ControlCopy | undefined> {
  if (path === null) return undefined;
  try {
    return await readSnapshotFile(path);
  } catch (error) {
    const detail = error instanceof SnapshotFileError ? error.message : null;
    logger.error({ code: errorCode(error), detail }, 'the copy of the control snapshot is refused');
    return undefined;
  }
}

/** Reads the control snapshot from the database or, where that fails, takes the copy; then keeps both up to date. */
export async function startControl(
  { configuration, database, logger, controlCopy, checkRelease, now }: ControlDependencies,
  onRefresh: (snapshot: ControlSnapshot) => void,
): Promise<ControlSnapshotHolder> {
  const { controlRefreshMs: refreshMs, snapshotFile } = configuration;
  const holder = await ControlSnapshotHolder.start({
    refreshMs,
    read: async () => {
      if (checkRelease !== undefined) await withinDeadline(checkRelease(), RELEASE_CHECK_MS);
      return readControlRows(database);
    },
    copy: controlCopy?.rows,
    ...(snapshotFile === null ? {} : { keep: keepIn(new SnapshotFile(snapshotFile, now), logger) }),
    onError: (error) => {
      logger.error(
        { code: errorCode(error) },
        'the control snapshot could not be refreshed; the last one stays',
      );
    },
    onRefresh,
    onRecovery: () => {
      logger.info('the control snapshot is read from the database again');
    },
  });
  if (holder.isFromCopy && controlCopy !== undefined) reportCopy(controlCopy, { logger, now });
  return holder;
}

function reportCopy(
  { writtenAt }: ControlCopy,
  { logger, now }: Pick<ControlDependencies, 'logger' | 'now'>,
): void {
  logger.warn(
    { writtenAt: new Date(writtenAt).toISOString(), ageSeconds: Math.round((now() - writtenAt) / 1000) },
    'the database cannot be read: starting from the copy of the control snapshot',
  );
}

/** Failures are logged when they begin, and when they are over. */
function keepIn(file: SnapshotFile, logger: Logger): (rows: ControlRows) => Promise<void> {
  let failing = '';
  return async (rows) => {
    try {
      const isWritten = await file.keep(rows);
      if (isWritten) logger.info('the copy of the control snapshot is written');
      failing = '';
    } catch (error) {
      const code = errorCode(error);
      if (code !== failing) logger.error({ code }, 'the copy of the control snapshot could not be written');
      failing = code;
    }
  };
}
