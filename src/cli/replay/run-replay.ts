/** A replay: where calls come from, how one is answered, and who takes the answers. */
export interface Replay<Call, Answer> {
  readonly calls: AsyncIterable<Call>;
  readonly answer: (call: Call) => Promise<Answer>;
  /** Called in the order of the calls, one after the other. */
  readonly onAnswer: (call: Call, answer: Answer) => Promise<void> | void;
  /** How many calls may be under way at once. */
  readonly concurrency: number;
  /** No call is begun any more when it aborts; those under way end. */
  readonly interrupted: AbortSignal;
}

/** How many answers may wait for a slow one before them, for each call that may be under way. */
const WAITING_FACTOR = 8;

/**
 * Answers calls, some at a time, and hands the answers on in order. Reads no further than it can answer: what is in memory
 * is bounded, whatever the number of calls.
 */
export async function runReplay<Call, Answer>(replay: Replay<Call, Answer>): Promise<void> {
  const { calls, answer, onAnswer, concurrency, interrupted } = replay;
  const underWay = new Slots(concurrency);
  const waiting = new Slots(concurrency * WAITING_FACTOR);
  let failure: { readonly error: unknown } | undefined;
  let handedOn = Promise.resolve();
  for await (const call of calls) {
    await waiting.take();
    await underWay.take();
    if (failure !== undefined || interrupted.aborted) break;
    const answering = answer(call).finally(() => {
      underWay.free();
    });
    // What is not handed on any more must not be an unhandled rejection.
    answering.catch(() => undefined);
    handedOn = handedOn
      .then(async () => (failure === undefined ? onAnswer(call, await answering) : undefined))
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => {
        waiting.free();
      });
  }
  await handedOn;
  if (failure !== undefined) throw failure.error;
}

/** So many at once; whoever comes then waits. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async take(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  free(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
