import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TlsKeyPair } from '../config/tls-files.js';

/** Idle connections are kept longer than any balancer's idle time: a reconnect costs a caller 100 ms and more. */
const KEEP_ALIVE_MS = 650_000;

/** A request that is not whole by then is none that Okta still waits for. */
const REQUEST_TIMEOUT_MS = 10_000;

const LIMITS = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  headersTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: 1_000,
} as const;

/** The listener of the hook. It is made here, not by Fastify, so that its certificate can be replaced and its connections be ended. */
export interface HookServer {
  readonly server: Server;
  /** Connections that are open stay as they are; new ones are shown the new certificate. With plain HTTP there is none. */
  replaceCertificate(pair: TlsKeyPair): void;
  /** Cuts off whoever is connected, also those that have not sent anything yet. */
  endConnections(): void;
}

/** @param pair null for plain HTTP */
export function createHookServer(listener: RequestListener, pair: TlsKeyPair | null): HookServer {
  if (pair === null) {
    const server = createPlainServer(LIMITS, listener);
    return { server, replaceCertificate: () => undefined, endConnections: trackConnections(server) };
  }
  const server = createSecureServer({ ...secureOptions(pair), ...LIMITS }, listener);
  return {
    server,
    replaceCertificate: (next) => {
      server.setSecureContext(secureOptions(next));
    },
    endConnections: trackConnections(server),
  };
}

function secureOptions({ cert, key }: TlsKeyPair): TlsKeyPair & { readonly minVersion: 'TLSv1.2' } {
  return { cert, key, minVersion: 'TLSv1.2' };
}

/** @returns what cuts them off */
function trackConnections(server: Server): () => void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}
