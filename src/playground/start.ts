import { readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { generateSecret, hashSecret } from '../caller/header-credential.js';
import type { DatabaseConfiguration, HookConfiguration } from '../config/configuration.js';
import type { Database } from '../database/database.js';
import { migrate } from '../database/migrations.js';
import { openDatabase } from '../database/open-database.js';
import { createHookCredential, isCredentialInForce } from '../directory/credentials/hook-credentials.js';
import { startHookService } from '../hook-service/start.js';
import type { Logger } from '../operations/logger.js';
import { ensureCertificates } from './issue-certificates.js';
import {
  makePlaygroundFolder,
  readEarlierSecret,
  writePlaygroundState,
  type PlaygroundState,
} from './playground-files.js';
import { loadSampleDirectory, readSampleDirectory } from './sample-directory.js';

export interface PlaygroundOptions {
  /** Where the playground keeps its files. */
  readonly folder: string;
  readonly database: DatabaseConfiguration;
  readonly hook: HookConfiguration;
  readonly logger: Logger;
  readonly now: () => number;
}

export interface Playground {
  readonly state: PlaygroundState;
  /** A file with the secret as one header line. */
  readonly headerFile: string;
  close(): Promise<void>;
}

const HEADER_NAME = 'x-mintmark-secret';

/** The playground is not for waiting on a slow database. */
const DATABASE_TIMEOUT_MS = 10_000;

/**
 * Starts everything that a laptop needs to try Mintmark: a database with the sample directory, a certificate for
 * `localhost`, a credential, and the hook. What is shared is made once here and closed in reverse order.
 */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const { folder, hook, logger, now } = options;
  await makePlaygroundFolder(folder);
  const certificates = await ensureCertificates(folder, new Date(now()));
  const database = await openDatabase(options.database, { timeoutMs: DATABASE_TIMEOUT_MS });
  try {
    await migrate(database);
    const directory = await readSampleDirectory(now());
    await loadSampleDirectory(database, directory);
    const issuerIds = directory.content.orgs.flatMap(({ issuers }) => issuers.map(({ id }) => id));
    const hookSecret = await ensureCredential(database, { folder, issuerIds, now: new Date(now()) });
    const tls = {
      cert: await readFile(certificates.certFile, 'utf8'),
      key: await readFile(certificates.keyFile, 'utf8'),
    };
    const service = await startHookService({ configuration: hook, tls, database, logger });
    const state = {
      hookUrl: service.url,
      hookHeader: HEADER_NAME,
      hookSecret,
      caFile: certificates.caFile,
      opsUrl: service.opsUrl,
    };
    const headerFile = await writePlaygroundState(folder, state);
    return {
      state,
      headerFile,
      close: async () => {
        await service.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

interface CredentialNeeds {
  readonly folder: string;
  readonly issuerIds: readonly string[];
  readonly now: Date;
}

/** The secret of an earlier start stays valid, so that what was copied from its screen goes on working. */
async function ensureCredential(
  database: Database,
  { folder, issuerIds, now }: CredentialNeeds,
): Promise<string> {
  const earlier = await readEarlierSecret(folder);
  if (earlier !== undefined && (await isCredentialInForce(database, hashSecret(earlier), now)))
    return earlier;
  const secret = generateSecret();
  await createHookCredential(database, {
    id: `hc_${randomBytes(8).toString('hex')}`,
    label: 'playground',
    headerName: HEADER_NAME,
    secretSha256: hashSecret(secret),
    issuerIds,
    failurePolicy: 'omit',
    createdAt: now,
    expiresAt: null,
  });
  return secret;
}
