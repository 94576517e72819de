import { finished } from 'node:stream/promises';
import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorCode } from '../operations/error-code.js';
import type { RefusalReason } from './call-record.js';
import { TokenHookService } from './token-hook.service.js';

/** Fastify's codes for bodies that never became a request. */
const BODY_FAULTS: Readonly<Record<string, RefusalReason>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_JSON_BODY: 'not_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'not_json',
  FST_ERR_CTP_EMPTY_TYPE: 'not_json',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'not_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'not_json',
};

/** How long the rest of a body that is not wanted may take, in milliseconds. */
const DRAINING_MS = 1_000;

/**
 * Turns whatever goes wrong after a caller has proved itself into a 200 by the failure policy: any other status would make
 * Okta mint without our claims and tell nobody. Everything else gets a status and a fixed text.
 */
@Catch()
export class HookFailureFilter implements ExceptionFilter {
  readonly #service: TokenHookService;

  constructor(@Inject(TokenHookService) service: TokenHookService) {
    this.#service = service;
  }

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const { caller, raw } = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (caller !== null) {
      const code = errorCode(error instanceof HttpException ? (error.cause ?? error) : error);
      const isGone = raw.destroyed && !raw.complete;
      const reason = isGone ? 'caller_gone' : (BODY_FAULTS[code] ?? 'internal');
      await drained(raw);
      await reply.code(200).send(this.#service.refuse(reason, caller, code));
      return;
    }
    const status = error instanceof HttpException ? error.getStatus() : 500;
    await reply.code(status).send({ error: status === 404 ? 'not found' : 'the request cannot be answered' });
  }
}

/**
 * Reads the rest of a body and throws it away, for a bounded time. Answering a caller that is still writing would reset its
 * connection before it reads, and turn a `deny` into a token without our claims.
 */
async function drained(raw: FastifyRequest['raw']): Promise<void> {
  if (raw.complete || raw.destroyed) return;
  raw.resume();
  const signal = AbortSignal.timeout(DRAINING_MS);
  await finished(raw, { writable: false, cleanup: true, signal }).catch(() => undefined);
}
