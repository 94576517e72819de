import 'reflect-metadata';
import { performance } from 'node:perf_hooks';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { BearerScheme } from '../caller/bearer-scheme.js';
import type { HookConfiguration, ListenAddress } from '../config/configuration.js';
import type { TlsKeyPair } from '../config/tls-files.js';
import type { Database } from '../database/database.js';
import { forgetExpiredChoices, rememberChoice } from '../directory/choices/remembered-choices.js';
import type { ControlSnapshotHolder } from '../directory/control/control-snapshot-holder.js';
import type { ControlSnapshot } from '../directory/control/control-snapshot.js';
import type { ControlCopy } from '../directory/control/snapshot-file.js';
import { databaseFacts } from '../directory/facts/read-facts.js';
import { RecentFacts } from '../directory/facts/recent-facts.js';
import { errorCode } from '../operations/error-code.js';
import { listen } from '../operations/listen.js';
import { createPseudonyms, type Logger } from '../operations/logger.js';
import { createMetrics, type Metrics } from '../operations/metrics.js';
import { NestLogger } from '../operations/nest-logger.js';
import { startOpsServer } from '../operations/ops-server.js';
import { reportIdleCredentials, startBearerScheme } from './bearer-callers.js';
import { requireCaller } from './caller-authentication.js';
import { compileRequestCheck } from './compile-request-check.js';
import { HookFailureFilter } from './hook-failure.filter.js';
import { HookServiceModule } from './hook-service.module.js';
import { startControl } from './start-control.js';
import { TOKEN_HOOK_PATH } from './token-hook.controller.js';
import { TokenHookService, type TokenHookOptions } from './token-hook.service.js';

/** The largest body that is read, in bytes; Okta's payloads are some thousands. */
export const BODY_LIMIT_BYTES = 128 * 1024;

/** Idle connections are kept longer than any balancer's idle time: a reconnect costs a caller 100 ms and more. */
const KEEP_ALIVE_MS = 650_000;

/** A request that is not whole by then is none that Okta still waits for. */
const REQUEST_TIMEOUT_MS = 10_000;

const SWEEP_MS = 60 * 60 * 1000;

export interface HookServiceDependencies {
  readonly configuration: HookConfiguration;
  readonly tls: TlsKeyPair;
  /** Open, and migrated unless `checkRelease` is given; whoever opened it closes it, after the service. */
  readonly database: Database;
  readonly logger: Logger;
  /** The last good copy of the control snapshot: with it the service starts though the database cannot be read. */
  readonly controlCopy?: ControlCopy | undefined;
  /** Whether the database is at this release; awaited before the directory is first read, until it succeeds. */
  readonly checkRelease?: () => Promise<void>;
  /** Milliseconds since the epoch; the system clock where it is not given. */
  readonly now?: () => number;
}

export interface HookService {
  /** Where the token hook is. */
  readonly url: string;
  readonly opsUrl: string;
  close(): Promise<void>;
}

/** Starts the hook service: the hook over HTTPS, and the ops port. @throws ListenError */
export async function startHookService(dependencies: HookServiceDependencies): Promise<HookService> {
  const { configuration, database, logger, now = Date.now } = dependencies;
  const reports = [
    reportRefusedMappings(logger),
    reportIdleCredentials(configuration.bearer?.clientIds ?? [], logger),
  ];
  const control = await startControl({ ...dependencies, now }, (snapshot) => {
    for (const report of reports) report(snapshot);
  });
  const metrics = createMetrics();
  const closing: (() => Promise<void>)[] = [() => control.stop()];
  let state: 'starting' | 'serving' | 'stopping' = 'starting';
  const close = async (): Promise<void> => {
    state = 'stopping';
    for (const end of closing.splice(0).toReversed()) await end();
  };
  try {
    // Without the database there is nothing to warm up, and a start that must not fail.
    if (!control.isFromCopy) await warmUp(dependencies);
    const bearer = await startBearerScheme(configuration.bearer, { logger, now });
    if (bearer !== null) closing.push(() => bearer.stop());
    const app = await createApplication(dependencies, {
      control,
      bearer,
      metrics,
      isStopping: () => state === 'stopping',
    });
    closing.push(() => app.close());
    const url = await listenForHooks(app, configuration.hook);
    const ops = await startOpsServer(configuration.ops, {
      metrics,
      unreadiness: () => (state === 'serving' ? undefined : `the service is ${state}`),
    });
    // Ends after the hook has answered its last call, so that probes hear until then that the service is stopping.
    closing.splice(1, 0, () => ops.close());
    closing.push(startSweeping(database, logger));
    state = 'serving';
    return { url: `${url}${TOKEN_HOOK_PATH}`, opsUrl: ops.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listenForHooks(app: NestFastifyApplication, address: ListenAddress): Promise<string> {
  return listen({ address, scheme: 'https', port: 'MINTMARK_HOOK_PORT' }, async ({ host, port }) => {
    await app.listen(port, host);
    return app.getUrl();
  });
}

/** What the parts of one service share. */
interface ServiceParts {
  readonly control: ControlSnapshotHolder;
  readonly bearer: BearerScheme | null;
  readonly metrics: Metrics;
  readonly isStopping: () => boolean;
}

/** A first lookup, of nobody: it shows that the query runs on this database, and spares the first caller the cold start. */
async function warmUp({ database, logger, controlCopy }: HookServiceDependencies): Promise<void> {
  const nobody = { orgId: '', userId: '', clientId: '', hintedTenantId: null, presentedJti: null };
  try {
    await databaseFacts(database)(nobody, { now: 0, horizon: 0 });
  } catch (error) {
    // With a copy the service is meant to start, also where the database has gone since the directory was read.
    if (controlCopy === undefined) throw error;
    logger.warn({ code: errorCode(error) }, 'the first lookup failed');
  }
}

async function createApplication(
  dependencies: HookServiceDependencies,
  parts: ServiceParts,
): Promise<NestFastifyApplication> {
  const { configuration, tls, logger } = dependencies;
  const options = tokenHookOptions(dependencies, parts);
  const adapter = new FastifyAdapter({
    https: { ...tls, minVersion: 'TLSv1.2', connectionsCheckingInterval: 1_000 },
    bodyLimit: BODY_LIMIT_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false,
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'remove',
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) => {
      void reply.code(400).send({ error: 'the request cannot be answered' });
    },
    logger: false,
  });
  const app = await NestFactory.create<NestFastifyApplication>(HookServiceModule.with(options), adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  app.useGlobalFilters(new HookFailureFilter(app.get(TokenHookService)));
  const server = app.getHttpAdapter().getInstance();
  endConnectionsWhileStopping(server, parts.isStopping);
  requireCaller(server, {
    path: TOKEN_HOOK_PATH,
    control: () => parts.control.current,
    bearer: parts.bearer,
    unauthenticatedAnswer: configuration.unauthenticatedAnswer,
    now: options.now,
    monotonicNow: () => performance.now(),
    onUnauthenticated: (problem) => {
      parts.metrics.countUnauthenticated();
      logger.warn({ problem }, 'hook call by an unauthenticated caller');
    },
  });
  return app;
}

/** A connection that is busy when closing begins would be kept for its next call, and the close would wait for that. */
function endConnectionsWhileStopping(server: FastifyInstance, isStopping: () => boolean): void {
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping()) void reply.header('connection', 'close');
    done(null, payload);
  });
}

function tokenHookOptions(
  { configuration, database, logger, now = Date.now }: HookServiceDependencies,
  { control, metrics }: ServiceParts,
): TokenHookOptions {
  return {
    logger,
    metrics,
    pseudonym: createPseudonyms(configuration.log),
    deadlineMs: configuration.factsDeadlineMs,
    isTokenHookRequest: compileRequestCheck(),
    control: () => control.current,
    facts: new RecentFacts({
      source: databaseFacts(database),
      maxAgeMs: configuration.staleFactsMs,
      monotonicNow: () => performance.now(),
    }),
    rememberChoice: (choice) => rememberChoice(database, choice),
    now,
  };
}

/** Says once, not at every refresh, which mappings of the directory are left out. */
function reportRefusedMappings(logger: Logger): (snapshot: ControlSnapshot) => void {
  let reported = '';
  return ({ refusedMappings }) => {
    const now = JSON.stringify(refusedMappings);
    if (now !== reported && refusedMappings.length > 0)
      logger.error({ refusedMappings }, 'mappings are left out');
    reported = now;
  };
}

/** Removes out-of-date choices every hour, in small steps. */
function startSweeping(database: Database, logger: Logger): () => Promise<void> {
  let sweeping: Promise<void> = Promise.resolve();
  const sweep = async (): Promise<void> => {
    try {
      while ((await forgetExpiredChoices(database, Date.now())) > 0);
    } catch (error) {
      logger.warn(
        { code: errorCode(error) },
        'out-of-date choices could not be removed; the next sweep tries again',
      );
    }
  };
  const timer = setInterval(() => {
    sweeping = sweep();
  }, SWEEP_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await sweeping;
  };
}
