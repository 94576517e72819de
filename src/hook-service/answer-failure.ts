import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import { errorCode } from '../operations/error-code.js';
import type { RefusalReason } from './call-record.js';
import type { Caller } from './caller-authentication.js';
import type { TokenHookService } from './token-hook.service.js';

/** Codes for bodies that never became a request: Fastify's and our own. */
const BODY_FAULTS: Readonly<Record<string, RefusalReason>> = {
  NOT_JSON: 'not_json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_EMPTY_TYPE: 'not_json',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'not_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'not_json',
};

/** How long the rest of a body that is not wanted may take, in milliseconds: within the 3 s that Okta waits. */
const DRAINING_MS = 2_000;

const UNANSWERED = JSON.stringify({ error: 'the request cannot be answered' });

interface FailedRequest {
  readonly caller: Caller | null;
  readonly raw: IncomingMessage;
}

/**
 * Turns whatever goes wrong after a caller has proved itself into a 200 by the failure policy: any other status would make
 * Okta mint without our claims and tell nobody. Everybody else gets a status and a fixed text.
 */
export async function answerFailure(
  error: unknown,
  { caller, raw }: FailedRequest,
  service: TokenHookService,
): Promise<{ readonly status: number; readonly json: string }> {
  if (caller === null) return { status: 500, json: UNANSWERED };
  const code = errorCode(error);
  const isGone = raw.destroyed && !raw.complete;
  const reason = isGone ? 'caller_gone' : (BODY_FAULTS[code] ?? 'internal');
  await drained(raw);
  return { status: 200, json: service.refuse(reason, caller, code) };
}

/**
 * Reads the rest of a body and throws it away, for a bounded time. Answering a caller that is still writing would reset its
 * connection before it reads, and turn a `deny` into a token without our claims.
 */
export async function drained(raw: IncomingMessage): Promise<void> {
  if (raw.complete || raw.destroyed) return;
  raw.resume();
  const signal = AbortSignal.timeout(DRAINING_MS);
  await finished(raw, { writable: false, cleanup: true, signal }).catch(() => undefined);
}
