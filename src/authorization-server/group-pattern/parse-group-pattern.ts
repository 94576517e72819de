import { GroupPatternError, type GroupPattern } from './group-pattern.js';

/** The longest pattern, in characters. */
const LENGTH_LIMIT = 1_024;

/** How often a counted repetition may repeat, and how many repetitions may stand in one another. */
const COUNT_LIMIT = 50;
const REPEAT_DEPTH_LIMIT = 2;

/** How deeply groups may nest. */
const DEPTH_LIMIT = 20;

/**
 * Parses what people use of regular expressions: characters, `.`, classes, groups, alternatives, repetitions and anchors.
 *
 * @throws GroupPatternError for anything else, such as a back reference or a look-ahead
 */
export function parseGroupPattern(text: string): GroupPattern {
  if (text.length > LENGTH_LIMIT) throw new GroupPatternError('it is too long');
  const reader = { text, position: 0, depth: 0 };
  const pattern = parseChoice(reader);
  if (reader.position < text.length) throw fault(reader, 'a ")" without its "("');
  if (repeatDepth(pattern) > REPEAT_DEPTH_LIMIT)
    throw new GroupPatternError('its repetitions nest too deeply');
  return pattern;
}

interface Reader {
  readonly text: string;
  position: number;
  depth: number;
}

function parseChoice(reader: Reader): GroupPattern {
  const options = [parseSequence(reader)];
  while (take(reader, /\|/y) !== undefined) options.push(parseSequence(reader));
  return { kind: 'choice', options };
}

function parseSequence(reader: Reader): GroupPattern {
  const parts: GroupPattern[] = [];
  while (reader.position < reader.text.length && !/[|)]/.test(reader.text.charAt(reader.position))) {
    parts.push(parseRepeat(reader, parseAtom(reader)));
  }
  return { kind: 'sequence', parts };
}

function parseAtom(reader: Reader): GroupPattern {
  if (take(reader, /\((?:\?:)?/y) !== undefined) return parseGroup(reader);
  const characterClass = take(reader, /\[\^?(?:\\.|[^\\[\]])+\]|\\[dDwWsS]/y);
  if (characterClass !== undefined) return classPattern(reader, characterClass);
  if (take(reader, /\./y) !== undefined) return { kind: 'character', test: (character) => character !== '' };
  if (take(reader, /\^/y) !== undefined) return { kind: 'start' };
  if (take(reader, /\$/y) !== undefined) return { kind: 'end' };
  const literal = take(reader, /\\[^\dA-Za-z]|[^\\*+?()[\]{}|^$.]/uy);
  if (literal === undefined) throw fault(reader, 'nothing that can stand here');
  const wanted = literal.length > 1 && literal.startsWith('\\') ? literal.slice(1) : literal;
  return { kind: 'character', test: (character) => character === wanted };
}

function parseGroup(reader: Reader): GroupPattern {
  reader.depth += 1;
  if (reader.depth > DEPTH_LIMIT) throw new GroupPatternError('its groups nest too deeply');
  const inner = parseChoice(reader);
  if (take(reader, /\)/y) === undefined) throw fault(reader, 'no ")" for a "("');
  reader.depth -= 1;
  return inner;
}

/** A class is over one character, which JavaScript's engine decides at once. */
function classPattern(reader: Reader, text: string): GroupPattern {
  try {
    const oneOf = new RegExp(`^${text}$`, 'u');
    return { kind: 'character', test: (character) => oneOf.test(character) };
  } catch {
    throw fault(reader, `no class of characters in ${JSON.stringify(text)}`);
  }
}

/** Lazy and possessive repetitions differ in what they capture only. */
function parseRepeat(reader: Reader, part: GroupPattern): GroupPattern {
  const sign = take(reader, /(?:[*+?]|\{\d{1,4}(?:,\d{0,4})?\})[?+]?/y);
  if (sign === undefined) return part;
  const [min, max] = boundsOf(sign);
  if (min > COUNT_LIMIT || (Number.isFinite(max) && max > COUNT_LIMIT) || min > max) {
    throw fault(reader, `no repetition from 0 to ${String(COUNT_LIMIT)} times in ${JSON.stringify(sign)}`);
  }
  return { kind: 'repeat', part, min, max };
}

function boundsOf(sign: string): readonly [number, number] {
  if (sign.startsWith('*')) return [0, Infinity];
  if (sign.startsWith('+')) return [1, Infinity];
  if (sign.startsWith('?')) return [0, 1];
  const [min = '', max] = sign.slice(1, sign.indexOf('}')).split(',');
  if (max === undefined) return [Number(min), Number(min)];
  return [Number(min), max === '' ? Infinity : Number(max)];
}

function repeatDepth(pattern: GroupPattern): number {
  switch (pattern.kind) {
    case 'character':
    case 'start':
    case 'end':
      return 0;
    case 'sequence':
      return Math.max(0, ...pattern.parts.map(repeatDepth));
    case 'choice':
      return Math.max(0, ...pattern.options.map(repeatDepth));
    case 'repeat':
      return repeatDepth(pattern.part) + 1;
  }
}

/** Takes what the sticky expression finds here. */
function take(reader: Reader, expression: RegExp): string | undefined {
  expression.lastIndex = reader.position;
  const [found] = expression.exec(reader.text) ?? [];
  if (found === undefined) return undefined;
  reader.position += found.length;
  return found;
}

function fault({ position }: Reader, found: string): GroupPatternError {
  return new GroupPatternError(`there is ${found} at column ${String(position + 1)}`);
}
