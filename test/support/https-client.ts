import { once } from 'node:events';
import { Agent, request, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

export interface HttpsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpsRequest {
  readonly method?: string;
  /** Pairs keep duplicates. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Buffer;
  /** PEM of the CA to trust. */
  readonly ca: string;
  readonly tls?: Pick<RequestOptions, 'minVersion' | 'maxVersion'>;
}

/** One HTTPS request on a connection of its own. */
export async function httpsCall(
  url: string,
  { method = 'POST', headers = [], body, ca, tls }: HttpsRequest,
): Promise<HttpsAnswer> {
  const agent = new Agent({ keepAlive: false });
  const lengths = body === undefined ? [] : [['content-length', String(Buffer.byteLength(body))] as const];
  const outgoing = request(url, { method, ca, agent, ...tls });
  for (const [name, values] of groupByName([...lengths, ...headers])) outgoing.setHeader(name, values);
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const answer = { status: incoming.statusCode ?? 0, headers: incoming.headers, body: await text(incoming) };
  agent.destroy();
  return answer;
}

function groupByName(
  headers: readonly (readonly [string, string])[],
): ReadonlyMap<string, readonly string[]> {
  const grouped = new Map<string, string[]>();
  for (const [name, value] of headers) grouped.set(name, [...(grouped.get(name) ?? []), value]);
  return grouped;
}
