import { explainConstraint } from '../../database/constraints.js';
import { errorCode } from '../../operations/error-code.js';
import { Problem } from './problem.js';

/** What Fastify throws before a handler runs, by its codes. */
const REQUEST_PROBLEMS: Readonly<Record<string, () => Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => bodyTooLarge(),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => mediaTypeProblem(),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new Problem('malformed-request', 'the body is not as long as it said to be'),
  FST_ERR_BAD_URL: () => new Problem('malformed-request', 'the URL cannot be decoded'),
};

/** Prisma's codes for a database that does not answer, or not in time, and PostgreSQL's and Node's own. */
const UNAVAILABLE: ReadonlySet<string> = new Set(
  (
    'P1001 P1002 P1008 P1017 P2024 P2028 DATABASE_UNAVAILABLE ECONNREFUSED ECONNRESET ETIMEDOUT ENOTFOUND EPIPE ' +
    '57P01 57P02 57P03 57014 55P03 53300 08006 08001'
  ).split(' '),
);

/** A row that is there already, and a row that is referred to or is not there. */
const UNIQUE = 'P2002';
const FOREIGN_KEY = 'P2003';
const GONE = 'P2025';

/** Turns whatever was thrown into a problem; undefined where it is none that a caller can be told of. */
export function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  const code = errorCode(error);
  const made = REQUEST_PROBLEMS[code];
  if (made !== undefined) return made();
  if (isUnavailable(error)) {
    return new Problem('unavailable', 'nothing was changed', { headers: { 'retry-after': '1' } });
  }
  const constraint = explainConstraint(error);
  if (constraint !== undefined) return new Problem('conflict', constraint);
  if (code === UNIQUE) return new Problem('already-exists', 'something else has this key');
  if (code === FOREIGN_KEY) return new Problem('conflict', 'something that it refers to has gone meanwhile');
  if (code === GONE) return new Problem('not-found', 'it has gone meanwhile');
  return undefined;
}

/** Whether it was refused because other rows refer to it. */
export function isReferredTo(error: unknown): boolean {
  const [, kind] = /violates (foreign key|RESTRICT|check|unique|exclusion)/.exec(textOf(error, 0)) ?? [];
  return errorCode(error) === FOREIGN_KEY || kind === 'foreign key' || kind === 'RESTRICT';
}

/** Whether somebody else made the same row at the same moment, so that looking again finds it. */
export function isRace(error: unknown): boolean {
  return [UNIQUE, 'P2034', '40001', '40P01'].includes(errorCode(error));
}

export function mediaTypeProblem(): Problem {
  return new Problem(
    'unsupported-media-type',
    'send application/json, or application/merge-patch+json to PATCH',
  );
}

export function bodyTooLarge(): Problem {
  return new Problem('body-too-large', 'a body has at most 128 KiB');
}

/** What the driver throws has no code: only its message says so. And SQLSTATEs that Prisma hands on in messages. */
const SIGNS =
  /Query read timeout|Connection terminated|timeout exceeded when trying to connect|\b(?:57014|55P03|57P0[123])\b/;

function isUnavailable(error: unknown): boolean {
  return UNAVAILABLE.has(errorCode(error)) || SIGNS.test(textOf(error, 0));
}

/** Messages and codes of an error and its causes, to recognize it by and not to show. */
function textOf(error: unknown, depth: number): string {
  if (typeof error !== 'object' || error === null || depth > 4) return '';
  const message = error instanceof Error ? error.message : '';
  return `${message} ${errorCode(error)} ${textOf(Reflect.get(error, 'cause'), depth + 1)}`;
}
