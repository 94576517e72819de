import type { FastifyReply } from 'fastify';
import type { Answer } from './answer.js';

/** Sends an answer as it is. */
export function sendAnswer(
  reply: FastifyReply,
  { status, headers, body, cookies = [] }: Answer,
): FastifyReply {
  if (cookies.length > 0) void reply.header('set-cookie', [...cookies]);
  return reply.code(status).headers(headers).send(body);
}
