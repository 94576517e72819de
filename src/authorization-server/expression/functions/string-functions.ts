import { ExpressionError } from '../expression.js';
import { fixed, INTEGER, TEXT, variadic, type Functions } from '../parameters.js';
import { joinTexts, TEXT_LIMIT, tooLongText } from '../values.js';

/** `String.…`, and its deprecated twins. Where Okta says nothing of null, none comes of none, and it contains nothing. */
const FAMILY = {
  'String.append': fixed([TEXT, TEXT], ([text, suffix]) => (text ?? '') + (suffix ?? '')),
  'String.join': variadic([TEXT], TEXT, ([separator], texts) =>
    joinTexts(texts, separator ?? '', (text) => text ?? ''),
  ),
  'String.len': fixed([TEXT], ([text]) => text?.length ?? 0),
  'String.removeSpaces': fixed([TEXT], ([text]) => text?.replaceAll(' ', '') ?? null),
  'String.replace': fixed([TEXT, TEXT, TEXT], ([text, match, replacement]) =>
    text === null ? null : replaceAll(text, match ?? '', replacement ?? ''),
  ),
  'String.replaceFirst': fixed([TEXT, TEXT, TEXT], ([text, match, replacement]) =>
    text === null ? null : replaceFirst(text, match ?? '', replacement ?? ''),
  ),
  'String.startsWith': fixed([TEXT, TEXT], ([text, start]) => text?.startsWith(start ?? '') ?? false),
  'String.stringContains': fixed([TEXT, TEXT], ([text, part]) => text?.includes(part ?? '') ?? false),
  'String.stringSwitch': variadic([TEXT, TEXT], TEXT, ([text, otherwise], pairs) =>
    stringSwitch(text ?? '', otherwise, pairs),
  ),
  'String.substring': fixed([TEXT, INTEGER, INTEGER], ([text, start, end]) =>
    text === null ? null : substring(text, start, end),
  ),
  'String.substringAfter': fixed([TEXT, TEXT], ([text, mark]) =>
    text === null ? null : substringAfter(text, mark ?? ''),
  ),
  'String.substringBefore': fixed([TEXT, TEXT], ([text, mark]) =>
    text === null ? null : substringBefore(text, mark ?? ''),
  ),
  'String.toLowerCase': fixed([TEXT], ([text]) => text?.toLowerCase() ?? null),
  'String.toUpperCase': fixed([TEXT], ([text]) => text?.toUpperCase() ?? null),
} satisfies Functions;

export const STRING_FUNCTIONS: Functions = {
  ...FAMILY,
  substring: FAMILY['String.substring'],
  substringAfter: FAMILY['String.substringAfter'],
  substringBefore: FAMILY['String.substringBefore'],
  toLowerCase: FAMILY['String.toLowerCase'],
  toUpperCase: FAMILY['String.toUpperCase'],
};

/** Its length is known before it is written: a replacement can make much of little. */
function replaceAll(text: string, match: string, replacement: string): string {
  if (match === '') return text;
  const parts = text.split(match);
  const kept = text.length - (parts.length - 1) * match.length;
  if (kept + (parts.length - 1) * replacement.length > TEXT_LIMIT) throw tooLongText();
  return parts.join(replacement);
}

function replaceFirst(text: string, match: string, replacement: string): string {
  const at = match === '' ? -1 : text.indexOf(match);
  return at === -1 ? text : text.slice(0, at) + replacement + text.slice(at + match.length);
}

/** The first key that is part of the text, in the order of the keys. */
function stringSwitch(
  text: string,
  otherwise: string | null,
  pairs: readonly (string | null)[],
): string | null {
  if (pairs.length % 2 !== 0) throw new ExpressionError('String.stringSwitch has a key without its value');
  for (let index = 0; index < pairs.length; index += 2) {
    const key = pairs[index] ?? null;
    if (key !== null && text.includes(key)) return pairs[index + 1] ?? null;
  }
  return otherwise;
}

function substring(text: string, start: number, end: number): string {
  if (start < 0 || end < start || end > text.length) {
    const length = String(text.length);
    throw new ExpressionError(
      `a text of ${length} characters has no part from ${String(start)} to ${String(end)}`,
    );
  }
  return text.slice(start, end);
}

function substringAfter(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at === -1 ? '' : text.slice(at + mark.length);
}

function substringBefore(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at === -1 ? text : text.slice(0, at);
}
