import { fastify, type FastifyReply } from 'fastify';
import type { ListenAddress } from '../config/configuration.js';
import { listen } from './listen.js';
import type { Metrics } from './metrics.js';

/** What the ops port reports. */
export interface Health {
  readonly metrics: Pick<Metrics, 'text'>;
  /** Why the service must not get traffic now, or `undefined` where it may. */
  unreadiness(): string | undefined;
  /** The variable that chooses the port, where it is not the hook's. */
  readonly portVariable?: string;
}

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The framework's own answers quote paths and bodies. */
const UNANSWERABLE = { error: 'the request cannot be answered' } as const;

/**
 * Serves `/healthz` (the process answers), `/readyz` (it may get traffic) and `/metrics` over plain HTTP.
 * Readiness does not depend on the database: with the database gone the hook still answers, by policy, and taking it out
 * of the balancer would turn that into errors.
 */
export async function startOpsServer(address: ListenAddress, health: Health): Promise<RunningServer> {
  const server = fastify({
    logger: false,
    return503OnClosing: false,
    requestTimeout: 5_000,
    // Probes keep their connections, and some open one before they need it: neither may hold up the end.
    forceCloseConnections: true,
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) => {
      void reply.status(400).send(UNANSWERABLE);
    },
  });
  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const reason = health.unreadiness();
    return reason === undefined
      ? { status: 'ready' }
      : reply.status(503).send({ status: 'not ready', reason });
  });
  server.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await health.metrics.text();
    return reply.type(contentType).send(body);
  });
  server.setErrorHandler((error, _request, reply) => reply.status(statusOf(error)).send(UNANSWERABLE));
  server.setNotFoundHandler((_request, reply) => reply.status(404).send({ error: 'not found' }));
  const port = health.portVariable ?? 'MINTMARK_OPS_PORT';
  const url = await listen({ address, scheme: 'http', port }, (options) => server.listen(options));
  return { url, close: () => server.close() };
}

/** What the caller did wrong has a status of its own; anything else is ours. */
function statusOf(error: unknown): number {
  const status: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'statusCode') : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
