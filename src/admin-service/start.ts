import 'reflect-metadata';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AdminBearerScheme } from '../caller/admin-bearer.js';
import { JWKS_TIMING } from '../caller/jwks-source.js';
import { isLoopback } from '../config/configuration.js';
import { errorCode } from '../operations/error-code.js';
import { listen } from '../operations/listen.js';
import { flushLog } from '../operations/logger.js';
import { startOpsServer } from '../operations/ops-server.js';
import { createAdminMetrics } from './admin-metrics.js';
import type { AdminServiceDependencies } from './admin-service-dependencies.js';
import { createApplication } from './create-application.js';
import { createOperations } from './create-operations.js';
import { keepCertificate } from './keep-certificate.js';
import { startSweeping } from './sweep-keys.js';

/** How long requests in flight may take when nothing is accepted any more, in milliseconds. */
const LAST_ANSWERS_MS = 10_000;

export interface AdminService {
  /** Where the API is; its paths begin with `/v1`. */
  readonly url: string;
  readonly opsUrl: string;
  close(): Promise<void>;
}

/** Tokens would pass over the network in the clear; entries exit with 78 (EX_CONFIG). */
export class UnprotectedError extends Error {
  readonly code = 'CONFIGURATION';

  constructor(host: string) {
    super(
      `The admin API listens on loopback, or speaks TLS: ${host} is not loopback, and there is no certificate.`,
    );
    this.name = 'UnprotectedError';
  }
}

/** Starts the admin API, and its ops port. @throws ListenError, UnprotectedError */
export async function startAdminService(dependencies: AdminServiceDependencies): Promise<AdminService> {
  const { configuration, database, logger, tls, now = Date.now } = dependencies;
  if (tls === null && !isLoopback(configuration.address.host)) {
    throw new UnprotectedError(configuration.address.host);
  }
  const closing: (() => Promise<void>)[] = [];
  let state: 'starting' | 'serving' | 'stopping' = 'starting';
  /** What fails to end keeps nothing else from ending. */
  const end = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const step of closing.splice(0).toReversed()) {
      await step().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  const stop = async (): Promise<void> => {
    state = 'stopping';
    await delay(configuration.drainMs);
    await end();
  };
  let stopped: Promise<void> | undefined;
  try {
    const metrics = createAdminMetrics(database);
    const bearer = await startBearer(dependencies);
    if (bearer !== null) closing.push(() => bearer.stop());
    const ops = await startOpsServer(configuration.ops, {
      metrics,
      unreadiness: () => (state === 'serving' ? undefined : `the service is ${state}`),
      portVariable: 'MINTMARK_ADMIN_OPS_PORT',
    });
    closing.push(
      () => ops.close(),
      () => flushLog(logger),
    );
    const app = await createApplication(dependencies, {
      operations: createOperations({ database, now: () => new Date(now()) }),
      ...{ bearer, metrics, isStopping: () => state === 'stopping' },
    });
    closing.push(() => closeApplication(app));
    const url = await listenForAdmins(app, dependencies);
    closing.push(startSweeping(database, { logger, now }), keepCertificate({ ...dependencies, app }));
    state = 'serving';
    return { url, opsUrl: ops.url, close: () => (stopped ??= stop()) };
  } catch (error) {
    await end().catch(() => undefined);
    throw error;
  }
}

async function startBearer({
  configuration,
  logger,
  now = Date.now,
}: AdminServiceDependencies): Promise<AdminBearerScheme | null> {
  if (configuration.bearer === null) return null;
  return AdminBearerScheme.start({
    configuration: configuration.bearer,
    ...{ timing: JWKS_TIMING, now, monotonicNow: () => performance.now(), random: Math.random },
    onFailure: (error) => {
      logger.error({ code: errorCode(error) }, 'the keys of the issuer of admin tokens could not be fetched');
    },
    onChange: (keys, passedOver) => {
      logger.info(
        { kids: [...keys.keys()], passedOver },
        'the keys of the issuer of admin tokens have changed',
      );
    },
  });
}

/** Stops accepting, waits for requests in flight, and cuts off what is left of connections. */
async function closeApplication(app: NestFastifyApplication): Promise<void> {
  const impatience = setTimeout(() => {
    app.getHttpServer().closeAllConnections();
  }, LAST_ANSWERS_MS);
  await app.close();
  clearTimeout(impatience);
}

async function listenForAdmins(
  app: NestFastifyApplication,
  { configuration: { address }, tls }: AdminServiceDependencies,
): Promise<string> {
  const scheme = tls === null ? 'http' : 'https';
  return listen({ address, scheme, port: 'MINTMARK_ADMIN_PORT' }, async ({ host, port }) => {
    await app.listen(port, host);
    return app.getUrl();
  });
}
