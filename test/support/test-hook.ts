import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSecret } from '../../src/caller/header-credential.js';
import { readHookConfiguration, type HookConfiguration } from '../../src/config/configuration.js';
import type { TlsFiles } from '../../src/config/tls-files.js';
import type { Database } from '../../src/database/database.js';
import { createHookCredential } from '../../src/directory/credentials/hook-credentials.js';
import { applyDirectory } from '../../src/directory/files/apply-directory.js';
import { startHookService, type HookService } from '../../src/hook-service/start.js';
import { createLogger } from '../../src/operations/logger.js';
import { ensureCertificates } from '../../src/playground/issue-certificates.js';
import { readSampleDirectory } from '../../src/playground/sample-directory.js';
import { httpsCall, type HttpsAnswer } from './https-client.js';
import { onTeardown } from './teardown.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** The instant of every decision in these tests. */
export const NOW = Date.parse('2026-03-11T09:41:07.000Z');

/** Secrets of the credentials that `loadSample` makes: all issuers, `omit`; all issuers, `deny`; `acme-orders` alone. */
export const SECRETS = {
  all: 'test-secret-for-every-issuer',
  deny: 'test-secret-that-denies',
  ordersOnly: 'test-secret-for-orders-alone',
} as const;

export const HEADER = 'x-test-secret';

export interface TestHook {
  readonly service: HookService;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly ca: string;
  /** Log lines written so far, parsed. */
  logs(): readonly Readonly<Record<string, unknown>>[];
  /** Sends a payload with a secret (the one for every issuer) and gives the parsed answer. */
  send(payload: unknown, secret?: string): Promise<{ readonly status: number; readonly body: unknown }>;
  call(body: string | Buffer, headers: readonly (readonly [string, string])[]): Promise<HttpsAnswer>;
}

export interface TestHookOptions {
  readonly configuration?: Partial<HookConfiguration>;
  /** Given where the test needs a database of its own kind. */
  readonly database?: TestDatabase;
  readonly now?: () => number;
  /** Given where the test needs to know them before, and made where not; null for plain HTTP. */
  readonly certificates?: TestCertificates | null;
  /** Where the service looks for new ones; it does not look where not given. */
  readonly tlsFiles?: TlsFiles;
}

/** PEM texts. */
export interface TestCertificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** The hook service over HTTPS on a free port, with the sample directory in real PostgreSQL and a fixed clock. */
export async function startTestHook(options: TestHookOptions = {}): Promise<TestHook> {
  const { database, url: databaseUrl } = options.database ?? (await createTestDatabase());
  await loadSample(database);
  const certificates = options.certificates === undefined ? await testCertificates() : options.certificates;
  const ca = certificates?.ca ?? '';
  const lines: string[] = [];
  const logger = createLogger(
    { level: 'debug', hashKey: 'k'.repeat(16) },
    { write: (line) => void lines.push(line) },
  );
  const service = await startHookService({
    configuration: { ...testConfiguration(), ...options.configuration },
    tls: certificates === null ? null : { cert: certificates.cert, key: certificates.key },
    ...(options.tlsFiles === undefined ? {} : { tlsFiles: options.tlsFiles }),
    database,
    logger,
    now: options.now ?? (() => NOW),
  });
  onTeardown(() => service.close());
  const call: TestHook['call'] = (body, headers) => httpsCall(service.url, { body, headers, ca });
  return {
    service,
    database,
    databaseUrl,
    ca,
    logs: () => lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    call,
    send: async (payload, secret = SECRETS.all) => {
      const headers = [[HEADER, secret] as const, ['content-type', 'application/json'] as const];
      const { status, body } = await call(JSON.stringify(payload), headers);
      return { status, body: JSON.parse(body) as unknown };
    },
  };
}

/** Free ports on loopback, no facts but the directory's of this moment, and defaults besides. */
export function testConfiguration(): HookConfiguration {
  return readHookConfiguration({
    MINTMARK_HOOK_HOST: '127.0.0.1',
    MINTMARK_HOOK_PORT: '0',
    MINTMARK_OPS_PORT: '0',
    MINTMARK_CACHED_FACTS_SECONDS: '0',
    MINTMARK_CHANGE_FEED: 'off',
    MINTMARK_DRAIN_SECONDS: '0',
    MINTMARK_LOG_HASH_KEY: 'k'.repeat(16),
  });
}

/** The sample directory as of NOW, and the credentials of SECRETS. */
export async function loadSample(database: Database): Promise<void> {
  const file = await readSampleDirectory(NOW);
  await applyDirectory(database, file);
  const issuerIds = file.content.orgs.flatMap(({ issuers }) => issuers.map(({ id }) => id));
  const credentials = [
    { id: 'hc_all', secret: SECRETS.all, issuerIds, failurePolicy: 'omit' },
    { id: 'hc_deny', secret: SECRETS.deny, issuerIds, failurePolicy: 'deny' },
    { id: 'hc_orders', secret: SECRETS.ordersOnly, issuerIds: ['acme-orders'], failurePolicy: 'omit' },
  ] as const;
  for (const { secret, ...credential } of credentials) {
    await createHookCredential(database, {
      ...credential,
      label: 'test',
      headerName: HEADER,
      secretSha256: hashSecret(secret),
      createdAt: new Date(NOW - 1000),
      expiresAt: null,
    });
  }
}

/** A certificate for `localhost`, valid for a year from an hour before it was issued, and its CA. */
export async function testCertificates(issuedAt: Date = new Date()): Promise<TestCertificates> {
  const folder = await mkdtemp(join(tmpdir(), 'mintmark-tls-'));
  const { caFile, certFile, keyFile } = await ensureCertificates(folder, issuedAt);
  const [ca, cert, key] = await Promise.all(
    [caFile, certFile, keyFile].map((path) => readFile(path, 'utf8')),
  );
  await rm(folder, { recursive: true, force: true });
  return { ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
}
