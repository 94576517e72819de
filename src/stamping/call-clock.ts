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
  readonly #names: StepName[] = [];
  readonly #ends: number[] = [];

  constructor(monotonicNow: () => number) {
    this.#monotonicNow = monotonicNow;
    this.arrivedAt = monotonicNow();
  }

  /** The steps so far; made when they are asked for, since most calls are only counted. */
  get steps(): readonly Step[] {
    return this.#names.map((step, index) => ({
      step,
      startedAt: this.#ends[index - 1] ?? this.arrivedAt,
      endedAt: this.#ends[index] ?? this.arrivedAt,
    }));
  }

  /** When the last step ended, in milliseconds since the arrival. */
  get durationMs(): number {
    return (this.#ends.at(-1) ?? this.arrivedAt) - this.arrivedAt;
  }

  end(step: StepName): void {
    this.#names.push(step);
    this.#ends.push(this.#monotonicNow());
  }

  /** Visits each step with how many milliseconds it took. */
  eachStep(visit: (step: StepName, milliseconds: number) => void): void {
    let startedAt = this.arrivedAt;
    let index = 0;
    for (const step of this.#names) {
      const endedAt = this.#ends[index] ?? startedAt;
      visit(step, endedAt - startedAt);
      startedAt = endedAt;
      index += 1;
    }
  }

  /** Milliseconds left of the time that a call may take from its arrival; 0 or less when it has passed. */
  remainingMs(deadlineMs: number): number {
    return this.arrivedAt + deadlineMs - this.#monotonicNow();
  }
}
