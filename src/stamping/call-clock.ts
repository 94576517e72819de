/** The steps of a call, in their order; those that a call does not come to are not there. */
export type StepName = 'authenticate' | 'receive' | 'check' | 'facts' | 'decide' | 'remember' | 'respond';

/** When a step ran: milliseconds on the monotonic clock. */
export interface Step {
  readonly step: StepName;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** What a call may still take, and what it has taken. Each step begins where the one before it ended. */
export class CallClock {
  readonly arrivedAt: number;
  readonly #monotonicNow: () => number;
  readonly #steps: Step[] = [];
  #lastAt: number;

  constructor(monotonicNow: () => number) {
    this.#monotonicNow = monotonicNow;
    this.arrivedAt = monotonicNow();
    this.#lastAt = this.arrivedAt;
  }

  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** When the last step ended, in milliseconds since the arrival. */
  get durationMs(): number {
    return this.#lastAt - this.arrivedAt;
  }

  end(step: StepName): void {
    const startedAt = this.#lastAt;
    this.#lastAt = this.#monotonicNow();
    this.#steps.push({ step, startedAt, endedAt: this.#lastAt });
  }

  /** Milliseconds left of the time that a call may take from its arrival; 0 or less when it has passed. */
  remainingMs(deadlineMs: number): number {
    return this.arrivedAt + deadlineMs - this.#monotonicNow();
  }
}
