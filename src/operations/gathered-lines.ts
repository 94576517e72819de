import type { DestinationStream } from 'pino';

/** Where lines go in the end: off the request path, without blocking. */
export interface LineTarget extends DestinationStream {
  flush(done: (error?: Error | null) => void): void;
}

/** So many characters are passed on at once, or what has come within so many milliseconds: a write costs more than a line. */
const GATHERED_CHARACTERS = 32 * 1024;
const GATHERING_MS = 100;

/**
 * Gathers lines and passes them on together. The target could gather them itself, but measures all that it has gathered at
 * each line.
 */
export class GatheredLines implements LineTarget {
  readonly #target: LineTarget;
  #lines = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(target: LineTarget) {
    this.#target = target;
  }

  write(line: string): void {
    this.#lines += line;
    if (this.#lines.length >= GATHERED_CHARACTERS) this.#passOn();
    else this.#timer ??= setTimeout(() => this.#passOn(), GATHERING_MS).unref();
  }

  flush(done: (error?: Error | null) => void): void {
    this.#passOn();
    this.#target.flush(done);
  }

  /** Takes what was not passed on yet: for the end of the process, which waits for no write any more. */
  take(): string {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#lines;
    this.#lines = '';
    return text;
  }

  #passOn(): void {
    const text = this.take();
    if (text !== '') this.#target.write(text);
  }
}
