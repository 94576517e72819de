import type { LineTarget } from './gathered-lines.js';

/** What sonic-boom is in the content mode `buffer`, which its types do not know. */
export interface ByteStream {
  write(bytes: Uint8Array): unknown;
  flush(done: (error?: Error | null) => void): void;
  /** @param listener of `write`: is told how many of the bytes that it took are written; of `drop`: what it did not take */
  on(event: 'write', listener: (count: number) => void): unknown;
  on(event: 'drop', listener: (bytes: Uint8Array) => void): unknown;
}

/** So many characters always find room: one takes three bytes at most. */
const BUFFER_BYTES = 128 * 1024;
const FITTING_CHARACTERS = BUFFER_BYTES / 3;

/** Where more than so many wait for a slow reader, others are made for once. */
const MAX_BUFFERS = 16;

/**
 * Writes texts as UTF-8 from a few buffers that are used again once they are written. As texts, or each in a buffer of its own, they
 * often outlived two collections while they waited, and stayed in memory until the next full one.
 */
export class Utf8Target implements LineTarget {
  readonly #stream: ByteStream;
  readonly #free: Buffer[] = [];
  /** In the order of their writes, each with the position in the stream where it ends. */
  readonly #waiting: { readonly buffer: Buffer; readonly end: number }[] = [];
  #end = 0;
  #written = 0;

  constructor(stream: ByteStream) {
    this.#stream = stream;
    stream.on('write', (count) => {
      this.#release(count);
    });
    stream.on('drop', (bytes) => {
      this.#takeBack(bytes);
    });
  }

  write(text: string): void {
    const buffer = text.length <= FITTING_CHARACTERS ? this.#freeBuffer() : undefined;
    const bytes = buffer?.subarray(0, buffer.write(text)) ?? Buffer.from(text);
    this.#end += bytes.length;
    if (buffer !== undefined) this.#waiting.push({ buffer, end: this.#end });
    this.#stream.write(bytes);
  }

  flush(done: (error?: Error | null) => void): void {
    this.#stream.flush(done);
  }

  #freeBuffer(): Buffer | undefined {
    const free = this.#free.pop();
    if (free !== undefined || this.#waiting.length >= MAX_BUFFERS) return free;
    return Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }

  #release(count: number): void {
    this.#written += count;
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined || first.end > this.#written) return;
      this.#waiting.shift();
      this.#free.push(first.buffer);
    }
  }

  /** The stream drops what it was given last, and at once. */
  #takeBack({ length }: Uint8Array): void {
    const last = this.#waiting.at(-1);
    if (last?.end === this.#end) {
      this.#waiting.pop();
      this.#free.push(last.buffer);
    }
    this.#end -= length;
  }
}
