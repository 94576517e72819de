import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AdminBearerScheme } from '../caller/admin-bearer.js';
import { NestLogger } from '../operations/nest-logger.js';
import type { AdminMetrics } from './admin-metrics.js';
import type { AdminServiceDependencies } from './admin-service-dependencies.js';
import { AdminServiceModule } from './admin-service.module.js';
import { requireAdmin } from './authentication/authenticate-admin.js';
import { Problem } from './problems/problem.js';
import { notFound, ProblemFilter, sendProblem } from './problems/problem.filter.js';
import { BODY_LIMIT_BYTES, readJsonBodies } from './requests/json-body.js';
import type { Operation } from './requests/operation.js';
import { allowedMethods } from './requests/allowed-methods.js';
import { routePath } from './requests/operations-controller.js';

/** A parameter is an id: 255 characters of up to four bytes, percent-encoded. */
const PARAMETER_LIMIT = 255 * 4 * 3;

/** A request that is not whole by then is not waited for, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

const LIMITS = {
  requestTimeout: REQUEST_TIMEOUT_MS,
  headersTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: 1_000,
} as const;

export interface ApplicationParts {
  readonly operations: readonly Operation[];
  readonly bearer: AdminBearerScheme | null;
  readonly metrics: AdminMetrics;
  readonly isStopping: () => boolean;
}

/** The Nest application of the admin API. */
export async function createApplication(
  dependencies: AdminServiceDependencies,
  parts: ApplicationParts,
): Promise<NestFastifyApplication> {
  const { tls, logger, database, now = Date.now } = dependencies;
  const filter = new ProblemFilter(logger);
  const adapter = new FastifyAdapter({
    ...(tls === null
      ? { http: LIMITS }
      : { https: { cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2', ...LIMITS } }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: PARAMETER_LIMIT },
    frameworkErrors: (error: unknown, _request: FastifyRequest, reply: FastifyReply) => {
      sendProblem(reply, filter.problemOf(error, 'none'));
    },
    logger: false,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    AdminServiceModule.with(parts.operations),
    adapter,
    { logger: new NestLogger(logger), abortOnError: false, bodyParser: false },
  );
  app.useGlobalFilters(filter);
  const server = app.getHttpAdapter().getInstance();
  readJsonBodies(server);
  describeAnswers(server, parts);
  accountFor(server, dependencies, parts);
  const publicRoutes = new Set(
    parts.operations.filter(({ scope }) => scope === null).map(({ path }) => routePath(path)),
  );
  requireAdmin(server, {
    ...{ database, bearer: parts.bearer, now: () => new Date(now()) },
    isPublic: ({ routeOptions }) => publicRoutes.has(routeOptions.url ?? ''),
    onRefused: (problem) => {
      parts.metrics.countRefused(problem);
      logger.warn({ problem }, 'a request to the admin API by nobody that is known');
    },
  });
  refuseUnknownRoutes(server, parts.operations);
  return app;
}

/** Whatever is under no route: known to be so only for callers that are known. */
function refuseUnknownRoutes(server: FastifyInstance, operations: readonly Operation[]): void {
  server.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404) {
      done();
      return;
    }
    const allow = allowedMethods(operations, request.url);
    const isKnown = allow.length > 0;
    const problem = isKnown
      ? new Problem('method-not-allowed', `this resource has ${allow.join(', ')}`, {
          headers: { allow: allow.join(', ') },
        })
      : notFound();
    done(problem);
  });
}

/** Answers are for their caller and of their moment, and nothing in them is for a browser to guess at. */
function describeAnswers(server: FastifyInstance, { isStopping }: ApplicationParts): void {
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
    if (isStopping()) void reply.header('connection', 'close');
    done();
  });
}

/** One line and one count for each request: the route, and no value of its parameters. */
function accountFor(
  server: FastifyInstance,
  { logger }: AdminServiceDependencies,
  { metrics }: ApplicationParts,
): void {
  server.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions, adminCaller } = request;
    const route = request.is404 ? 'none' : (routeOptions.url ?? 'none');
    const durationMs = Math.round(reply.elapsedTime * 100) / 100;
    metrics.countRequest({ route, method, status: reply.statusCode, durationMs });
    const line = { method, route, status: reply.statusCode, actor: adminCaller?.actor ?? null, durationMs };
    logger.info(line, 'admin request');
    done();
  });
}
