import type { FastifyInstance } from 'fastify';
import { Problem } from '../problems/problem.js';

/** The largest body that is read, in bytes. */
export const BODY_LIMIT_BYTES = 128 * 1024;

export const MERGE_PATCH_TYPE = 'application/merge-patch+json';

/** The deepest body, and the values that it may hold: validators are slow, and recursive. */
const DEPTH_LIMIT = 32;
const VALUES_LIMIT = 10_000;

/** Reads JSON bodies, also merge patches. Fastify's own parser quotes them in its errors. */
export function readJsonBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    ['application/json', MERGE_PATCH_TYPE],
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES },
    (_request, body, done) => {
      try {
        done(null, body.length === 0 ? undefined : parseJson(body));
      } catch (error) {
        done(error instanceof Problem ? error : new Problem('malformed-request', 'the body is not JSON'));
      }
    },
  );
}

function parseJson(body: string | Buffer): unknown {
  const text = typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body);
  const parsed: unknown = JSON.parse(text);
  measure(parsed, 0, { values: VALUES_LIMIT });
  return parsed;
}

function measure(value: unknown, depth: number, budget: { values: number }): void {
  budget.values -= 1;
  if (budget.values < 0)
    throw new Problem('malformed-request', `a body holds at most ${String(VALUES_LIMIT)} values`);
  if (depth > DEPTH_LIMIT)
    throw new Problem('malformed-request', `a body is at most ${String(DEPTH_LIMIT)} levels deep`);
  if (typeof value !== 'object' || value === null) return;
  for (const member of Object.values(value)) measure(member, depth + 1, budget);
}
