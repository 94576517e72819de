/** Every kind of answer that is not what was asked for. The names are stable: clients tell kinds apart by them. */
export const PROBLEMS = {
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  unauthenticated: { status: 401, title: 'No token that is in force came with the request' },
  forbidden: { status: 403, title: 'The token does not permit this' },
  'not-found': { status: 404, title: 'There is no such thing, or the token may not know of it' },
  'method-not-allowed': { status: 405, title: 'The resource does not have this method' },
  'already-exists': { status: 409, title: 'The key is taken' },
  'in-use': { status: 409, title: 'Something else refers to it' },
  conflict: { status: 409, title: 'It contradicts what the directory holds' },
  'read-only': { status: 409, title: 'It is kept elsewhere, and read-only here' },
  'precondition-failed': { status: 412, title: 'It has another version than the one named' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body has a media type that is not read here' },
  'invalid-fields': { status: 422, title: 'Some fields cannot be used' },
  'idempotency-key-reused': { status: 422, title: 'The idempotency key belongs to another request' },
  internal: { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'The database does not answer; try again' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type ProblemName = keyof typeof PROBLEMS;

/** What is wrong with one part of the request: a member of the body, a parameter or a header. */
export type FieldError = { readonly detail: string } & (
  { readonly pointer: string } | { readonly parameter: string } | { readonly header: string }
);

export interface ProblemMembers {
  readonly errors?: readonly FieldError[];
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The version that the resource has now. */
  readonly version?: string;
}

/** The request cannot be answered as asked. What it says is shown to the caller. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemName,
    readonly detail: string,
    readonly members: ProblemMembers = {},
  ) {
    super(detail);
    this.name = 'Problem';
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

/** URIs of problem types do not lead anywhere: they only have to stay the same. */
const TYPE_PREFIX = 'urn:mintmark:problem:';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** RFC 9457, section 3.1, with the extension members `errors` and `version`. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly version?: string;
}

export function problemDocument({ code, detail, members: { errors, version } }: Problem): ProblemDocument {
  return {
    ...{ type: typeOf(code), ...{ title: PROBLEMS[code].title, status: PROBLEMS[code].status }, detail },
    ...(errors === undefined ? {} : { errors }),
    ...(version === undefined ? {} : { version }),
  };
}

export function typeOf(name: ProblemName): string {
  return `${TYPE_PREFIX}${name}`;
}

/** Some members of the body are wrong: all of them are named at once. */
export function invalidFields(errors: readonly FieldError[]): Problem {
  const count = errors.length === 1 ? 'one field is' : `${String(errors.length)} fields are`;
  return new Problem('invalid-fields', `${count} wrong: see "errors"`, { errors });
}
