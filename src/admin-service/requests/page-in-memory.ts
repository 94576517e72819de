import { formatCursor, parseCursor } from './cursor.js';
import type { PageQuery } from './page-query.dto.js';

/** A page of a short list that is at hand as a whole, in the order of its ids. */
export function pageInMemory<Item extends { readonly id: string }>(
  items: readonly Item[],
  { limit, cursor }: Pick<PageQuery, 'limit' | 'cursor'>,
) {
  const after = cursor === undefined ? undefined : parseCursor(cursor, 1)[0];
  const sorted = items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const rest = after === undefined ? sorted : sorted.filter(({ id }) => id > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page,
    nextCursor: rest.length > limit && last !== undefined ? formatCursor([last.id]) : null,
  };
}
