/** One value of a file that may hold many, or what is wrong at its place. */
export type JsonPiece =
  { readonly kind: 'value'; readonly text: string } | { readonly kind: 'fault'; readonly why: string };

/** Longest value, in bytes: far above what a hook takes, and a bound on what is in memory. */
export const PIECE_LIMIT_BYTES = 4 * 1024 * 1024;

const TOO_LARGE: JsonPiece = { kind: 'fault', why: 'it is larger than 4 MiB' };
const LINE_FEED = 0x0a;

/** The lines of a file of JSON Lines, without empty ones. A line that is too long is told, and skipped. */
export async function* splitLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<JsonPiece> {
  const line = new Gathered();
  for await (const chunk of bytes) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start);
      line.add(chunk.subarray(start, end === -1 ? undefined : end));
      if (end === -1) break;
      yield* line.take();
      start = end + 1;
    }
  }
  yield* line.take();
}

/** The parts of one value, up to the limit. */
class Gathered {
  #parts: Buffer[] = [];
  #length = 0;

  add(part: Uint8Array): void {
    this.#length += part.length;
    // The chunk is the stream's own: what is kept of it is copied.
    if (this.#length <= PIECE_LIMIT_BYTES) this.#parts.push(Buffer.from(part));
  }

  *take(): Generator<JsonPiece> {
    const [parts, isTooLarge] = [this.#parts, this.#length > PIECE_LIMIT_BYTES];
    this.#parts = [];
    this.#length = 0;
    if (isTooLarge) yield TOO_LARGE;
    else {
      const text = withoutMark(Buffer.concat(parts).toString('utf8')).trim();
      if (text !== '') yield { kind: 'value', text };
    }
  }
}

const BYTE_ORDER_MARK = '\uFEFF';

function withoutMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);
const OPENING_LIST = 0x5b;
const CLOSING_LIST = 0x5d;
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/**
 * The values of a JSON text that may be one value, a list of values, or values one after the other, as they come. Whether
 * each is well-formed is for whoever parses it; only where it begins and ends is looked for.
 */
export async function* splitJson(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<JsonPiece> {
  const splitter = new Splitter();
  for await (const chunk of bytes) {
    yield* splitter.push(chunk);
    if (splitter.hasGivenUp) return;
  }
  yield* splitter.end();
}

class Splitter {
  readonly #value = new Gathered();
  /** How many objects and lists are open within the value. */
  #depth = 0;
  #inText = false;
  #isEscaped = false;
  #isInValue = false;
  #layout: 'unknown' | 'list' | 'values' | 'ended' = 'unknown';
  hasGivenUp = false;

  *push(chunk: Uint8Array): Generator<JsonPiece> {
    let start = 0;
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index] ?? 0;
      if (this.#isInValue) {
        if (!this.#ends(byte)) continue;
        // A scalar ends before what follows it, which is looked at again.
        const end = this.#depth === 0 && CLOSING.has(byte) && this.#closed ? index + 1 : index;
        this.#value.add(chunk.subarray(start, end));
        yield* this.#value.take();
        this.#isInValue = false;
        if (end > index) continue;
      }
      if (this.#begins(byte)) start = index;
      if (this.hasGivenUp) {
        yield { kind: 'fault', why: 'something follows the end of the list' };
        return;
      }
    }
    if (this.#isInValue) this.#value.add(chunk.subarray(start));
  }

  *end(): Generator<JsonPiece> {
    if (this.#isInValue) yield* this.#value.take();
    if (this.#layout === 'list') yield { kind: 'fault', why: 'the list has no end' };
  }

  /** Whether the value that ended was an object or a list. */
  #closed = false;

  /** Whether a byte begins a value. */
  #begins(byte: number): boolean {
    if (SPACES.has(byte)) return false;
    if (this.#layout === 'ended') {
      this.hasGivenUp = true;
      return false;
    }
    if (this.#layout === 'unknown') {
      this.#layout = byte === OPENING_LIST ? 'list' : 'values';
      if (this.#layout === 'list') return false;
    }
    if (this.#layout === 'list' && byte === CLOSING_LIST) {
      this.#layout = 'ended';
      return false;
    }
    if (byte === COMMA) return false;
    this.#isInValue = true;
    this.#closed = false;
    this.#depth = OPENING.has(byte) ? 1 : 0;
    this.#inText = byte === QUOTE;
    return true;
  }

  /** Whether a byte of a value ends it: its own bracket, or what follows a scalar. */
  #ends(byte: number): boolean {
    if (this.#inText) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#inText = false;
      return false;
    }
    if (this.#depth === 0) return SPACES.has(byte) || byte === COMMA || byte === CLOSING_LIST;
    if (byte === QUOTE) this.#inText = true;
    else if (OPENING.has(byte)) this.#depth += 1;
    else if (CLOSING.has(byte)) {
      this.#depth -= 1;
      this.#closed = this.#depth === 0;
    }
    return this.#closed;
  }
}
