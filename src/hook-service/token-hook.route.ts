import type { OutgoingHttpHeaders } from 'node:http';
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
  /** Straight to Node: nothing looks at these answers on their way, and Fastify's is a long one. */
  const send = (reply: FastifyReply, status: number, json: string): FastifyReply => {
    reply.hijack();
    reply.raw.writeHead(status, headersOf(json, isStopping())).end(json);
    return reply;
  };
  server.post(
    TOKEN_HOOK_PATH,
    {
      errorHandler: async (error, { caller, raw }, reply) => {
        const { status, json } = await answerFailure(error, { caller, raw }, service);
        return send(reply, status, json);
      },
    },
    (request, reply) => {
      const { caller, body } = request;
      // The authentication hook lets nobody through without a caller; this is the second lock.
      if (caller === null) return reply.code(401).send({ error: 'unauthenticated' });
      const answer = service.answer(body, caller);
      if (typeof answer === 'string') return send(reply, 200, answer);
      answer.then((json) => send(reply, 200, json)).catch((error: unknown) => reply.send(error));
      return reply;
    },
  );
}

function headersOf(json: string, isLast: boolean): OutgoingHttpHeaders {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(json),
  };
  // A connection that is busy when closing begins would be kept for its next call, and the close would wait for that.
  return isLast ? { ...headers, connection: 'close' } : headers;
}
