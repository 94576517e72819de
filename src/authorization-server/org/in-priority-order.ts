import type { Path } from '../../config/file-fault.js';
import type { Report } from './name-index.js';

/** One of the things that have a priority, and where it stands. */
export interface Prioritized<Item> {
  readonly item: Item;
  readonly path: Path;
  /** From 1, without gaps. */
  readonly priority: number;
}

/** Things in the order of their priority; those without one come last, in the order of the file (section 7). */
export function inPriorityOrder<Item extends { readonly priority?: number }>(
  items: readonly Item[],
  path: Path,
  report: Report,
): readonly Prioritized<Item>[] {
  const seen = new Set<number>();
  for (const [index, { priority }] of items.entries()) {
    if (priority === undefined) continue;
    if (seen.has(priority)) report([...path, index, 'priority'], 'another one has this priority');
    seen.add(priority);
  }
  return items
    .map((item, index) => ({ item, path: [...path, index], wanted: item.priority ?? Infinity }))
    .sort((one, other) => (one.wanted === other.wanted ? 0 : one.wanted - other.wanted))
    .map(({ item, path }, index) => ({ item, path, priority: index + 1 }));
}
