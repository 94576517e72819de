import { readFile } from 'node:fs/promises';
import { request, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { errorCode } from '../operations/error-code.js';
import { UsageError } from './cli-context.js';

/** What a running playground tells its tools, in `playground.json`. */
export interface PlaygroundAccess {
  readonly authorizationServerUrl: string;
  readonly issuer: string;
  readonly controlToken: string;
  readonly caFile: string;
  readonly clients: readonly { readonly clientId: string }[];
}

/** The playground does not answer; entries exit with 1. */
export class PlaygroundError extends Error {
  readonly code = 'REFUSED';

  constructor(message: string) {
    super(message);
    this.name = 'PlaygroundError';
  }
}

const WAIT_MS = 10_000;

/** @throws UsageError where no playground has been started in the folder */
export async function readPlaygroundAccess(folder: string): Promise<PlaygroundAccess> {
  const file = join(folder, 'playground.json');
  const state = parsed(await readFile(file, 'utf8').catch(() => ''));
  if (!isPlaygroundAccess(state))
    throw new UsageError(`${file} names no authorization server: start the playground with "npm start".`);
  return state;
}

function isPlaygroundAccess(value: unknown): value is PlaygroundAccess {
  if (!isRecord(value)) return false;
  const texts = ['authorizationServerUrl', 'issuer', 'controlToken', 'caFile'];
  const { clients } = value;
  return (
    texts.every((name) => typeof value[name] === 'string') &&
    Array.isArray(clients) &&
    clients.every((client) => isRecord(client) && typeof client['clientId'] === 'string')
  );
}

/**
 * One request to the control of the playground's authorization server.
 *
 * @throws PlaygroundError with what OAuth or Okta's API says, or where nobody listens
 */
export async function control(access: PlaygroundAccess, path: string, body: unknown): Promise<unknown> {
  const options = {
    method: 'POST',
    ca: await readFile(access.caFile),
    headers: { authorization: `Bearer ${access.controlToken}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(WAIT_MS),
  };
  const url = `${access.authorizationServerUrl}/_mintmark/${path}`;
  const { status, answer } = await send(url, options, JSON.stringify(body)).catch((error: unknown) => {
    throw new PlaygroundError(`${url} does not answer (${errorCode(error)}): is the playground running?`);
  });
  if (status === 200) return answer;
  throw new PlaygroundError(`Refused (${String(status)}): ${describeRefusal(answer)}`);
}

interface Answer {
  readonly status: number | undefined;
  readonly answer: unknown;
}

function send(url: string, options: RequestOptions, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (incoming) => {
      text(incoming).then((answer) => {
        resolve({ status: incoming.statusCode, answer: parsed(answer) });
      }, reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** OAuth's shape, or that of Okta's API. */
function describeRefusal(answer: unknown): string {
  if (!isRecord(answer)) return 'no reason was given';
  const { error, error_description: description, errorSummary } = answer;
  if (typeof error === 'string') return `${error}: ${String(description)}`;
  return typeof errorSummary === 'string' ? errorSummary : 'no reason was given';
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
