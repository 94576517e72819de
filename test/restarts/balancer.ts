import { once } from 'node:events';
import { get } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const CHECK_MS = 100;
const CHECK_LIMIT_MS = 1_000;

/** Where a replica is. */
export interface Backend {
  readonly hookPort: number;
  readonly opsPort: number;
}

/**
 * A layer-4 balancer: hands each new connection to the next backend that said at the last look that it is ready, asks every
 * 100 ms, and never retries. What it cannot hand on is cut off.
 */
export class Balancer {
  readonly #server: Server;
  readonly #backends = new Map<Backend, { isReady: boolean }>();
  readonly #sockets = new Set<Socket>();
  readonly #timer: NodeJS.Timeout;
  #turn = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (near: Socket) => {
      this.#handOn(near);
    });
    this.#timer = setInterval(() => {
      this.#lookAround();
    }, CHECK_MS);
  }

  static async start(): Promise<Balancer> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Balancer(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  add(backend: Backend): void {
    this.#backends.set(backend, { isReady: false });
  }

  remove(backend: Backend): void {
    this.#backends.delete(backend);
  }

  isReady(backend: Backend): boolean {
    return this.#backends.get(backend)?.isReady === true;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #lookAround(): void {
    for (const [{ opsPort }, health] of this.#backends) {
      const look = get({ host: '127.0.0.1', port: opsPort, path: '/readyz', timeout: CHECK_LIMIT_MS });
      look.on('response', (answer) => {
        answer.resume();
        health.isReady = answer.statusCode === 200;
      });
      look.on('timeout', () => look.destroy());
      look.on('error', () => {
        health.isReady = false;
      });
    }
  }

  #handOn(near: Socket): void {
    this.#track(near);
    const ready = [...this.#backends].filter(([, { isReady }]) => isReady);
    this.#turn += 1;
    const [backend] = ready[this.#turn % Math.max(1, ready.length)] ?? [];
    if (backend === undefined) {
      near.destroy();
      return;
    }
    const far = connect({ port: backend.hookPort, host: '127.0.0.1', allowHalfOpen: true });
    this.#track(far);
    near.pipe(far);
    far.pipe(near);
    // What one side has sent before it closed still reaches the other.
    near.on('close', () => far.destroySoon());
    far.on('close', () => near.destroySoon());
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay();
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
