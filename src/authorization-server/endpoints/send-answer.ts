import type { FastifyReply } from 'fastify';
import type { Answer } from './answer.js';

/** Sends an answer as it is. */
export function sendAnswer(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
