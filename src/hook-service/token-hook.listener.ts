import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { DENIAL } from '../claims/to-hook-response.js';
import { errorCode } from '../operations/error-code.js';
import type { RefusalReason } from './call-record.js';
import type { Authentication, Caller, CallerProblem } from './caller-authentication.js';
import { drained, readJsonBody } from './read-body.js';
import { sendJson } from './send-json.js';
import type { TokenHookService } from './token-hook.service.js';

/** Where Okta's inline hook points to. */
export const TOKEN_HOOK_PATH = '/okta/token-hook';

export interface TokenHookListenerOptions {
  readonly service: Pick<TokenHookService, 'answer' | 'refuse'>;
  readonly authenticate: (rawHeaders: readonly string[]) => Authentication | Promise<Authentication>;
  /** `error` stops minting for unauthenticated callers; 401 lets Okta mint without claims. */
  readonly unauthenticatedAnswer: '401' | 'error';
  readonly onUnauthenticated: (problem: CallerProblem | null) => void;
  readonly isStopping: () => boolean;
}

/** Whether a request is a call of the hook in its plain spelling. */
export function isPlainHookCall({ method, url }: IncomingMessage): boolean {
  return url === TOKEN_HOOK_PATH && method === 'POST';
}

/**
 * Puts the token hook on the Fastify instance that Nest runs on, for all spellings of its path. Nest makes and injects what answers;
 * Fastify's and Nest's own way of a request is left out (ADR 0006).
 */
export function addTokenHookRoute(server: FastifyInstance, listener: RequestListener): void {
  const onRequest = (request: { raw: IncomingMessage }, reply: { raw: ServerResponse; hijack(): void }) => {
    reply.hijack();
    listener(request.raw, reply.raw);
  };
  server.post(TOKEN_HOOK_PATH, { onRequest }, (_request, reply) => reply);
}

/**
 * Answers one call of the hook: who calls is known before a byte of the body is read, and whoever has proved itself gets a 200 with
 * something that Okta applies, whatever goes wrong: any other status would make Okta mint without our claims and tell nobody.
 */
export function tokenHookListener(options: TokenHookListenerOptions): RequestListener {
  const { service, authenticate, isStopping } = options;

  const send = (response: ServerResponse, json: string): void => {
    sendJson(response, { status: 200, json, isLast: isStopping() });
  };

  const refuse = ({ raw, response, caller }: KnownCall, { reason, detail }: Refusal): void => {
    drained(raw)
      .then(() => send(response, service.refuse(reason, caller, detail)))
      .catch(() => response.destroy());
  };

  const answer = (call: KnownCall, body: unknown): void => {
    const { response, caller } = call;
    const fail = (error: unknown): void => {
      refuse(call, { reason: 'internal', detail: errorCode(error) });
    };
    try {
      const answered = service.answer(body, caller);
      if (typeof answered === 'string') send(response, answered);
      else answered.then((json) => send(response, json)).catch(fail);
    } catch (error) {
      fail(error);
    }
  };

  const admit = (raw: IncomingMessage, response: ServerResponse, { caller, problem }: Authentication) => {
    if (caller === null) {
      refuseCaller({ raw, response }, problem, options);
      return;
    }
    const call = { raw, response, caller };
    readJsonBody(raw, {
      onJson: (body) => answer(call, body),
      onFault: (fault) => refuse(call, fault),
    });
  };

  return (raw, response) => {
    try {
      const authentication = authenticate(raw.rawHeaders);
      if (authentication instanceof Promise)
        authentication.then((known) => admit(raw, response, known)).catch(() => unanswered(response));
      else admit(raw, response, authentication);
    } catch {
      unanswered(response);
    }
  };
}

interface Exchange {
  readonly raw: IncomingMessage;
  readonly response: ServerResponse;
}

interface KnownCall extends Exchange {
  readonly caller: Caller;
}

interface Refusal {
  readonly reason: RefusalReason;
  /** For the log. */
  readonly detail: string | null;
}

const UNAUTHENTICATED = JSON.stringify({ error: 'unauthenticated' });
const UNANSWERED = JSON.stringify({ error: 'the request cannot be answered' });
const STOPS_MINTING = JSON.stringify(DENIAL);

/** The connection ends with the answer: the body of a caller that nobody knows is not parsed, nor waited for for long. */
function refuseCaller(
  { raw, response }: Exchange,
  problem: CallerProblem | null,
  { unauthenticatedAnswer, onUnauthenticated }: TokenHookListenerOptions,
): void {
  onUnauthenticated(problem);
  if (unauthenticatedAnswer === '401') {
    sendJson(response, { status: 401, json: UNAUTHENTICATED, isLast: true });
    return;
  }
  // This answer has to arrive: a caller that is still writing would see its connection reset instead.
  drained(raw).then(
    () => sendJson(response, { status: 200, json: STOPS_MINTING, isLast: true }),
    () => response.destroy(),
  );
}

/** Who calls could not be found out: nothing of the caller's is wrong. */
function unanswered(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else sendJson(response, { status: 500, json: UNANSWERED, isLast: true });
}
