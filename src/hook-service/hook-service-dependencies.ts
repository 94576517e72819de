import type { HookConfiguration } from '../config/configuration.js';
import type { TlsFiles, TlsKeyPair } from '../config/tls-files.js';
import type { Database } from '../database/database.js';
import type { ControlCopy } from '../directory/control/snapshot-file.js';
import type { Logger } from '../operations/logger.js';

/** What the root is given by whoever starts it. */
export interface HookServiceDependencies {
  readonly configuration: HookConfiguration;
  /** Null for plain HTTP, which serves nobody but the configuration's trusted proxies. */
  readonly tls: TlsKeyPair | null;
  /** Where the pair comes from, to be looked at again; without it the pair stays as it is. */
  readonly tlsFiles?: TlsFiles | null;
  /** Open, and migrated unless `checkRelease` is given; whoever opened it closes it, after the service. */
  readonly database: Database;
  /** Where recordings are written, if not there: a connection of their own keeps none from calls. Closed by whoever opened it. */
  readonly recordingDatabase?: Database | undefined;
  readonly logger: Logger;
  /** The last good copy of the control snapshot: with it the service starts though the database cannot be read. */
  readonly controlCopy?: ControlCopy | undefined;
  /** Whether the database is at this release; awaited before the directory is first read, until it succeeds. */
  readonly checkRelease?: () => Promise<void>;
  /** Milliseconds since the epoch; the system clock where it is not given. */
  readonly now?: () => number;
}
