import type { FastifyInstance } from 'fastify';
import { isInheritedName } from '../../config/yaml-file.js';
import { Problem, invalidFields, type FieldError } from '../problems/problem.js';
import { pointerTo } from './pointer.js';

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
  const faults: FieldError[] = [];
  const place: Place = { pointer: [], faults, budget: { values: VALUES_LIMIT } };
  inspect(parsed, place);
  if (faults.length > 0) throw invalidFields(faults);
  return parsed;
}

interface Place {
  readonly pointer: readonly (string | number)[];
  readonly faults: FieldError[];
  readonly budget: { values: number };
}

/** What the validators lose or trip over: lists in lists, members that every object has, too much, and too deep. */
function inspect(value: unknown, { pointer, faults, budget }: Place): void {
  budget.values -= 1;
  if (budget.values < 0) {
    throw new Problem('malformed-request', `a body holds at most ${String(VALUES_LIMIT)} values`);
  }
  if (pointer.length > DEPTH_LIMIT) {
    throw new Problem('malformed-request', `a body is at most ${String(DEPTH_LIMIT)} levels deep`);
  }
  if (typeof value !== 'object' || value === null) return;
  const isList = Array.isArray(value);
  for (const [name, member] of Object.entries(value)) {
    const place = { pointer: [...pointer, isList ? Number(name) : name], faults, budget };
    if (isList && Array.isArray(member)) {
      faults.push({ pointer: pointerTo(place.pointer), detail: 'must not be a list in a list' });
    } else if (!isList && isInheritedName(name)) {
      faults.push({ pointer: pointerTo(place.pointer), detail: 'is no member of this object' });
    } else inspect(member, place);
  }
}
