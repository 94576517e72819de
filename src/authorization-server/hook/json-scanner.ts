import type { JsonPath } from './read-hook-response.js';

/** Deepest nesting that is read; deserializers have such a limit, and work on a body stays bounded by it. */
export const NESTING_LIMIT = 1_000;

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
/** A string up to its closing quote, or up to what must not be in it. */
const STRING_BEGINNING = /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[ !#-[\]-\uffff]*)*/y;

/** Called with each value of a document, in order, and where it begins. */
type Visit = (path: readonly (string | number)[], offset: number) => void;

/** Where a text stops being JSON, as an offset; null where it is JSON, and nested no deeper than the limit. */
export function findJsonFault(text: string): number | null {
  const scanner = new JsonScanner(text, () => undefined);
  return scanner.scan() ? null : scanner.offset;
}

/** Where a value of a JSON text begins; for one that is not there, where what would have it begins. */
export function findJsonValue(text: string, path: JsonPath): number {
  let found = 0;
  const scanner = new JsonScanner(text, (visited, offset) => {
    // A member that is there twice counts as the last one, as for JSON.parse.
    if (visited.every((name, index) => name === path[index])) found = offset;
  });
  scanner.scan();
  return found;
}

/** Line and column of an offset, both from 1; columns are UTF-16 units. */
export function lineAndColumn(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** Reads JSON (RFC 8259) for its places alone. Every method says whether it could go on from where it stood. */
class JsonScanner {
  offset = 0;
  readonly #path: (string | number)[] = [];
  readonly #text: string;
  readonly #visit: Visit;

  constructor(text: string, visit: Visit) {
    this.#text = text;
    this.#visit = visit;
  }

  scan(): boolean {
    return this.#value() && this.offset === this.#text.length;
  }

  #value(): boolean {
    this.#take(SPACE);
    if (this.#path.length > NESTING_LIMIT) return false;
    this.#visit(this.#path, this.offset);
    return this.#token() && this.#take(SPACE);
  }

  #token(): boolean {
    switch (this.#text[this.offset]) {
      case '{':
        return this.#structure('}', () => this.#member());
      case '[':
        return this.#structure(']', (index) => this.#within(index));
      case '"':
        return this.#string() !== null;
      default:
        return this.#take(WORD) || this.#take(NUMBER);
    }
  }

  #structure(end: string, part: (index: number) => boolean): boolean {
    this.offset += 1;
    this.#take(SPACE);
    if (this.#skip(end)) return true;
    for (let index = 0; part(index); index += 1) {
      if (this.#skip(end)) return true;
      if (!this.#skip(',')) return false;
    }
    return false;
  }

  #member(): boolean {
    this.#take(SPACE);
    const name = this.#string();
    if (name === null) return false;
    this.#take(SPACE);
    return this.#skip(':') && this.#within(name);
  }

  #within(name: string | number): boolean {
    this.#path.push(name);
    const isRead = this.#value();
    this.#path.pop();
    return isRead;
  }

  /** The string that begins here, unescaped. */
  #string(): string | null {
    const start = this.offset;
    if (!this.#take(STRING_BEGINNING) || !this.#skip('"')) return null;
    return JSON.parse(this.#text.slice(start, this.offset)) as string;
  }

  #skip(character: string): boolean {
    if (this.#text[this.offset] !== character) return false;
    this.offset += 1;
    return true;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.offset;
    const match = pattern.exec(this.#text);
    if (match === null) return false;
    this.offset = pattern.lastIndex;
    return true;
  }
}
