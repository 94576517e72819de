import { readFileSync } from 'node:fs';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { cpuMicros } from './process-figures.js';

/** What the load generator is told to do. Requests go round the bodies, from where the last order ended. */
export interface LoadOrder {
  readonly port: number;
  /** Null for plain HTTP. */
  readonly caFile: string | null;
  readonly path: string;
  readonly contentType: string;
  /** One body on each line. */
  readonly bodiesFile: string;
  readonly connections: number;
  /** Lines of the header, each ending in CRLF, besides those of every request. */
  readonly header: string;
  /** Null where `header` says who calls. */
  readonly tokens: Tokens | null;
  readonly warmUpCalls: number;
  readonly limit: { readonly calls: number } | { readonly seconds: number };
  /** Whether the load generator never sleeps: see `stayAwake`. */
  readonly isSleepless: boolean;
  /** Whose CPU time is read. */
  readonly serverPid: number;
  /** Shorter answers are none that stamp. */
  readonly shortestAnswer: number;
}

/** Bearer tokens, one on each line of a file. The warm-up repeats the first. */
export interface Tokens {
  readonly file: string;
  /** The line that the first call has; the next call has the next one, and the last is followed by the first. */
  readonly from: number;
}

/** What came of it, the warm-up left out. */
export interface LoadResult {
  readonly calls: number;
  readonly seconds: number;
  readonly serverCpuMicros: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

export type LoadReply =
  { readonly kind: 'done'; readonly result: LoadResult } | { readonly kind: 'failed'; readonly why: string };

/** Takes orders from the parent process, one after the other. */
export function serveOrders(): void {
  process.on('message', (message) => {
    const order = message as LoadOrder; // both ends are this program
    generateLoad(order).then(
      (result) => process.send?.({ kind: 'done', result } satisfies LoadReply),
      (error: unknown) => process.send?.({ kind: 'failed', why: String(error) } satisfies LoadReply),
    );
  });
  process.on('disconnect', () => process.exit(0));
}

const files = new Map<string, readonly Buffer[]>();
let nextBody = 0;

function linesOf(file: string): readonly Buffer[] {
  const known = files.get(file);
  if (known !== undefined) return known;
  const lines = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => Buffer.from(line));
  files.set(file, lines);
  return lines;
}

async function generateLoad(order: LoadOrder): Promise<LoadResult> {
  const sockets = await Promise.all(Array.from({ length: order.connections }, () => open(order)));
  try {
    const write = requestWriter(order);
    const { shortestAnswer, limit } = order;
    let until = Number.POSITIVE_INFINITY;
    if (order.warmUpCalls > 0) {
      until = performance.now() + KEPT_MS;
      const warmUp = requestWriter(order, { isSameToken: true });
      await callAll(sockets, warmUp, {
        limit: { calls: order.warmUpCalls },
        shortestAnswer,
        isSleepless: false,
      });
    }
    const before = { server: cpuMicros(order.serverPid), at: performance.now() };
    const durations = await callAll(sockets, write, {
      limit,
      until,
      shortestAnswer,
      isSleepless: order.isSleepless,
    });
    const seconds = (performance.now() - before.at) / 1000;
    const sorted = Float64Array.from(durations).sort();
    return {
      calls: durations.length,
      seconds,
      serverCpuMicros: cpuMicros(order.serverPid) - before.server,
      medianMs: sorted[Math.floor(sorted.length / 2)] ?? NaN,
      p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? NaN,
    };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function open({ port, caFile }: LoadOrder): Promise<Socket> {
  const host = '127.0.0.1';
  const socket =
    caFile === null
      ? connectPlain({ host, port })
      : connect({ host, port, servername: 'localhost', ca: readFileSync(caFile), minVersion: 'TLSv1.3' });
  await new Promise<void>((resolve, reject) => {
    socket.once(caFile === null ? 'connect' : 'secureConnect', resolve).once('error', reject);
  });
  return socket.setNoDelay(true);
}

/** Makes the next request, as one chunk: it costs less to send than anything else would. */
function requestWriter(order: LoadOrder, { isSameToken = false } = {}): () => Buffer {
  const bodies = linesOf(order.bodiesFile);
  const takeToken = tokenTaker(order.tokens, isSameToken);
  const head = Buffer.from(
    `POST ${order.path} HTTP/1.1\r\nhost: localhost:${String(order.port)}\r\naccept: application/json\r\n` +
      `content-type: ${order.contentType}\r\nuser-agent: mintmark-bench\r\n${order.header}`,
  );
  return () => {
    const body = bodies[nextBody % bodies.length] ?? Buffer.alloc(0);
    nextBody += 1;
    const length = Buffer.from(`content-length: ${String(body.length)}\r\n\r\n`);
    const token = takeToken();
    return token === undefined
      ? Buffer.concat([head, length, body])
      : Buffer.concat([head, AUTHORIZATION, token, CRLF, length, body]);
  };
}

function tokenTaker(tokens: Tokens | null, isSameToken: boolean): () => Buffer | undefined {
  if (tokens === null) return () => undefined;
  const lines = linesOf(tokens.file);
  if (isSameToken) return () => lines[0];
  let next = tokens.from;
  return () => {
    const token = lines[next % lines.length];
    next += 1;
    return token;
  };
}

const AUTHORIZATION = Buffer.from('authorization: Bearer ');
const CRLF = Buffer.from('\r\n');

/** The hook keeps facts for 60 s: what was read first while warming up would be read again after that. */
const KEPT_MS = 58_000;

interface CallingLimits {
  readonly limit: LoadOrder['limit'];
  /** On the monotonic clock, in milliseconds: nothing is called later. */
  readonly until?: number;
  readonly shortestAnswer: number;
  /** While the hook is warming up, the database needs this core, too. */
  readonly isSleepless: boolean;
}

/** Calls over all connections until a limit, one call at a time on each. @returns how long each took, in milliseconds */
async function callAll(
  sockets: readonly Socket[],
  write: () => Buffer,
  { limit, until = Number.POSITIVE_INFINITY, shortestAnswer, isSleepless }: CallingLimits,
): Promise<readonly number[]> {
  const durations: number[] = [];
  const seconds = 'seconds' in limit ? limit.seconds : Number.POSITIVE_INFINITY;
  const end = Math.min(until, performance.now() + seconds * 1000);
  let left = 'calls' in limit ? limit.calls : Number.POSITIVE_INFINITY;
  const takeTurn = (): boolean => {
    left -= 1;
    return left >= 0 && performance.now() < end;
  };
  const rest = isSleepless ? stayAwake() : () => undefined;
  await Promise.all(
    sockets.map((socket) => callInTurn(socket, { write, takeTurn, shortestAnswer, durations })),
  ).finally(rest);
  return durations;
}

/**
 * Keeps this process from sleeping, until the returned function is called. Whoever writes to a sleeping process pays for
 * waking it: on a virtual machine that was 15 µs of a call, and all of it fell on the server that left us time to sleep.
 */
function stayAwake(): () => void {
  let isAwake = true;
  const turn = (): void => {
    if (isAwake) setImmediate(turn);
  };
  turn();
  return () => {
    isAwake = false;
  };
}

interface Turns {
  readonly write: () => Buffer;
  readonly takeTurn: () => boolean;
  readonly shortestAnswer: number;
  readonly durations: number[];
}

function callInTurn(socket: Socket, { write, takeTurn, shortestAnswer, durations }: Turns): Promise<void> {
  return new Promise((resolve, reject) => {
    let startedAt = 0;
    let rest: Buffer | undefined;
    const next = (): void => {
      if (!takeTurn()) {
        socket.off('data', take).off('error', reject).off('close', closed);
        resolve();
        return;
      }
      startedAt = performance.now();
      socket.write(write());
    };
    const closed = (): void => reject(new Error('the server closed the connection'));
    const take = (chunk: Buffer): void => {
      const seen = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
      const length = answerLength(seen);
      rest = length === undefined || seen.length < length.total ? seen : undefined;
      if (length === undefined || rest !== undefined) return;
      if (length.status !== '200' || length.body < shortestAnswer) {
        reject(new Error(`an answer is not what it should be: ${seen.toString().slice(0, 2000)}`));
        return;
      }
      durations.push(performance.now() - startedAt);
      next();
    };
    socket.on('data', take).once('error', reject).once('close', closed);
    next();
  });
}

interface AnswerLength {
  readonly status: string;
  readonly body: number;
  readonly total: number;
}

function answerLength(seen: Buffer): AnswerLength | undefined {
  const headEnd = seen.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = seen.toString('latin1', 0, headEnd);
  const body = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? NaN);
  return { status: head.slice(9, 12), body, total: headEnd + 4 + body };
}
