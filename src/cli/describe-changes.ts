import type { TableChanges } from '../directory/files/reconcile.js';
import type { RowChange } from '../directory/files/row-change.js';
import type { Paint } from './paint.js';

/** One line: what was done, and how much was right already. */
export function describeChanges(
  changes: readonly TableChanges[],
  tense: 'done' | 'planned' = 'done',
): string {
  const words = changes.flatMap(({ noun, created, changed, removed }) =>
    Object.entries(tense === 'done' ? { created, changed, removed } : planned({ created, changed, removed }))
      .filter(([, count]) => count > 0)
      .map(([word, count]) => `${String(count)} ${count === 1 ? noun : plural(noun)} ${word}`),
  );
  const unchanged = changes.reduce((sum, table) => sum + table.unchanged, 0);
  return `${words.length === 0 ? 'nothing to change' : words.join(', ')}; ${String(unchanged)} unchanged.`;
}

function planned({
  created,
  changed,
  removed,
}: Pick<TableChanges, 'created' | 'changed' | 'removed'>): Readonly<Record<string, number>> {
  return { 'to create': created, 'to change': changed, 'to remove': removed };
}

function plural(noun: string): string {
  return noun.endsWith('s') ? `${noun}es` : `${noun}s`;
}

const MARKS = {
  create: { mark: '+', colour: 'green' },
  change: { mark: '~', colour: 'yellow' },
  remove: { mark: '-', colour: 'red' },
} as const;

/** One line for a row of a plan, such as `~ issuer main: mode "enforce" → "shadow"`. */
export function describeRow({ noun, action, key, columns }: RowChange, paint: Paint): string {
  const { mark, colour } = MARKS[action];
  const details = columns.map(({ column, values }) =>
    values === null ? `another ${column}` : `${column} ${values.before} → ${values.after}`,
  );
  const text = `${mark} ${noun} ${key.join(' / ')}`;
  return `${paint(colour, text)}${details.length === 0 ? '' : `: ${details.join(', ')}`}`;
}
