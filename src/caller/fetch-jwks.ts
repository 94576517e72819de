import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { createSecureContext, rootCertificates } from 'node:tls';
import { JwksError } from './key-set.js';

export interface JwksEndpoint {
  /** An https URL, of the configuration's: never one that a token names. */
  readonly uri: string;
  /** PEM of a CA to trust besides those that Node brings along. */
  readonly ca: string | null;
}

/** The largest document that is read, in bytes; Okta's has about 500 for each key. */
const BYTES_LIMIT = 64 * 1024;

/** How long the whole of it may take, in milliseconds. */
const TIME_LIMIT_MS = 3_000;

/**
 * Makes what fetches the text of a JWKS: over https alone, without following redirects, bounded in size and time. It throws
 * a JwksError.
 */
export function jwksFetcher({ uri, ca }: JwksEndpoint): (stopped: AbortSignal) => Promise<string> {
  // Made once: reading a hundred root certificates takes some 50 ms in which no call is answered.
  const secureContext = createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca === null ? {} : { ca: [...rootCertificates, ca] }),
  });
  const agent = new Agent({
    keepAlive: false,
    secureContext,
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: these keys decide who is let in.
    rejectUnauthorized: true,
  });
  return async (stopped) => {
    const late = AbortSignal.timeout(TIME_LIMIT_MS);
    try {
      return await readDocument(uri, agent, AbortSignal.any([late, stopped]));
    } catch (error) {
      throw late.aborted ? tooSlow(error) : asJwksError(error);
    }
  };
}

function tooSlow(cause: unknown): JwksError {
  return new JwksError('JWKS_TIMEOUT', `no JWKS within ${String(TIME_LIMIT_MS)} ms`, { cause });
}

function asJwksError(cause: unknown): JwksError {
  if (cause instanceof JwksError) return cause;
  return new JwksError(`JWKS_${codeOf(cause)}`, 'the JWKS endpoint cannot be reached', { cause });
}

async function readDocument(uri: string, agent: Agent, signal: AbortSignal): Promise<string> {
  const response = await get(uri, agent, signal);
  try {
    assertPlainDocument(response);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > BYTES_LIMIT) throw tooLarge();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    response.destroy();
  }
}

function get(uri: string, agent: Agent, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(uri, {
      agent,
      headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'mintmark' },
      signal,
    });
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    // Node ends an answer that switches protocols without a word, and then not even the time limit would be heard.
    outgoing.on('close', () =>
      reject(new JwksError('JWKS_CLOSED', 'the JWKS endpoint closed the connection')),
    );
    outgoing.end();
  });
}

function assertPlainDocument({ statusCode, headers }: IncomingMessage): void {
  if (statusCode !== 200)
    throw new JwksError('JWKS_STATUS', `the JWKS endpoint answered with status ${String(statusCode)}`);
  const { 'content-encoding': encoding = 'identity', 'content-length': length } = headers;
  if (encoding !== 'identity') throw new JwksError('JWKS_ENCODED', 'the JWKS is compressed');
  if (Number(length ?? 0) > BYTES_LIMIT) throw tooLarge();
}

function tooLarge(): JwksError {
  return new JwksError('JWKS_TOO_LARGE', `the JWKS has more than ${String(BYTES_LIMIT)} bytes`);
}

/** The system's or OpenSSL's code of a failed connection, such as `ECONNREFUSED`. */
function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'UNREACHABLE';
}
