import { isId } from '../../claims/identifiers.js';
import { invalidFields } from '../problems/problem.js';

/** The longest cursor, in characters: three ids, each as long as can be. */
const LENGTH_LIMIT = 8 * 1024;

/** Where a list goes on: the key of the last record that was shown, in a form that nobody has to understand. */
export function formatCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** @param parts of the key, at the most; fewer are no key either @throws Problem where the text is no cursor of this list */
export function parseCursor(text: string, parts: number): readonly string[] {
  const key = text.length <= LENGTH_LIMIT ? decode(text) : undefined;
  if (!Array.isArray(key) || key.length !== parts || !key.every(isId)) {
    throw invalidFields([{ parameter: 'cursor', detail: 'must be a "nextCursor" of this list' }]);
  }
  return key;
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
