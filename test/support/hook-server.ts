import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTeardown } from './teardown.js';

export interface ReceivedCall {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HookServer {
  readonly url: string;
  /** What was received so far. */
  readonly calls: readonly ReceivedCall[];
}

export type Respond = (response: ServerResponse, call: ReceivedCall) => void;

/** A hook of the test's own on a free port of loopback, over HTTPS where given a certificate; closed when the test file is done. */
export async function startHookServer(
  respond: Respond,
  tls: { readonly cert: string; readonly key: string } | null = null,
): Promise<HookServer> {
  const calls: ReceivedCall[] = [];
  const listener: RequestListener = (request, response) => {
    void text(request).then((body) => {
      const call = { method: request.method, url: request.url, headers: request.headers, body };
      calls.push(call);
      respond(response, call);
    });
  };
  const server = tls === null ? createServer(listener) : createHttpsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTeardown(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${tls === null ? 'http' : 'https'}://localhost:${String(port)}/okta/token-hook`, calls };
}

/** Answers every call alike. */
export function answering(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Respond {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}
