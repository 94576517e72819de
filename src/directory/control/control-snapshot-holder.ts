import type { ControlSnapshot } from './control-snapshot.js';

export interface ControlSnapshotHolderOptions {
  readonly read: () => Promise<ControlSnapshot>;
  readonly refreshMs: number;
  /** Called where a refresh failed; the last snapshot stays in force. */
  readonly onError: (error: unknown) => void;
  /** Called with every new snapshot. */
  readonly onRefresh?: (snapshot: ControlSnapshot) => void;
}

/** Keeps the control snapshot in memory and refreshes it off the request path. */
export class ControlSnapshotHolder {
  readonly #options: ControlSnapshotHolderOptions;
  #current: ControlSnapshot;
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> = Promise.resolve();
  #stopped = false;

  private constructor(options: ControlSnapshotHolderOptions, first: ControlSnapshot) {
    this.#options = options;
    this.#current = first;
    this.#schedule();
  }

  /** Reads the first snapshot. @throws whatever the reading threw */
  static async start(options: ControlSnapshotHolderOptions): Promise<ControlSnapshotHolder> {
    const first = await options.read();
    options.onRefresh?.(first);
    return new ControlSnapshotHolder(options, first);
  }

  get current(): ControlSnapshot {
    return this.#current;
  }

  /** Ends refreshing; a refresh under way is waited for. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#refreshing;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#refreshing = this.#refresh().finally(() => {
        this.#schedule();
      });
    }, this.#options.refreshMs);
    this.#timer.unref();
  }

  async #refresh(): Promise<void> {
    try {
      this.#current = await this.#options.read();
      this.#options.onRefresh?.(this.#current);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
