import type { FastifyInstance, FastifyReply } from 'fastify';
import { answerFailure } from './answer-failure.js';
import type { TokenHookService } from './token-hook.service.js';

/** Where Okta's inline hook points to. */
export const TOKEN_HOOK_PATH = '/okta/token-hook';

/**
 * Puts the token hook on the Fastify instance that Nest runs on. Nest makes and injects what answers; its own way of a
 * request, with parameters, pipes, interceptors and filters that this one route has no use for, is left out (ADR 0006).
 */
export function addTokenHookRoute(
  server: FastifyInstance,
  service: TokenHookService,
  isStopping: () => boolean,
): void {
  const send = (reply: FastifyReply, json: string): FastifyReply => {
    // A connection that is busy when closing begins would be kept for its next call, and the close would wait for that.
    if (isStopping()) void reply.header('connection', 'close');
    return reply.header('content-type', 'application/json; charset=utf-8').send(json);
  };
  server.post(
    TOKEN_HOOK_PATH,
    {
      errorHandler: async (error, { caller, raw }, reply) => {
        const { status, json } = await answerFailure(error, { caller, raw }, service);
        return send(reply.code(status), json);
      },
    },
    (request, reply) => {
      const { caller, body } = request;
      // The authentication hook lets nobody through without a caller; this is the second lock.
      if (caller === null) return reply.code(401).send({ error: 'unauthenticated' });
      service
        .answer(body, caller)
        .then((json) => send(reply, json))
        .catch((error: unknown) => reply.send(error));
      return reply;
    },
  );
}
