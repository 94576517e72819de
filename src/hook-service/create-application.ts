import type { RequestListener } from 'node:http';
import { performance } from 'node:perf_hooks';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { rangeText } from '../config/trusted-proxies.js';
import { NestLogger } from '../operations/nest-logger.js';
import { createAuthentication } from './caller-authentication.js';
import { createHookServer, type HookServer } from './hook-server.js';
import { HookServiceModule } from './hook-service.module.js';
import type { HookServiceDependencies } from './hook-service-dependencies.js';
import { BODY_LIMIT_BYTES } from './read-body.js';
import type { ServiceParts } from './service-parts.js';
import { addTokenHookRoute, isPlainHookCall, tokenHookListener } from './token-hook.listener.js';
import { tokenHookOptions } from './token-hook-options.js';
import { trustedPeersOnly } from './trusted-peers.js';
import { TokenHookService } from './token-hook.service.js';

/** The Nest application of the token hook, and the server that it listens with. */
export async function createApplication(
  dependencies: HookServiceDependencies,
  parts: ServiceParts,
): Promise<{ readonly app: NestFastifyApplication; readonly hookServer: HookServer }> {
  const { configuration, tls, logger } = dependencies;
  const { trustedProxies } = configuration;
  const options = tokenHookOptions(dependencies, parts);
  const servers: HookServer[] = [];
  let answerCall: RequestListener | undefined;
  const adapter = new FastifyAdapter({
    serverFactory: (fastify: RequestListener) => {
      // Calls in the plain spelling need none of Fastify's routing; there is something to answer them before anybody listens.
      const listener: RequestListener = (request, response) => {
        const answer = isPlainHookCall(request) ? (answerCall ?? fastify) : fastify;
        answer(request, response);
      };
      const made = createHookServer(
        tls === null ? refuseStrangers(listener, dependencies, parts) : listener,
        tls,
      );
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
    bodyParser: false, // the listener reads them
  });
  answerCall = tokenHookListener({
    service: app.get(TokenHookService),
    authenticate: createAuthentication({
      control: () => parts.control.current,
      bearer: parts.bearer,
      now: options.now,
      monotonicNow: () => performance.now(),
    }),
    unauthenticatedAnswer: configuration.unauthenticatedAnswer,
    onUnauthenticated: (problem) => {
      parts.metrics.countUnauthenticated(configuration.unauthenticatedAnswer === '401');
      logger.warn({ problem }, 'hook call by an unauthenticated caller');
    },
    isStopping: parts.isStopping,
  });
  const server = app.getHttpAdapter().getInstance();
  refuseOtherRoutes(server);
  addTokenHookRoute(server, answerCall);
  const [hookServer] = servers;
  if (hookServer === undefined) throw new TypeError('Fastify made no server');
  return { app, hookServer };
}

function refuseStrangers(
  listener: RequestListener,
  { configuration, logger }: HookServiceDependencies,
  { metrics }: ServiceParts,
): RequestListener {
  return trustedPeersOnly(listener, {
    ranges: configuration.trustedProxies,
    onRefused: () => {
      metrics.countUntrustedPeer();
      logger.warn('hook call over a connection that comes from no trusted proxy');
    },
  });
}

/** There is one route; whoever asks for another is not known, and no body of theirs is read. */
function refuseOtherRoutes(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    if (request.is404) void reply.header('connection', 'close').code(404).send({ error: 'not found' });
    else done();
  });
}
