import { Controller, Req, RequestMapping, RequestMethod, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AdminCaller } from '../authentication/admin-caller.js';
import { Problem } from '../problems/problem.js';
import { MERGE_PATCH_TYPE } from './json-body.js';
import type { Answer, Operation, OperationRequest } from './operation.js';
import { mediaTypeProblem } from '../problems/to-problem.js';

const METHODS = {
  GET: RequestMethod.GET,
  POST: RequestMethod.POST,
  PUT: RequestMethod.PUT,
  PATCH: RequestMethod.PATCH,
  DELETE: RequestMethod.DELETE,
} as const;

/**
 * Makes the controllers that answer for operations, one for each tag. Nest's decorators are applied here and not written
 * down for each noun, so that a route cannot differ from its description.
 */
export function operationControllers(operations: readonly Operation[]): readonly Type[] {
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  return tags.map((tag) => controllerOf(operations.filter((operation) => operation.tag === tag)));
}

function controllerOf(operations: readonly Operation[]): Type {
  @Controller()
  class OperationsController {}
  for (const operation of operations) addRoute(OperationsController, operation);
  return OperationsController;
}

function addRoute(controller: Type, operation: Operation): void {
  const { prototype } = controller as { readonly prototype: object };
  const { id, method, path } = operation;
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    send(reply, await operation.handle(requestFor(operation, request)));
  };
  const descriptor = { value: answer, writable: true, enumerable: false, configurable: true };
  Object.defineProperty(prototype, id, descriptor);
  Req()(prototype, id, 0);
  Res()(prototype, id, 1);
  RequestMapping({ path: routePath(path), method: METHODS[method] })(prototype, id, descriptor);
}

/** Braces are OpenAPI's, colons are the router's. */
export function routePath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

/** Whom a public operation is answered to. */
const ANYBODY: AdminCaller = { actor: 'anybody', rights: new Map() };

function requestFor(operation: Operation, request: FastifyRequest): OperationRequest {
  const { adminCaller, headers, query, body } = request;
  if (operation.scope !== null && adminCaller === null) {
    // The authentication hook lets nobody through without a caller; this is the second lock.
    throw new Problem('unauthenticated', 'send "Authorization: Bearer" and a token that is in force');
  }
  if (body !== undefined && body !== null) requireMediaType(operation, headers['content-type']);
  return {
    caller: adminCaller ?? ANYBODY,
    params: request.params as Readonly<Record<string, string>>,
    ...{ query, headers, body },
  };
}

/** A merge patch means something to PATCH alone; there, plain JSON is taken for one. */
function requireMediaType({ method }: Operation, contentType = ''): void {
  const isPatch = contentType.toLowerCase().startsWith(MERGE_PATCH_TYPE);
  if (isPatch && method !== 'PATCH') throw mediaTypeProblem();
}

function send(reply: FastifyReply, { status, headers = {}, body }: Answer): void {
  void reply.code(status).headers(headers);
  if (body === undefined) void reply.send();
  else if (typeof body === 'string') void reply.send(body);
  else void reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}
