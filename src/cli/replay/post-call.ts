import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { performance } from 'node:perf_hooks';
import { RESPONSE_BYTES_LIMIT } from '../../okta/limits.js';
import { errorCode } from '../../operations/error-code.js';
import type { Answerer, HookAnswer } from './hook-answer.js';
import type { Redact } from './redact.js';

/** A hook to call, and how. */
export interface HookTarget {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM of the CA to trust in place of the system's; undefined for those. */
  readonly ca: string | undefined;
  /** How long Okta waits, in milliseconds. */
  readonly budgetMs: number;
  /** Connections at once. */
  readonly concurrency: number;
  readonly redact: Redact;
}

/** Calls a hook over HTTP as Okta does: one try, no redirects, and no longer than the budget. */
export function postingTo(target: HookTarget): Answerer {
  const { url, ca, concurrency } = target;
  const isTls = url.protocol === 'https:';
  const options = { keepAlive: true, maxSockets: concurrency };
  const agent = isTls
    ? new HttpsAgent({ ...options, ...(ca === undefined ? {} : { ca }) })
    : new HttpAgent(options);
  return {
    // A query may hold a key.
    name: `${url.origin}${url.pathname}`,
    answer: (body) =>
      postCall(body, target, (headers, signal) =>
        (isTls ? httpsRequest : httpRequest)(url, { method: 'POST', agent, headers, signal }),
      ),
    close: () => {
      agent.destroy();
    },
  };
}

type Open = (headers: Record<string, string>, signal: AbortSignal) => ReturnType<typeof httpRequest>;

async function postCall(body: string, target: HookTarget, open: Open): Promise<HookAnswer> {
  const beganAt = performance.now();
  const ms = (): number => performance.now() - beganAt;
  const budget = new AbortController();
  const timer = setTimeout(() => {
    budget.abort();
  }, target.budgetMs);
  try {
    const headers = {
      ...{ accept: 'application/json', 'content-type': 'application/json', 'user-agent': 'mintmark-replay' },
      ...target.headers,
      'content-length': String(Buffer.byteLength(body)),
    };
    const incoming = await responseTo(open(headers, budget.signal), body);
    return await readAnswer(incoming, { ms, redact: target.redact });
  } catch (error) {
    if (budget.signal.aborted) return { kind: 'timeout', ms: ms() };
    return { kind: 'unreachable', code: errorCode(error), ms: ms() };
  } finally {
    clearTimeout(timer);
  }
}

function responseTo(outgoing: ReturnType<typeof httpRequest>, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

interface Reading {
  readonly ms: () => number;
  readonly redact: Redact;
}

/** Reads a body as far as Okta would. */
async function readAnswer(incoming: IncomingMessage, { ms, redact }: Reading): Promise<HookAnswer> {
  const status = incoming.statusCode ?? 0;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming) {
    parts.push(part as Buffer);
    bytes += (part as Buffer).length;
    if (bytes >= RESPONSE_BYTES_LIMIT) {
      incoming.destroy();
      return { kind: 'oversize', status, bytes, ms: ms() };
    }
  }
  return {
    ...{ kind: 'answered', status, contentType: incoming.headers['content-type'] ?? null },
    text: redact(Buffer.concat(parts).toString('utf8')),
    ...{ bytes, ms: ms(), decided: null },
  };
}
