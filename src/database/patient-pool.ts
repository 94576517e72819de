import pg from 'pg';

/** How long a pool stays as large as it is after a connection could not be had, in milliseconds. */
const PAUSE_MS = 500;

type ConnectCallback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: boolean | Error) => void,
) => void;

/**
 * A pool that does not insist on growing. The driver's own fails whoever asks for another connection while the server has none to
 * give, though one of its open ones may be free a moment later, and tries as many at once as it may have: a storm on a
 * server that is in trouble already. Here whoever was refused waits for an open connection, where there is one, and for a
 * while no other connection is tried than a single first one.
 */
export class PatientPool extends pg.Pool {
  readonly #size: number;
  #open = 0;
  #growing: NodeJS.Timeout | undefined;

  constructor(options: pg.PoolConfig & { readonly max: number }) {
    super(options);
    this.#size = options.max;
    this.on('connect', (client) => {
      this.#open += 1;
      // A client that breaks while it changes hands has no listener for a moment, and would end the process. Its query fails anyway.
      client.on('error', () => undefined);
    });
    this.on('remove', () => (this.#open -= 1));
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): unknown {
    const borrowing = this.#borrow();
    if (callback === undefined) return borrowing;
    borrowing.then(
      (client) => {
        callback(undefined, client, (release) => {
          client.release(release);
        });
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)), undefined, () => undefined);
      },
    );
    return undefined;
  }

  async #borrow(): Promise<pg.PoolClient> {
    const startedAt = performance.now();
    const isFull = this.totalCount >= (this.options.max ?? this.#size);
    try {
      return await super.connect();
    } catch (error) {
      // Then it waited in vain for an open connection, or for the pool's end: no other was tried.
      if (isFull || this.ending) throw error;
      this.#pauseGrowing();
      const tookLong = performance.now() - startedAt > PAUSE_MS;
      if (tookLong || this.#open === 0) throw error;
      return super.connect();
    }
  }

  #pauseGrowing(): void {
    this.options.max = Math.max(1, this.#open);
    clearTimeout(this.#growing);
    this.#growing = setTimeout(() => {
      this.options.max = this.#size;
    }, PAUSE_MS);
    this.#growing.unref();
  }
}
