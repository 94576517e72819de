import { ExpressionError } from './expression.js';
import { tokenize, type ExpressionToken } from './tokenize.js';

/** How deeply an expression may nest, so that reading and evaluating it cannot exhaust the stack. */
const DEPTH_LIMIT = 200;

/** Reads the tokens of an expression one after the other. */
export class TokenCursor {
  private readonly tokens: readonly ExpressionToken[];
  private position = 0;
  private depth = 0;

  constructor(text: string) {
    this.tokens = tokenize(text);
  }

  /** Takes the next token where it is one of these symbols, or of these words in any case. */
  take(...texts: readonly string[]): string | undefined {
    const { kind, text } = this.next();
    const found = kind === 'name' ? text.toUpperCase() : text;
    if ((kind !== 'symbol' && kind !== 'name') || !texts.includes(found)) return undefined;
    this.position += 1;
    return found;
  }

  /** Takes the next token where it is of this kind. */
  takeKind(kind: 'string' | 'number' | 'name'): string | undefined {
    const token = this.next();
    if (token.kind !== kind) return undefined;
    this.position += 1;
    return token.text;
  }

  /** Whether a map comes, and not a list: `{'key': …` or `{key: …`. */
  startsMap(): boolean {
    const [brace, key, colon] = this.tokens.slice(this.position, this.position + 3);
    const isKey = key?.kind === 'string' || key?.kind === 'name';
    return (
      brace?.text === '{' &&
      brace.kind === 'symbol' &&
      isKey &&
      colon?.text === ':' &&
      colon.kind === 'symbol'
    );
  }

  expect(symbol: string): void {
    if (this.take(symbol) === undefined) throw this.unexpected(`"${symbol}"`);
  }

  expectEnd(): void {
    if (this.next().kind !== 'end') throw this.unexpected('the end');
  }

  /** What to throw where something else was to come. */
  unexpected(wanted: string): ExpressionError {
    const { kind, text, column } = this.next();
    const found = kind === 'end' ? 'the end' : JSON.stringify(text);
    return new ExpressionError(`column ${String(column)}: ${wanted} expected, ${found} found`);
  }

  /** Reads something that may contain itself. */
  nested<Result>(read: () => Result): Result {
    this.depth += 1;
    if (this.depth > DEPTH_LIMIT) throw new ExpressionError('it nests too deeply');
    const result = read();
    this.depth -= 1;
    return result;
  }

  private next(): ExpressionToken {
    return this.tokens[this.position] ?? { kind: 'end', text: '', column: 1 };
  }
}
