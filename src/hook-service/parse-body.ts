import type { FastifyInstance } from 'fastify';

/** A body that is said to be JSON and is not. */
class NotJsonError extends Error {
  readonly code = 'NOT_JSON';
}

/**
 * Reads JSON bodies with the engine's own parser. Fastify's looks through each body a second time for members named
 * `__proto__` and `constructor`, for code that copies members into other objects: nothing here does, and the engine makes
 * ordinary members of them.
 */
export function readJsonBodies(server: FastifyInstance): void {
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJson(body.toString('utf8')));
    } catch {
      // What the engine says quotes the body.
      done(new NotJsonError());
    }
  });
}

const BYTE_ORDER_MARK = 0xfeff;

function parseJson(text: string): unknown {
  return JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text);
}
