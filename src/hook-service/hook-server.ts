import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:https';
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
  /** Connections that are open stay as they are; new ones are shown the new certificate. */
  replaceCertificate(pair: TlsKeyPair): void;
  /** Cuts off whoever is connected, also those that have not sent anything yet. */
  endConnections(): void;
}

export function createHookServer(listener: RequestListener, pair: TlsKeyPair): HookServer {
  const server = createServer({ ...secureOptions(pair), ...LIMITS }, listener);
  const sockets = trackSockets(server);
  return {
    server,
    replaceCertificate: (next) => {
      server.setSecureContext(secureOptions(next));
    },
    endConnections: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function secureOptions({ cert, key }: TlsKeyPair): TlsKeyPair & { readonly minVersion: 'TLSv1.2' } {
  return { cert, key, minVersion: 'TLSv1.2' };
}

function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}
