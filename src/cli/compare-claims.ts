import { printable } from './printable.js';

/** What became of a claim. */
export type ClaimChange = 'same' | 'added' | 'changed' | 'removed';

export interface ComparedClaim {
  readonly name: string;
  readonly change: ClaimChange;
  /** As JSON; empty where the claim was not there. */
  readonly before: string;
  readonly after: string;
}

type Claims = Readonly<Record<string, unknown>>;

const MARKS = { same: ' ', added: '+', changed: '~', removed: '-' } as const;

/** Every claim of two versions of a token: those of the first in its order, then those that were added. */
export function compareClaims(before: Claims, after: Claims): readonly ComparedClaim[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].map((name) => {
    const [first, second] = [jsonOf(before, name), jsonOf(after, name)];
    return { name, change: changeOf(first, second), before: first, after: second };
  });
}

function jsonOf(claims: Claims, name: string): string {
  return Object.hasOwn(claims, name) ? JSON.stringify(claims[name]) : '';
}

function changeOf(before: string, after: string): ClaimChange {
  if (before === after) return 'same';
  if (before === '') return 'added';
  return after === '' ? 'removed' : 'changed';
}

/**
 * Claims before and after in two columns, each change marked in front of its line: `+` added, `~` changed, `-` removed.
 *
 * @param width characters of a line
 * @param headings of the two columns
 */
export function sideBySide(
  title: string,
  claims: readonly ComparedClaim[],
  width: number,
  headings: readonly [string, string] = ['before the hook', 'after the hook'],
): string {
  const shown = claims.map((claim) => mapClaim(claim, printable));
  const names = Math.max(title.length, ...shown.map(({ name }) => name.length + 2));
  const column = Math.max(20, Math.floor((width - names - 4) / 2));
  const line = (first: string, before: string, after: string): string =>
    `${first.padEnd(names)}  ${before.padEnd(column)}  ${after}`.trimEnd();
  const rows = shown.flatMap(({ name, change, before, after }) => {
    const [left, right] = [cut(before, column), cut(after, column)];
    const height = Math.max(left.length, right.length);
    return Array.from({ length: height }, (_, row) =>
      line(row === 0 ? `${MARKS[change]} ${name}` : '', left[row] ?? '', right[row] ?? ''),
    );
  });
  return [line(title, ...headings), ...rows].join('\n');
}

/** The same claim with its texts as they are to be shown. */
export function mapClaim(claim: ComparedClaim, show: (text: string) => string): ComparedClaim {
  const { name, change, before, after } = claim;
  return { name: show(name), change, before: show(before), after: show(after) };
}

/** Pieces of at most so many characters; one empty piece of an empty text. */
function cut(text: string, length: number): readonly string[] {
  const pieces = Math.max(1, Math.ceil(text.length / length));
  return Array.from({ length: pieces }, (_, piece) => text.slice(piece * length, (piece + 1) * length));
}
