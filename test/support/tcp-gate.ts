import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTeardown } from './teardown.js';

/** A way to a server that can be blocked. */
export interface TcpGate {
  /** `host:port` */
  readonly host: string;
  /** Accepts as ever, and carries nothing any more: what is under way stays open and silent. */
  block(): void;
  /** Connections that were blocked stay silent for ever; new ones are carried. */
  unblock(): void;
  /** Blocked connections that are open now. */
  blocked(): number;
}

/** Opens a way to the server of a URL; it is closed when the test file is done. */
export async function startTcpGate(url: string): Promise<TcpGate> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const silent = new Set<Socket>();
  let isBlocked = false;
  const server = createServer((near) => {
    track(near, sockets);
    if (isBlocked) {
      silence(near);
      return;
    }
    const far = connect(Number(port), hostname);
    track(far, sockets);
    near.pipe(far);
    far.pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  const silence = (socket: Socket): void => {
    silent.add(socket);
    socket.on('close', () => silent.delete(socket));
    socket.unpipe();
    // Read and thrown away, so that the other side's close is noticed.
    socket.resume();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTeardown(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return {
    host: `127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    block: () => {
      isBlocked = true;
      for (const socket of sockets) silence(socket);
    },
    unblock: () => {
      isBlocked = false;
    },
    blocked: () => silent.size,
  };
}

function track(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket);
  socket.on('error', () => undefined);
  socket.on('close', () => sockets.delete(socket));
}
