import type { RequestListener } from 'node:http';
import { performance } from 'node:perf_hooks';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { rangeText } from '../config/trusted-proxies.js';
import type { Metrics } from '../operations/metrics.js';
import { NestLogger } from '../operations/nest-logger.js';
import { requireCaller } from './caller-authentication.js';
import { createHookServer, type HookServer } from './hook-server.js';
import { HookServiceModule } from './hook-service.module.js';
import type { HookServiceDependencies } from './hook-service-dependencies.js';
import { readJsonBodies } from './parse-body.js';
import type { ServiceParts } from './service-parts.js';
import { addTokenHookRoute } from './token-hook.route.js';
import { tokenHookOptions } from './token-hook-options.js';
import { requireTrustedPeer } from './trusted-peers.js';
import { TokenHookService } from './token-hook.service.js';

/** The largest body that is read, in bytes; Okta's payloads are some thousands. */
export const BODY_LIMIT_BYTES = 128 * 1024;

/** The Nest application of the token hook, and the server that it listens with. */
export async function createApplication(
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
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) => {
      void reply.code(400).send({ error: 'the request cannot be answered' });
    },
    logger: false,
  });
  const app = await NestFactory.create<NestFastifyApplication>(HookServiceModule.with(options), adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false, // see readJsonBodies
  });
  const server = app.getHttpAdapter().getInstance();
  if (tls === null) refuseStrangers(server, dependencies, parts.metrics);
  requireCaller(server, {
    control: () => parts.control.current,
    bearer: parts.bearer,
    unauthenticatedAnswer: configuration.unauthenticatedAnswer,
    now: options.now,
    monotonicNow: () => performance.now(),
    onUnauthenticated: (problem) => {
      parts.metrics.countUnauthenticated(configuration.unauthenticatedAnswer === '401');
      logger.warn({ problem }, 'hook call by an unauthenticated caller');
    },
  });
  readJsonBodies(server);
  addTokenHookRoute(server, app.get(TokenHookService), parts.isStopping);
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
