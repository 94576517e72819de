import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/** Lets so many through in a second, evenly; everybody at once where there is no rate. */
export class Pace {
  readonly #intervalMs: number;
  readonly #interrupted: AbortSignal;
  #nextAt = 0;

  constructor(perSecond: number | null, interrupted: AbortSignal) {
    this.#intervalMs = perSecond === null ? 0 : 1000 / perSecond;
    this.#interrupted = interrupted;
    // One for each call that waits, however many there may be at once; Node would warn of eleven.
    setMaxListeners(0, interrupted);
  }

  async next(): Promise<void> {
    if (this.#intervalMs === 0) return;
    const now = performance.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + this.#intervalMs;
    if (at > now) await delay(at - now, undefined, { signal: this.#interrupted }).catch(() => undefined);
  }
}
