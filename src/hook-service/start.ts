import 'reflect-metadata';
import type { RequestListener } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { HookConfiguration } from '../config/configuration.js';
import type { TlsFiles, TlsKeyPair } from '../config/tls-files.js';
import { rangeText } from '../config/trusted-proxies.js';
import type { Database } from '../database/database.js';
import {
  forgetExpiredChoices,
  prepareRemembering,
  rememberChoice,
} from '../directory/choices/remembered-choices.js';
import { ControlSnapshotHolder } from '../directory/control/control-snapshot-holder.js';
import type { ControlSnapshot } from '../directory/control/control-snapshot.js';
import { readControlSnapshot } from '../directory/control/read-control-snapshot.js';
import { databaseFacts } from '../directory/facts/read-facts.js';
import { RecentFacts } from '../directory/facts/recent-facts.js';
import { errorCode } from '../operations/error-code.js';
import { listen } from '../operations/listen.js';
import { createPseudonyms, flushLog, type Logger } from '../operations/logger.js';
import { createMetrics, type Metrics } from '../operations/metrics.js';
import { NestLogger } from '../operations/nest-logger.js';
import { startOpsServer } from '../operations/ops-server.js';
import { requireCaller } from './caller-authentication.js';
import { compileRequestCheck } from './compile-request-check.js';
import { createHookServer, type HookServer } from './hook-server.js';
import { HookFailureFilter } from './hook-failure.filter.js';
import { HookServiceModule } from './hook-service.module.js';
import { TOKEN_HOOK_PATH } from './token-hook.controller.js';
import { keepCertificate } from './keep-certificate.js';
import { requireTrustedPeer } from './trusted-peers.js';
import { TokenHookService, type TokenHookOptions } from './token-hook.service.js';

/** The largest body that is read, in bytes; Okta's payloads are some thousands. */
export const BODY_LIMIT_BYTES = 128 * 1024;

/**
 * How long calls in flight may take when nothing is accepted any more, in milliseconds: Okta waits 3 s for an answer. Node stops
 * checking its own limits when a server closes, and would wait for ever for a connection that never sent anything.
 */
const LAST_ANSWERS_MS = 3_500;

const SWEEP_MS = 60 * 60 * 1000;

export interface HookServiceDependencies {
  readonly configuration: HookConfiguration;
  /** Null for plain HTTP, which serves nobody but the configuration's trusted proxies. */
  readonly tls: TlsKeyPair | null;
  /** Where the pair comes from, to be looked at again; without it the pair stays as it is. */
  readonly tlsFiles?: TlsFiles | null;
  /** Open and migrated; whoever opened it closes it, after the service. */
  readonly database: Database;
  readonly logger: Logger;
  /** Milliseconds since the epoch; the system clock where it is not given. */
  readonly now?: () => number;
}

export interface HookService {
  /** Where the token hook is. */
  readonly url: string;
  readonly opsUrl: string;
  close(): Promise<void>;
}

/** Starts the hook service: the hook over HTTPS (or plain HTTP behind proxies), and the ops port. @throws ListenError */
export async function startHookService(dependencies: HookServiceDependencies): Promise<HookService> {
  const { configuration, database, logger } = dependencies;
  const control = await ControlSnapshotHolder.start({
    read: () => readControlSnapshot(database),
    refreshMs: configuration.controlRefreshMs,
    onError: (error) => {
      logger.error(
        { code: errorCode(error) },
        'the control snapshot could not be refreshed; the last one stays',
      );
    },
    onRefresh: reportRefusedMappings(logger),
  });
  const metrics = createMetrics();
  const closing: (() => Promise<void>)[] = [() => control.stop()];
  let state: 'starting' | 'serving' | 'stopping' = 'starting';
  const end = async (): Promise<void> => {
    for (const step of closing.splice(0).toReversed()) await step();
  };
  const stop = async (): Promise<void> => {
    state = 'stopping';
    // Whoever balances needs time to notice: until then callers are served on, and each answer ends its connection.
    await delay(configuration.drainMs);
    await end();
  };
  let stopped: Promise<void> | undefined;
  try {
    await warmUp(database);
    // Ends after the hook has answered its last call, so that probes hear until then that the service is stopping.
    const ops = await startOpsServer(configuration.ops, {
      metrics,
      unreadiness: () => (state === 'serving' ? undefined : `the service is ${state}`),
    });
    closing.push(
      () => ops.close(),
      () => flushLog(logger),
    );
    const { app, hookServer } = await createApplication(dependencies, {
      control,
      metrics,
      isStopping: () => state === 'stopping',
    });
    closing.push(() => closeApplication(app, hookServer));
    const url = await listenForHooks(app, dependencies);
    closing.push(startSweeping(database, logger), keepCertificate({ ...dependencies, hookServer, metrics }));
    state = 'serving';
    return {
      url: `${url}${TOKEN_HOOK_PATH}`,
      opsUrl: ops.url,
      close: () => (stopped ??= stop()),
    };
  } catch (error) {
    await end();
    throw error;
  }
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

/** What the parts of one service share. */
interface ServiceParts {
  readonly control: ControlSnapshotHolder;
  readonly metrics: Metrics;
  readonly isStopping: () => boolean;
}

/** Connections that are open before the first call; more are opened as they are needed. */
const FIRST_CONNECTIONS = 5;

/**
 * First lookups, of nobody, and a first choice, which is none: they show that the queries run on this database, and spare the first
 * callers the cold start. A balancer hands a new replica many callers at once.
 */
async function warmUp(database: Database): Promise<void> {
  const nobody = { orgId: '', userId: '', clientId: '', hintedTenantId: null, presentedJti: null };
  const lookUp = databaseFacts(database);
  const lookups = Array.from({ length: FIRST_CONNECTIONS }, () => lookUp(nobody, { now: 0, horizon: 0 }));
  await Promise.all([...lookups, prepareRemembering(database)]);
}

async function createApplication(
  dependencies: HookServiceDependencies,
  parts: ServiceParts,
): Promise<{ readonly app: NestFastifyApplication; readonly hookServer: HookServer }> {
  const { configuration, tls, logger } = dependencies;
  const { trustedProxies } = configuration;
  const options = tokenHookOptions(dependencies, parts);
  const servers: HookServer[] = [];
  const adapter = new FastifyAdapter({
    serverFactory: (listener: RequestListener) => {
      const made = createHookServer(listener, tls);
      servers.push(made);
      return made.server;
    },
    // Nothing here goes by these headers; whoever comes to use them gets what proxies said, and nobody else.
    trustProxy: trustedProxies.length === 0 ? false : trustedProxies.map(rangeText),
    bodyLimit: BODY_LIMIT_BYTES,
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
  if (tls === null) refuseStrangers(server, dependencies, parts.metrics);
  requireCaller(server, {
    path: TOKEN_HOOK_PATH,
    control: () => parts.control.current,
    unauthenticatedAnswer: configuration.unauthenticatedAnswer,
    now: options.now,
    monotonicNow: () => performance.now(),
    onUnauthenticated: () => {
      parts.metrics.countUnauthenticated();
      logger.warn('hook call by an unauthenticated caller');
    },
  });
  const [hookServer] = servers;
  if (hookServer === undefined) throw new TypeError('Fastify made no server');
  return { app, hookServer };
}

function refuseStrangers(
  server: FastifyInstance,
  { configuration, logger }: HookServiceDependencies,
  metrics: Metrics,
): void {
  requireTrustedPeer(server, {
    ranges: configuration.trustedProxies,
    onRefused: () => {
      metrics.countUntrustedPeer();
      logger.warn('hook call over a connection that comes from no trusted proxy');
    },
  });
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
