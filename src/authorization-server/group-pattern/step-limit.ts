/** More was to be done than may be: an expression or a pattern that would keep the server busy. */
export class StepLimitError extends Error {
  constructor() {
    super('it takes too many steps');
    this.name = 'StepLimitError';
  }
}

/** A fraction of a second: what nobody's claim needs. */
const USUAL_LIMIT = 1_000_000;

/** Counts what is done in small steps, so that the work is bounded whatever the texts are. */
export class StepLimit {
  constructor(private left: number = USUAL_LIMIT) {}

  /** @throws StepLimitError */
  spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new StepLimitError();
  }
}
