import { ExpressionError } from './expression.js';

/** A piece of an expression's text. The text of a string is what stands between its quotes. */
export interface ExpressionToken {
  readonly kind: 'string' | 'number' | 'name' | 'symbol' | 'end';
  readonly text: string;
  /** Where it starts, counted from 1. */
  readonly column: number;
}

// As in SpEL, a quote within quotes is written twice; there are no other escapes.
const TOKEN =
  /(?<single>'(?:[^']|'')*')|(?<double>"(?:[^"]|"")*")|(?<number>\d+(?:\.\d+)?)|(?<name>[A-Za-z_]\w*)|(?<symbol>\?:|==|!=|<=|>=|&&|\|\||[-+*/<>!?:.,()[\]{}])/y;

/** Cuts an expression into tokens, the last of which is the end. */
export function tokenize(text: string): readonly ExpressionToken[] {
  const tokens: ExpressionToken[] = [];
  let position = skipSpace(text, 0);
  while (position < text.length) {
    const token = tokenAt(text, position);
    tokens.push(token.token);
    position = skipSpace(text, token.end);
  }
  return [...tokens, { kind: 'end', text: '', column: text.length + 1 }];
}

function skipSpace(text: string, from: number): number {
  let position = from;
  while (/\s/.test(text.charAt(position))) position += 1;
  return position;
}

function tokenAt(text: string, position: number): { readonly token: ExpressionToken; readonly end: number } {
  TOKEN.lastIndex = position;
  const groups = TOKEN.exec(text)?.groups;
  const end = TOKEN.lastIndex;
  const column = position + 1;
  const { single, double, number, name, symbol } = groups ?? {};
  if (single !== undefined) return { token: { kind: 'string', text: unquoted(single), column }, end };
  if (double !== undefined) return { token: { kind: 'string', text: unquoted(double), column }, end };
  if (number !== undefined) return { token: { kind: 'number', text: number, column }, end };
  if (name !== undefined) return { token: { kind: 'name', text: name, column }, end };
  if (symbol !== undefined) return { token: { kind: 'symbol', text: symbol, column }, end };
  const character = text.charAt(position);
  const isQuote = character === "'" || character === '"';
  throw new ExpressionError(
    `column ${String(column)}: ${isQuote ? 'the string does not end' : `${JSON.stringify(character)} is no part of an expression`}`,
  );
}

function unquoted(literal: string): string {
  const quote = literal.charAt(0);
  return literal.slice(1, -1).replaceAll(quote + quote, quote);
}
