import { judge, type Figure } from './figures.js';
import type { Machine } from './machine.js';

/** Where and on what something was measured. */
export interface Conditions extends Machine {
  readonly hookOptions: readonly string[];
  readonly isQuick: boolean;
  readonly subjects: number;
  readonly logs: string;
}

/** A Markdown table, so that it can be pasted into bench/README.md as it stands. */
export function toTable(figures: readonly Figure[]): string {
  const heading = ['', 'median', 'min to max', 'floor', 'goal', '', 'note'];
  const rows = figures.map((figure) => {
    const { bound, unit } = figure;
    const limit = (value: number | undefined): string =>
      bound === undefined || value === undefined ? '' : `${bound.kind} ${format(value, unit)}`;
    return [
      figure.name,
      format(figure.median, unit),
      figure.min === figure.max ? '' : `${format(figure.min, unit)} to ${format(figure.max, unit)}`,
      limit(bound?.floor),
      limit(bound?.goal),
      judge(figure) ?? '',
      figure.note ?? '',
    ];
  });
  const widths = heading.map((_, column) =>
    Math.max(3, ...[heading, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(heading), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** One figure, in short. */
export function toLine({ name, median, unit }: Figure): string {
  return `  ${name}: ${format(median, unit)}`;
}

export function describeConditions(conditions: Conditions): string {
  const { hookOptions, isQuick, subjects, logs } = conditions;
  return [
    describeMachine(conditions, { hookOptions, isQuick }),
    `${String(subjects)} subjects · TLS 1.3, keep-alive · metrics scraped every 2 s · logs: ${logs}`,
    describeLoad(conditions),
  ].join('\n');
}

export function describeMachine(
  { node, machine, pinned }: Machine,
  { hookOptions, isQuick }: Pick<Conditions, 'hookOptions' | 'isQuick'>,
): string {
  const cores = pinned ? 'servers on core 0, load and database on core 1' : 'no cores of their own';
  const kind = isQuick ? 'quick run: too short to hold floors against' : 'whole run';
  return `Node ${[node, ...hookOptions].join(' ')} · ${machine} · ${cores} · ${kind}`;
}

export function describeLoad({ loadAverage }: Machine): string {
  const others = loadAverage < 0.5 ? '' : ': others are at work, so judge nothing by this run';
  return `load average before: ${loadAverage.toFixed(1)}${others}`;
}

const DIGITS: Readonly<Record<Figure['unit'], number>> = {
  ratio: 3,
  µs: 1,
  s: 2,
  MB: 0,
  '%': 1,
  'calls/s': 0,
};

function format(value: number, unit: Figure['unit']): string {
  const digits = value.toFixed(DIGITS[unit]);
  return unit === 'ratio' ? digits : `${digits} ${unit}`;
}
