import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { rootCertificates } from 'node:tls';
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
 * Fetches the text of a JWKS: over https alone, without following redirects, bounded in size and time.
 *
 * @throws JwksError
 */
export async function fetchJwks({ uri, ca }: JwksEndpoint, stopped: AbortSignal): Promise<string> {
  const late = AbortSignal.timeout(TIME_LIMIT_MS);
  try {
    return await readDocument(uri, ca, AbortSignal.any([late, stopped]));
  } catch (error) {
    if (error instanceof JwksError) throw error;
    if (late.aborted) {
      const limit = `${String(TIME_LIMIT_MS)} ms`;
      throw new JwksError('JWKS_TIMEOUT', `no JWKS within ${limit}`, { cause: error });
    }
    throw new JwksError(`JWKS_${codeOf(error)}`, 'the JWKS endpoint cannot be reached', { cause: error });
  }
}

async function readDocument(uri: string, ca: string | null, signal: AbortSignal): Promise<string> {
  const response = await get(uri, ca, signal);
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

function get(uri: string, ca: string | null, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(uri, {
      agent: false,
      headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'mintmark' },
      minVersion: 'TLSv1.2',
      // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: these keys decide who is let in.
      rejectUnauthorized: true,
      signal,
      ...(ca === null ? {} : { ca: [...rootCertificates, ca] }),
    });
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
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

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'UNREACHABLE';
}
