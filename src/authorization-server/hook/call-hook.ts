import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps, type RequestOptions } from 'node:https';
import { createSecureContext, rootCertificates } from 'node:tls';
import { RESPONSE_BYTES_LIMIT } from '../../okta/limits.js';
import { errorCode } from '../../operations/error-code.js';
import { befall, type Outcome } from './befall.js';
import type { CallHook, HookRequest } from './hook-call.js';

/** How long a call may take from its beginning to the last byte of its answer, in milliseconds (section 5). */
export const HOOK_DEADLINE_MS = 3_000;

export interface CallerOptions {
  /** PEM of a CA to trust besides those that Node brings along. */
  readonly ca: string | null;
  readonly deadlineMs?: number;
}

/** How long a connection may wait for the next call, in milliseconds: the most impatient of usual servers close theirs after 2 s. */
const IDLE_MS = 1_500;

/** Makes what calls hooks. Connections are kept for the next call; one that broke is an answer that did not come: nothing is sent twice. */
export function hookCaller({ ca, deadlineMs = HOOK_DEADLINE_MS }: CallerOptions): CallHook {
  const send = sender(ca);
  return async (request, fault, spentMs = 0) => {
    const began = performance.now();
    const late = AbortSignal.timeout(Math.max(0, Math.floor(deadlineMs - spentMs)));
    const timed = (outcome: Outcome) => ({ ...outcome, durationMs: performance.now() - began });
    try {
      const outcome = await readOutcome(await send(request, late));
      return timed(await befall(outcome, fault, late));
    } catch (error) {
      if (late.aborted) return timed({ kind: 'timeout', afterMs: deadlineMs });
      return timed({ kind: 'unreachable', code: errorCode(error) });
    }
  };
}

type Send = (request: HookRequest, signal: AbortSignal) => Promise<IncomingMessage>;

function sender(ca: string | null): Send {
  // Made once: reading a hundred root certificates takes some 50 ms.
  const secureContext = createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca === null ? {} : { ca: [...rootCertificates, ca] }),
  });
  // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: section 5, the certificate must be valid.
  const https = new HttpsAgent({
    keepAlive: true,
    timeout: IDLE_MS,
    secureContext,
    rejectUnauthorized: true,
  });
  const http = new HttpAgent({ keepAlive: true, timeout: IDLE_MS });
  return ({ uri, headers, body }, signal) =>
    new Promise((resolve, reject) => {
      const isPlain = /^http:/i.test(uri);
      const options: RequestOptions = {
        method: 'POST',
        headers: { ...Object.fromEntries(headers), 'content-length': Buffer.byteLength(body) },
        signal,
      };
      const outgoing = isPlain
        ? requestHttp(uri, { ...options, agent: http })
        : requestHttps(uri, { ...options, agent: https });
      outgoing.on('response', resolve);
      outgoing.on('error', reject);
      // Node closes an answer that switches protocols without a word, and then nothing else would come, not even the deadline.
      outgoing.on('close', () => reject(new ConnectionClosed()));
      outgoing.end(body);
    });
}

class ConnectionClosed extends Error {
  readonly code = 'ECONNRESET';
}

/** Reads the answer up to the limit of its size (section 2.1), and nothing of what comes after. */
async function readOutcome(response: IncomingMessage): Promise<Outcome> {
  const status = response.statusCode ?? 0;
  const contentType = response.headers['content-type'] ?? null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size >= RESPONSE_BYTES_LIMIT) return { kind: 'oversize', status, contentType };
      chunks.push(chunk);
    }
    return { kind: 'answered', status, contentType, body: Buffer.concat(chunks) };
  } finally {
    if (!response.complete) response.destroy();
  }
}
