import { randomBytes } from 'node:crypto';
import { Heartbeat, SilentConnectionError, type HeartbeatTiming } from './heartbeat.js';
import type { Listen, Listening } from './listening.js';

/** Where the triggers of the directory announce what they touch; the migration says what notices look like. */
const CHANNEL = 'mintmark_changes';

export interface FeedTiming extends HeartbeatTiming {
  /** Before a new connection is tried, in milliseconds; doubled each time, up to the last. */
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
}

/** A connection that falls silent is noticed after `intervalMs + lateMs` at the latest. */
export const FEED_TIMING: FeedTiming = {
  ...{ intervalMs: 200, lateMs: 500, patienceMs: 1_500 },
  ...{ firstRetryMs: 250, lastRetryMs: 5_000 },
};

export interface ChangeFeedOptions {
  readonly listen: Listen;
  readonly timing?: FeedTiming;
  /** From 0 (included) to 1, such as `Math.random`. */
  readonly random: () => number;
  readonly onNotice: (payload: string) => void;
  /** From now on every change is heard. Changes of before may have gone unheard where `hasMissed`: whatever was kept is uncertain. */
  readonly onAlive: (hasMissed: boolean) => void;
  /** From now on changes may go unheard. */
  readonly onLost: (error: unknown) => void;
}

/** The connection of the feed has ended. */
export class FeedEndedError extends Error {
  readonly code = 'FEED_ENDED';

  constructor() {
    super('the connection of the change feed has ended');
    this.name = 'FeedEndedError';
  }
}

/**
 * Hears what changes in the directory, knows at any time whether it would, and tells its owner. It connects by itself, and again
 * whenever it has to, and counts as lost until it has heard its own heartbeat.
 */
export class ChangeFeed {
  readonly #options: ChangeFeedOptions;
  readonly #timing: FeedTiming;
  /** Each feed hears its own heartbeat and no other's. */
  readonly #beats = `mintmark_beat_${randomBytes(8).toString('hex')}`;
  #state: 'starting' | 'alive' | 'lost' = 'starting';
  #isStopped = false;
  #connecting: Promise<void> = Promise.resolve();
  #listening: Listening | undefined;
  #heartbeat: Heartbeat | undefined;
  /** Whether nothing has been heard yet on the connection there is. */
  #isNew = true;
  #retryMs: number;
  #retry: NodeJS.Timeout | undefined;

  private constructor(options: ChangeFeedOptions) {
    this.#options = options;
    this.#timing = options.timing ?? FEED_TIMING;
    this.#retryMs = this.#timing.firstRetryMs;
  }

  /** Begins to connect; nobody has to wait for it. */
  static start(options: ChangeFeedOptions): ChangeFeed {
    const feed = new ChangeFeed(options);
    feed.#connecting = feed.#connect();
    return feed;
  }

  get isAlive(): boolean {
    return this.#state === 'alive';
  }

  /** Ends it; its owner is told nothing more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#state = 'lost';
    clearTimeout(this.#retry);
    await this.#connecting;
    await this.#letGo();
  }

  async #connect(): Promise<void> {
    this.#isNew = true;
    try {
      this.#listening = await this.#options.listen([CHANNEL, this.#beats], {
        onNotice: (channel, payload) => {
          this.#take(channel, payload);
        },
        onEnd: () => {
          this.#reconnect(new FeedEndedError());
        },
      });
    } catch (error) {
      this.#reconnect(error);
      return;
    }
    if (this.#isStopped) return;
    const { send } = this.#listening;
    if (send === null) this.#live();
    else this.#heartbeat = this.#startHeartbeat(send);
  }

  #startHeartbeat(send: NonNullable<Listening['send']>): Heartbeat {
    return Heartbeat.start({
      timing: this.#timing,
      send: (beat) => send(this.#beats, beat),
      onHeard: () => {
        this.#live();
      },
      onLate: () => {
        this.#lose(new SilentConnectionError());
      },
      onGone: (error) => {
        this.#reconnect(error);
      },
    });
  }

  #take(channel: string, payload: string): void {
    if (this.#isStopped) return;
    if (channel === this.#beats) this.#heartbeat?.hear(payload);
    else this.#options.onNotice(payload);
  }

  /** What was late on a connection was not missed: a beat is heard after whatever was sent before it. */
  #live(): void {
    const hasMissed = this.#isNew;
    this.#isNew = false;
    this.#retryMs = this.#timing.firstRetryMs;
    if (this.#state === 'alive') return;
    this.#state = 'alive';
    this.#options.onAlive(hasMissed);
  }

  #lose(error: unknown): void {
    if (this.#isStopped || this.#state === 'lost') return;
    this.#state = 'lost';
    this.#options.onLost(error);
  }

  #reconnect(error: unknown): void {
    if (this.#isStopped) return;
    this.#lose(error);
    const lettingGo = this.#letGo();
    // Replicas that lost the same server do not all come back at one moment.
    const waitMs = this.#retryMs * (0.5 + this.#options.random() / 2);
    this.#retryMs = Math.min(2 * this.#retryMs, this.#timing.lastRetryMs);
    this.#retry = setTimeout(() => {
      this.#connecting = lettingGo.then(() => this.#connect());
    }, waitMs);
    this.#retry.unref();
  }

  async #letGo(): Promise<void> {
    this.#heartbeat?.stop();
    const listening = this.#listening;
    this.#heartbeat = undefined;
    this.#listening = undefined;
    await listening?.close().catch(() => undefined);
  }
}
