import { ExpressionError, type BinaryOperator, type Expression } from './expression.js';
import { TokenCursor } from './token-cursor.js';

/** The longest expression of a claim, in characters (okta/authorization-server.md section 6.1). */
export const EXPRESSION_LENGTH_LIMIT = 1_024;

/**
 * Parses an expression by the grammar of okta/authorization-server.md section 8; words such as `and` in any case.
 *
 * @throws ExpressionError that names the column
 */
export function parseExpression(text: string): Expression {
  if (text.length > EXPRESSION_LENGTH_LIMIT) {
    throw new ExpressionError(`it is longer than ${String(EXPRESSION_LENGTH_LIMIT)} characters`);
  }
  const cursor = new TokenCursor(text);
  const expression = parseTernary(cursor);
  cursor.expectEnd();
  return expression;
}

function parseTernary(cursor: TokenCursor): Expression {
  return cursor.nested(() => {
    const condition = parseElvis(cursor);
    if (cursor.take('?') === undefined) return condition;
    const whenTrue = parseTernary(cursor);
    cursor.expect(':');
    return { kind: 'ternary', condition, whenTrue, whenFalse: parseTernary(cursor) };
  });
}

function parseElvis(cursor: TokenCursor): Expression {
  return cursor.nested(() => {
    const left = parseOr(cursor);
    if (cursor.take('?:') === undefined) return left;
    return { kind: 'binary', operator: 'elvis', left, right: parseElvis(cursor) };
  });
}

function parseOr(cursor: TokenCursor): Expression {
  return parseChain(cursor, { '||': 'or', OR: 'or' }, parseAnd);
}

function parseAnd(cursor: TokenCursor): Expression {
  return parseChain(cursor, { '&&': 'and', AND: 'and' }, parseNot);
}

function parseNot(cursor: TokenCursor): Expression {
  return cursor.nested(() =>
    cursor.take('!', 'NOT') === undefined
      ? parseComparison(cursor)
      : { kind: 'not', operand: parseNot(cursor) },
  );
}

type Operators = Readonly<Record<string, BinaryOperator>>;

const COMPARISONS: Operators = {
  '==': '==',
  '!=': '!=',
  '<=': '<=',
  '>=': '>=',
  '<': '<',
  '>': '>',
  MATCHES: 'matches',
};

function parseComparison(cursor: TokenCursor): Expression {
  const left = parseSum(cursor);
  const operator = takeOperator(cursor, COMPARISONS);
  return operator === undefined ? left : { kind: 'binary', operator, left, right: parseSum(cursor) };
}

function parseSum(cursor: TokenCursor): Expression {
  return parseChain(cursor, { '+': '+', '-': '-' }, parseProduct);
}

function parseProduct(cursor: TokenCursor): Expression {
  return parseChain(cursor, { '*': '*', '/': '/' }, parseSigned);
}

function parseSigned(cursor: TokenCursor): Expression {
  return cursor.nested(() =>
    cursor.take('-') === undefined
      ? parsePostfix(cursor)
      : { kind: 'negative', operand: parseSigned(cursor) },
  );
}

/** Operators of one rank, from the left to the right. */
function parseChain(
  cursor: TokenCursor,
  operators: Operators,
  parseOperand: (cursor: TokenCursor) => Expression,
): Expression {
  let left = parseOperand(cursor);
  for (;;) {
    const operator = takeOperator(cursor, operators);
    if (operator === undefined) return left;
    left = { kind: 'binary', operator, left, right: parseOperand(cursor) };
  }
}

function takeOperator(cursor: TokenCursor, operators: Operators): BinaryOperator | undefined {
  const text = cursor.take(...Object.keys(operators));
  return text === undefined ? undefined : operators[text];
}

/** Members, indexes, projections and calls. */
function parsePostfix(cursor: TokenCursor): Expression {
  let target = parsePrimary(cursor);
  for (;;) {
    const sign = cursor.take('.', '[');
    if (sign === undefined) return target;
    target = sign === '.' ? parseMember(cursor, target) : parseIndex(cursor, target);
  }
}

function parseMember(cursor: TokenCursor, target: Expression): Expression {
  if (cursor.take('!') !== undefined) return { kind: 'projection', target, path: parsePath(cursor) };
  const name = parseNameOfMember(cursor);
  if (cursor.take('(') === undefined) return { kind: 'member', target, name };
  return parseCall(cursor, `${dottedName(target)}.${name}`);
}

function parseNameOfMember(cursor: TokenCursor): string {
  const name = cursor.takeKind('name');
  if (name === undefined) throw cursor.unexpected('a name');
  return name;
}

/** What a projection reads of each item: `[name]` or `[profile.name]`. */
function parsePath(cursor: TokenCursor): readonly string[] {
  cursor.expect('[');
  const path = [parseNameOfMember(cursor)];
  while (cursor.take('.') !== undefined) path.push(parseNameOfMember(cursor));
  cursor.expect(']');
  return path;
}

/** Maps are there for the criteria of one function only (section 8). */
function parseCall(cursor: TokenCursor, name: string): Expression {
  const parseArgument = name === 'user.getGroups' ? parseCriterion : parseTernary;
  return { kind: 'call', name, args: parseItems(cursor, ')', parseArgument) };
}

function parseCriterion(cursor: TokenCursor): Expression {
  if (!cursor.startsMap()) return parseTernary(cursor);
  cursor.expect('{');
  return { kind: 'map', entries: parseItems(cursor, '}', parseEntry) };
}

function parseEntry(cursor: TokenCursor): readonly [string, Expression] {
  const key = cursor.takeKind('string') ?? cursor.takeKind('name');
  if (key === undefined) throw cursor.unexpected('a key');
  cursor.expect(':');
  return [key, parseTernary(cursor)];
}

/** How a target is called, which functions such as `String.append` have as part of their name. */
function dottedName(target: Expression): string {
  if (target.kind === 'name') return target.name;
  return target.kind === 'member' ? `${dottedName(target.target)}.${target.name}` : '(…)';
}

function parseIndex(cursor: TokenCursor, target: Expression): Expression {
  const index = parseTernary(cursor);
  cursor.expect(']');
  return { kind: 'index', target, index };
}

const WORDS: Readonly<Record<string, true | false | null>> = { TRUE: true, FALSE: false, NULL: null };

function parsePrimary(cursor: TokenCursor): Expression {
  const text = cursor.takeKind('string');
  if (text !== undefined) return { kind: 'literal', value: text };
  const number = cursor.takeKind('number');
  if (number !== undefined) return { kind: 'literal', value: numberOf(number) };
  const word = cursor.take(...Object.keys(WORDS));
  if (word !== undefined) return { kind: 'literal', value: WORDS[word] ?? null };
  const name = cursor.takeKind('name');
  if (name !== undefined) return parseName(cursor, name);
  if (cursor.take('{') !== undefined) return { kind: 'list', items: parseItems(cursor, '}', parseTernary) };
  if (cursor.take('(') === undefined) throw cursor.unexpected('a value');
  const inner = parseTernary(cursor);
  cursor.expect(')');
  return inner;
}

function parseName(cursor: TokenCursor, name: string): Expression {
  if (cursor.take('(') === undefined) return { kind: 'name', name };
  return parseCall(cursor, name);
}

/** Whole numbers have 32 bits, as in SpEL. */
function numberOf(text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || (!text.includes('.') && number > 2_147_483_647)) {
    throw new ExpressionError('a number is too large');
  }
  return number;
}

/** What stands between commas, up to the closing sign. */
function parseItems<Item>(
  cursor: TokenCursor,
  closing: string,
  parseItem: (cursor: TokenCursor) => Item,
): readonly Item[] {
  if (cursor.take(closing) !== undefined) return [];
  const items = [parseItem(cursor)];
  while (cursor.take(',') !== undefined) items.push(parseItem(cursor));
  cursor.expect(closing);
  return items;
}
