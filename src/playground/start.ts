import { readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { startAdminService } from '../admin-service/start.js';
import { startAuthorizationServer } from '../authorization-server/start.js';
import { generateSecret, hashSecret } from '../caller/header-credential.js';
import type { AdminConfiguration } from '../config/admin-configuration.js';
import type { PlaygroundConfiguration } from '../config/configuration.js';
import type { TlsKeyPair } from '../config/tls-files.js';
import type { Database } from '../database/database.js';
import { migrate } from '../database/migrations.js';
import { openDatabase } from '../database/open-database.js';
import { createHookCredential, isCredentialInForce } from '../directory/credentials/hook-credentials.js';
import { startHookService } from '../hook-service/start.js';
import type { Logger } from '../operations/logger.js';
import { ensureAdminToken } from './ensure-admin-token.js';
import { findFreePort } from './free-port.js';
import { ensureCertificates, type CertificateFiles } from './issue-certificates.js';
import {
  makePlaygroundFolder,
  readEarlierSecret,
  writePlaygroundState,
  type HeaderFiles,
  type PlaygroundState,
} from './playground-files.js';
import { addIssuerAliases, loadSampleDirectory, readSampleDirectory } from './sample-directory.js';
import { readWiredOrg, sampleUse } from './sample-org.js';

export interface PlaygroundOptions extends PlaygroundConfiguration {
  readonly admin: AdminConfiguration;
  /** Where the playground keeps its files. */
  readonly folder: string;
  /** The YAML of the org that the authorization server serves. */
  readonly org: string;
  readonly logger: Logger;
  readonly now: () => number;
}

export interface Playground {
  readonly state: PlaygroundState;
  readonly headerFiles: HeaderFiles;
  close(): Promise<void>;
}

const HEADER_NAME = 'x-mintmark-secret';

/** The playground is not for waiting on a slow database. */
const DATABASE_TIMEOUT_MS = 10_000;

/**
 * Starts everything that a laptop needs to try Mintmark: a database with the sample directory, a certificate for
 * `localhost`, a credential, the hook, the admin API, and a mini authorization server that calls the hook. What is shared is made once here and
 * closed in reverse order.
 */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const { folder, now } = options;
  await makePlaygroundFolder(folder);
  const certificates = await ensureCertificates(folder, new Date(now()));
  const database = await openDatabase(options.database, { timeoutMs: DATABASE_TIMEOUT_MS });
  const closing = [() => database.close()];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).toReversed()) await step();
  };
  try {
    const state = await startServices(options, { database, certificates, closing });
    return { state, headerFiles: await writePlaygroundState(folder, state), close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Surroundings {
  readonly database: Database;
  readonly certificates: CertificateFiles;
  /** Takes what ends each service, in the order in which they start. */
  readonly closing: (() => Promise<void>)[];
}

async function startServices(
  options: PlaygroundOptions,
  { database, certificates, closing }: Surroundings,
): Promise<PlaygroundState> {
  const { hook: configuration, logger } = options;
  const [address, url] = await chooseAddress(options);
  const hookSecret = await prepareDatabase(database, options, url);
  const { tls, ca } = await readCertificates(certificates);
  const hook = await startHookService({ configuration, tls, database, logger });
  closing.push(() => hook.close());
  const admin = await startAdminService({
    configuration: options.admin,
    tls,
    database,
    logger,
    now: options.now,
  });
  closing.push(() => admin.close());
  const channel = { uri: hook.url, header: HEADER_NAME, secret: hookSecret };
  const org = readWiredOrg(options.org, channel);
  const server = await startAuthorizationServer({ org, address, tls, publicUrl: url, hookCa: ca, logger });
  closing.push(() => server.stop());
  const { serverId, clients } = sampleUse(org);
  return {
    ...{ hookUrl: hook.url, hookHeader: HEADER_NAME, hookSecret },
    ...{ caFile: certificates.caFile, opsUrl: hook.opsUrl },
    adminUrl: admin.url,
    adminToken: await ensureAdminToken(database, { folder: options.folder, now: new Date(options.now()) }),
    authorizationServerUrl: server.url,
    issuer: server.issuer(serverId),
    controlToken: server.controlToken,
    clients,
  };
}

/** Where the authorization server is going to listen, and its URL. */
async function chooseAddress({ authorizationServer: { address } }: PlaygroundOptions) {
  const port = address.port === 0 ? await findFreePort(address.host) : address.port;
  return [{ ...address, port }, new URL(`https://localhost:${String(port)}`).origin] as const;
}

/** Everything that the hook finds in the database. @returns the secret of the hook's caller */
async function prepareDatabase(
  database: Database,
  { folder, now }: PlaygroundOptions,
  authorizationServerUrl: string,
): Promise<string> {
  await migrate(database);
  const directory = await readSampleDirectory(now());
  addIssuerAliases(directory, authorizationServerUrl);
  await loadSampleDirectory(database, directory);
  const issuerIds = directory.content.orgs.flatMap(({ issuers }) => issuers.map(({ id }) => id));
  return ensureCredential(database, { folder, issuerIds, now: new Date(now()) });
}

async function readCertificates({ caFile, certFile, keyFile }: CertificateFiles): Promise<{
  readonly tls: TlsKeyPair;
  readonly ca: string;
}> {
  const read = (file: string): Promise<string> => readFile(file, 'utf8');
  return { tls: { cert: await read(certFile), key: await read(keyFile) }, ca: await read(caFile) };
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
  const earlier = await readEarlierSecret(folder, 'hookSecret');
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
