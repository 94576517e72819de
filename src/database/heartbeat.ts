export interface HeartbeatTiming {
  /** Between a beat that was heard and the next one, in milliseconds. */
  readonly intervalMs: number;
  /** How long a beat may take before it is late, in milliseconds. */
  readonly lateMs: number;
  /** How much longer until it is given up, in milliseconds. */
  readonly patienceMs: number;
}

export interface HeartbeatOptions {
  readonly timing: HeartbeatTiming;
  readonly send: (beat: string) => Promise<void>;
  readonly onHeard: () => void;
  /** A late beat may still be heard. */
  readonly onLate: () => void;
  /** A beat could not be sent, or is not waited for any more: there is no other after it. */
  readonly onGone: (error: unknown) => void;
}

/** A connection does not carry its own heartbeat. */
export class SilentConnectionError extends Error {
  readonly code = 'SILENT';

  constructor() {
    super('the connection does not carry its own heartbeat');
    this.name = 'SilentConnectionError';
  }
}

/** Proves that a connection carries notices: sends one to itself, over and over, and has to hear each of them. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #sent = 0;
  #isAwaited = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  static start(options: HeartbeatOptions): Heartbeat {
    const heartbeat = new Heartbeat(options);
    heartbeat.#beat();
    return heartbeat;
  }

  /** Takes a beat that came back. */
  hear(beat: string): void {
    if (!this.#isAwaited || this.#isStopped || beat !== String(this.#sent)) return;
    this.#isAwaited = false;
    this.#options.onHeard();
    this.#wait(this.#options.timing.intervalMs, () => {
      this.#beat();
    });
  }

  /** Nobody is told anything after this. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #beat(): void {
    const { send, timing, onLate } = this.#options;
    this.#sent += 1;
    this.#isAwaited = true;
    send(String(this.#sent)).catch((error: unknown) => {
      this.#giveUp(error);
    });
    this.#wait(timing.lateMs, () => {
      // Where the process itself was held up, what has come meanwhile is read first.
      setImmediate(() => {
        if (!this.#isAwaited || this.#isStopped) return;
        onLate();
        this.#wait(timing.patienceMs, () => {
          this.#giveUp(new SilentConnectionError());
        });
      });
    });
  }

  #giveUp(error: unknown): void {
    if (this.#isStopped) return;
    this.stop();
    this.#options.onGone(error);
  }

  #wait(ms: number, then: () => void): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(then, ms);
    this.#timer.unref();
  }
}
