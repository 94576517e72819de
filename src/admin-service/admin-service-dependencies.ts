import type { AdminConfiguration } from '../config/admin-configuration.js';
import type { TlsFiles, TlsKeyPair } from '../config/tls-files.js';
import type { Database } from '../database/database.js';
import type { Logger } from '../operations/logger.js';

/** What the root is given by whoever starts it. */
export interface AdminServiceDependencies {
  readonly configuration: AdminConfiguration;
  /** Null for plain HTTP, which is for loopback alone. */
  readonly tls: TlsKeyPair | null;
  /** Where the pair comes from, to be looked at again; without it the pair stays as it is. */
  readonly tlsFiles?: TlsFiles | null;
  /** Open and migrated; whoever opened it closes it, after the service. */
  readonly database: Database;
  readonly logger: Logger;
  /** Milliseconds since the epoch; the system clock where it is not given. */
  readonly now?: () => number;
}
