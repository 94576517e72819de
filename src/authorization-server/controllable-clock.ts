/** The time that the mini authorization server goes by. Tests move it; expiries, rotations and windows follow. */
export class ControllableClock {
  readonly #system: () => number;
  #frozenAt: number | null = null;
  #offset = 0;

  /** @param system milliseconds since the epoch */
  constructor(system: () => number = Date.now) {
    this.#system = system;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#frozenAt ?? this.#system() + this.#offset;
  }

  /** Moves by so many milliseconds; a clock that stands still goes on standing. */
  advance(ms: number): void {
    if (this.#frozenAt === null) this.#offset += ms;
    else this.#frozenAt += ms;
  }

  /** Stands still at an instant, in milliseconds since the epoch. */
  freeze(instant: number): void {
    this.#frozenAt = instant;
  }

  /** Goes with the system's clock again. */
  reset(): void {
    this.#frozenAt = null;
    this.#offset = 0;
  }
}
