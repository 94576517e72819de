import type { HookAnswer } from './hook-call.js';
import { readHookBody } from './read-hook-body.js';

/** What a token URL gave. */
export type TokenReading =
  | {
      readonly kind: 'token';
      readonly token: string;
      /** Null where the answer does not say how long the token lasts. */
      readonly expiresInSeconds: number | null;
    }
  /** `problem` goes on after "the token URL": free of what was sent, and of all but a code of what came. */
  | { readonly kind: 'failed'; readonly problem: string };

type Members = Readonly<Record<string, unknown>>;

/** Longest token that is sent on, in characters: a receiver's limit is usually 16 KB for all headers. */
const LONGEST_TOKEN = 8 * 1024;

/** What may stand after `Bearer` (RFC 6750, section 2.1). */
const TOKEN = /^[\w.~+/-]+=*$/;

/** Judges what came back from a token URL (RFC 6749, sections 5.1 and 5.2); pure. */
export function readTokenAnswer(answer: HookAnswer): TokenReading {
  switch (answer.kind) {
    case 'timeout':
      return failed(`did not respond within the ${String(answer.afterMs)} ms that it shares with the hook`);
    case 'unreachable':
      return failed(`could not be reached (${answer.code})`);
    case 'oversize':
      return failed('responded with 256 KB or more');
    case 'answered':
      return readStatus(answer.status, answer.body);
  }
}

function readStatus(status: number, body: Uint8Array): TokenReading {
  const responded = `responded with status ${String(status)}`;
  const members = readMembers(body);
  if (status >= 300 && status < 400) return failed(`${responded}, and redirects are not followed`);
  if (status !== 200) return failed(`${responded}${errorOf(members)}`);
  return members === undefined ? failed('responded with no JSON object') : readToken(members);
}

function readMembers(body: Uint8Array): Members | undefined {
  const reading = readHookBody(body);
  const value = reading.kind === 'json' ? reading.value : null;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** OAuth's code alone: a description may quote what was sent. */
function errorOf(members: Members | undefined): string {
  const error = members?.['error'];
  return typeof error === 'string' && /^\w{1,64}$/.test(error) ? ` (${error})` : '';
}

function readToken(members: Members): TokenReading {
  const { access_token: token, token_type: type = 'Bearer', expires_in: expiresIn } = members;
  if (typeof token !== 'string' || token === '') return failed('responded without an access_token');
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    return failed('responded with a token_type other than Bearer');
  }
  if (!TOKEN.test(token) || token.length > LONGEST_TOKEN) {
    return failed('responded with an access_token that cannot be sent as a Bearer token');
  }
  return { kind: 'token', token, expiresInSeconds: isSeconds(expiresIn) ? expiresIn : null };
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function failed(problem: string): TokenReading {
  return { kind: 'failed', problem };
}
