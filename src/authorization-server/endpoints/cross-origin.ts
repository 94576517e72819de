import type { FastifyReply, FastifyRequest } from 'fastify';

/** Lets pages of other origins read an answer: single-page apps read discovery and redeem codes. Nobody is known by a cookie here. */
export function allowOrigin({ headers: { origin } }: FastifyRequest, reply: FastifyReply): void {
  void reply.header('vary', 'Origin');
  if (origin !== undefined) void reply.header('access-control-allow-origin', origin);
}
