import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { prepareRemembering } from '../directory/choices/remembered-choices.js';
import type { ControlSnapshot } from '../directory/control/control-snapshot.js';
import { databaseFacts } from '../directory/facts/read-facts.js';
import { errorCode } from '../operations/error-code.js';
import { listen } from '../operations/listen.js';
import { flushLog, type Logger } from '../operations/logger.js';
import { createMetrics } from '../operations/metrics.js';
import { startOpsServer } from '../operations/ops-server.js';
import { startTracing, type Tracing } from '../operations/tracing.js';
import { reportIdleCredentials, startBearerScheme } from './bearer-callers.js';
import { createApplication } from './create-application.js';
import type { HookServer } from './hook-server.js';
import type { HookServiceDependencies } from './hook-service-dependencies.js';
import { keepCertificate } from './keep-certificate.js';
import { reportUnknownIssuers, startRecording } from './start-recording.js';
import { startControl } from './start-control.js';
import { startFacts } from './start-facts.js';
import { startSweeping } from './sweep-choices.js';
import { startForgetting } from './sweep-invocations.js';
import { TOKEN_HOOK_PATH } from './token-hook.listener.js';

/**
 * How long calls in flight may take when nothing is accepted any more, in milliseconds: Okta waits 3 s for an answer. Node stops
 * checking its own limits when a server closes, and would wait for ever for a connection that never sent anything.
 */
const LAST_ANSWERS_MS = 3_500;

export interface HookService {
  /** Where the token hook is. */
  readonly url: string;
  readonly opsUrl: string;
  close(): Promise<void>;
}

/** Starts the hook service: the hook over HTTPS (or plain HTTP behind proxies), and the ops port. @throws ListenError */
export async function startHookService(dependencies: HookServiceDependencies): Promise<HookService> {
  const { configuration, database, logger, now = Date.now } = dependencies;
  const reports = [
    reportRefusedMappings(logger),
    reportIdleCredentials(configuration.bearer?.clientIds ?? [], logger),
    reportUnknownIssuers(configuration.recording, logger),
  ];
  const control = await startControl({ ...dependencies, now }, (snapshot) => {
    for (const report of reports) report(snapshot);
  });
  const directory = startFacts(dependencies, control);
  const metrics = createMetrics();
  const closing: (() => Promise<void>)[] = [() => control.stop(), () => directory.stop()];
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
    // Whoever balances needs time to notice: until then callers are served on, and each answer ends its connection.
    await delay(configuration.drainMs);
    await end();
  };
  let stopped: Promise<void> | undefined;
  try {
    // Without the database there is nothing to warm up, and a start that must not fail. What is put together meanwhile need not wait.
    const warming = control.isFromCopy ? Promise.resolve() : warmUp(dependencies);
    warming.catch(() => undefined); // it is awaited, but something else may end the start before
    const bearer = await startBearerScheme(configuration.bearer, { logger, now });
    if (bearer !== null) closing.push(() => bearer.stop());
    const tracing = await startConfiguredTracing(dependencies);
    // Flushed after the hook has answered its last call.
    if (tracing !== undefined) closing.push(() => tracing.close());
    // Ends after the hook has answered its last call, so that probes hear until then that the service is stopping.
    const ops = await startOpsServer(configuration.ops, {
      metrics,
      unreadiness: () => (state === 'serving' ? undefined : `the service is ${state}`),
    });
    closing.push(
      () => ops.close(),
      () => flushLog(logger),
    );
    const recorder = startRecording(dependencies, { metrics, refuseUnread: directory.refuseUnread });
    // Written after the hook has answered its last call.
    if (recorder !== null) closing.push(() => recorder.close());
    const { app, hookServer } = await createApplication(dependencies, {
      ...{ control, directory, bearer, metrics, tracing, recorder },
      isStopping: () => state === 'stopping',
    });
    closing.push(() => closeApplication(app, hookServer));
    // What was put together meanwhile kept the thread busy: a wait may have ended by then though the database had answered.
    await warming.catch(() => warmUp(dependencies));
    const url = await listenForHooks(app, dependencies);
    closing.push(
      startSweeping(database, { logger, isUnread: () => control.isFromCopy }),
      startForgetting({ ...dependencies, now }, () => control.isFromCopy),
      keepCertificate({ ...dependencies, hookServer, metrics }),
    );
    state = 'serving';
    return {
      url: `${url}${TOKEN_HOOK_PATH}`,
      opsUrl: ops.url,
      close: () => (stopped ??= stop()),
    };
  } catch (error) {
    await end().catch(() => undefined);
    throw error;
  }
}

async function startConfiguredTracing({
  configuration: { tracing },
  logger,
}: HookServiceDependencies): Promise<Tracing | undefined> {
  if (tracing === null) return undefined;
  return startTracing(tracing, () => {
    logger.warn('traces could not be exported; those that do not fit the queue are dropped');
  });
}

/** Stops accepting, waits for calls in flight, and cuts off what is left of connections. */
async function closeApplication(app: NestFastifyApplication, hookServer: HookServer): Promise<void> {
  const impatience = setTimeout(() => {
    hookServer.endConnections();
  }, LAST_ANSWERS_MS);
  await app.close();
  clearTimeout(impatience);
}

async function listenForHooks(
  app: NestFastifyApplication,
  { configuration, tls }: HookServiceDependencies,
): Promise<string> {
  const scheme = tls === null ? 'http' : 'https';
  return listen(
    { address: configuration.hook, scheme, port: 'MINTMARK_HOOK_PORT' },
    async ({ host, port }) => {
      await app.listen(port, host);
      return app.getUrl();
    },
  );
}

/** Connections that are open before the first call; more are opened as they are needed. */
const FIRST_CONNECTIONS = 5;

/**
 * First lookups, of nobody, and a first choice, which is none: they show that the queries run on this database, and spare the first
 * callers the cold start. A balancer hands a new replica many callers at once.
 */
async function warmUp({ database, logger, controlCopy }: HookServiceDependencies): Promise<void> {
  const nobody = { orgId: '', userId: '', clientId: '', hintedTenantId: null, presentedJti: null };
  const lookUp = databaseFacts(database);
  const lookups = Array.from({ length: FIRST_CONNECTIONS }, () => lookUp(nobody, { now: 0, horizon: 0 }));
  try {
    await Promise.all([...lookups, prepareRemembering(database)]);
  } catch (error) {
    // With a copy the service is meant to start, also where the database has gone since the directory was read.
    if (controlCopy === undefined) throw error;
    logger.warn({ code: errorCode(error) }, 'the first lookup failed');
  }
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
