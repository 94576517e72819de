import { once } from 'node:events';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTeardown } from './teardown.js';
import { testCertificates } from './test-hook.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface JwksEndpoint {
  readonly uri: string;
  /** PEM of the CA to trust. */
  readonly ca: string;
  /** Requests that came so far. */
  requests(): number;
  /** What is answered from now on. */
  answerWith(answer: Answer): void;
  /** Answers with these keys from now on. */
  publish(keys: readonly object[]): void;
  /** Ends the server: connections are refused from now on. */
  stop(): Promise<void>;
}

/** One for all endpoints of a test file: making one takes longer than a test. */
let certificates: ReturnType<typeof testCertificates> | undefined;

/** An https server for `localhost` on a free port that answers as the test wants: with keys, or with something else. */
export async function startJwksEndpoint(keys: readonly object[]): Promise<JwksEndpoint> {
  certificates ??= testCertificates();
  const { ca, cert, key } = await certificates;
  let requests = 0;
  let answer: Answer = jsonAnswer({ keys });
  const server = createServer({ cert, key }, (request, response) => {
    requests += 1;
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  onTeardown(stop);
  return {
    uri: `https://localhost:${String(port)}/keys`,
    ca,
    requests: () => requests,
    answerWith: (next) => {
      answer = next;
    },
    publish: (next) => {
      answer = jsonAnswer({ keys: next });
    },
    stop,
  };
}

/** Status 200 and a JSON body. */
export function jsonAnswer(body: unknown): Answer {
  return (_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  };
}
