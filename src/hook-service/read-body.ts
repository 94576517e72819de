import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import { onlyHeaderValue } from '../caller/header-credential.js';
import { errorCode } from '../operations/error-code.js';
import type { RefusalReason } from './call-record.js';

/** The largest body that is read, in bytes; Okta's payloads are some thousands. */
export const BODY_LIMIT_BYTES = 128 * 1024;

/** Why a body never became a request. */
export interface BodyFault {
  readonly reason: Extract<RefusalReason, 'body_too_large' | 'not_json' | 'caller_gone'>;
  /** For the log: it quotes nothing of the body. */
  readonly detail: string;
}

export interface BodyReader {
  readonly onJson: (body: unknown) => void;
  readonly onFault: (fault: BodyFault) => void;
}

const TOO_LARGE: BodyFault = { reason: 'body_too_large', detail: 'BODY_TOO_LARGE' };
const WRONG_TYPE: BodyFault = { reason: 'not_json', detail: 'INVALID_MEDIA_TYPE' };
const NOT_JSON: BodyFault = { reason: 'not_json', detail: 'NOT_JSON' };

const JSON_TYPE = /^application\/json[ \t]*(?:;|$)/i;

/**
 * Reads a body that says it is JSON, up to the limit, and calls one of the two, once. What is too large or of another type is not
 * read at all: see `drained`.
 */
export function readJsonBody(raw: IncomingMessage, reader: BodyReader): void {
  const { rawHeaders } = raw;
  if (!JSON_TYPE.test(onlyHeaderValue(rawHeaders, 'content-type') ?? '')) {
    reader.onFault(WRONG_TYPE);
    return;
  }
  if (Number(onlyHeaderValue(rawHeaders, 'content-length') ?? 0) > BODY_LIMIT_BYTES) {
    reader.onFault(TOO_LARGE);
    return;
  }
  gather(raw, reader);
}

function gather(raw: IncomingMessage, reader: BodyReader): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const stop = (fault: BodyFault): void => {
    raw.off('data', take).off('end', end).off('error', fail);
    // What comes of the connection from here on is for whoever drains it; nobody else listens.
    raw.on('error', () => undefined);
    reader.onFault(fault);
  };
  const take = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES) stop(TOO_LARGE);
    else chunks.push(chunk);
  };
  const fail = (error: unknown): void => {
    stop({ reason: 'caller_gone', detail: errorCode(error) });
  };
  const end = (): void => {
    parse(chunks, reader);
  };
  raw.on('data', take).on('end', end).on('error', fail);
}

function parse(chunks: readonly Buffer[], { onJson, onFault }: BodyReader): void {
  const [only] = chunks;
  let body: unknown;
  try {
    body = parseJson(chunks.length === 1 && only ? only : Buffer.concat(chunks));
  } catch {
    // What the engine says quotes the body.
    onFault(NOT_JSON);
    return;
  }
  onJson(body);
}

const BYTE_ORDER_MARK = 0xfeff;

/** By the engine's own parser, which makes an ordinary member of `__proto__`: nothing here copies members into other objects. */
function parseJson(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  return JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text);
}

/** How long the rest of a body that is not wanted may take, in milliseconds: within the 3 s that Okta waits. */
const DRAINING_MS = 2_000;

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
