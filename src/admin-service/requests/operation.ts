import type { FastifyRequest } from 'fastify';
import type { AdminScope } from '../../caller/admin-rights.js';
import type { AdminCaller } from '../authentication/admin-caller.js';
import type { ProblemName } from '../problems/problem.js';
import type { DocumentType } from './validate-document.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What an operation answers with. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent where the answer has none. */
  readonly body?: unknown;
}

/** A request whose caller is known, and whose path has matched. */
export interface OperationRequest {
  readonly caller: AdminCaller;
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly headers: FastifyRequest['headers'];
  readonly body: unknown;
}

/** How an answer looks, for the description of the API. */
export interface AnswerDescription {
  readonly description: string;
  /** The class of the body; a list has an envelope around it. */
  readonly body?: DocumentType;
  readonly isList?: boolean;
  /** Only where it is not JSON of ours. */
  readonly mediaType?: string;
  readonly headers?: readonly ('ETag' | 'Location' | 'Idempotency-Replayed')[];
}

/**
 * One thing that can be asked for. The routes, the checks of what comes in, and the OpenAPI document are made of these, so
 * that none of them says what the others do not.
 */
export interface Operation {
  readonly id: string;
  readonly method: Method;
  /** With the names of its parameters in braces, as OpenAPI has it. */
  readonly path: string;
  /** The heading under which it is described. */
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** What the caller needs; null where anybody may ask. */
  readonly scope: AdminScope | null;
  /** Whether a scope for some tenants is of any use. */
  readonly isForTenants: boolean;
  readonly query?: DocumentType;
  readonly body?: DocumentType;
  /** Only where it is not plain JSON. */
  readonly bodyType?: string;
  /** Members of the body that may be left out though the class needs them: the path names them, or they stay as they are. */
  readonly optionalMembers?: readonly string[] | 'all';
  readonly headers?: readonly ('If-Match' | 'If-None-Match' | 'Idempotency-Key')[];
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  readonly problems: readonly ProblemName[];
  readonly handle: (request: OperationRequest) => Promise<Answer>;
}

/** The value of a header that may come once. */
export function headerOf({ headers }: OperationRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
