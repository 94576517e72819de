/** What is held against a measured value: at least, or at most. */
export interface Bound {
  readonly kind: 'at least' | 'above' | 'at most' | 'below';
  /** What every release holds; left out where there is a goal alone. */
  readonly floor?: number;
  /** What we are after. */
  readonly goal?: number;
}

/** One line of the table. */
export interface Figure {
  readonly name: string;
  readonly unit: 'ratio' | 'µs' | 's' | 'MB' | '%' | 'calls/s';
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly bound?: Bound;
  readonly note?: string;
}

export const BOUNDS = {
  header: { kind: 'at least', floor: 0.47, goal: 0.6 },
  bearerRemembered: { kind: 'at least', floor: 0.43, goal: 0.55 },
  bearerVerified: { kind: 'at least', floor: 0.27, goal: 0.35 },
  lookup: { kind: 'at most', floor: 2 },
  startOnNode20: { kind: 'at most', floor: 2 },
  startOnNode24: { kind: 'at most', floor: 1.2 },
  memory: { kind: 'at most', floor: 260, goal: 200 },
  memoryGrowth: { kind: 'below', floor: 3 },
  mintToOthers: { kind: 'above', floor: 1 },
  mintToSigning: { kind: 'at least', goal: 0.8 },
  hookAdds: { kind: 'at most', floor: 1_500 },
} as const satisfies Readonly<Record<string, Bound>>;

/** Median, smallest and largest of what several rounds gave. */
export function summarize(values: readonly number[]): Pick<Figure, 'median' | 'min' | 'max'> {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? NaN;
  const high = sorted[Math.floor(middle)] ?? NaN;
  return { median: (low + high) / 2, min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN };
}

/**
 * Whether a figure reaches its goal, holds its floor or falls short of it; null where nothing is asked of it, or a goal alone
 * that it does not reach.
 */
export function judge({ median, bound }: Figure): 'goal' | 'holds' | 'FALLS SHORT' | null {
  if (bound === undefined) return null;
  const { floor, goal, kind } = bound;
  if (floor !== undefined && !reaches(median, floor, kind)) return 'FALLS SHORT';
  if (goal !== undefined && reaches(median, goal, kind)) return 'goal';
  return floor === undefined ? null : 'holds';
}

function reaches(value: number, limit: number, kind: Bound['kind']): boolean {
  switch (kind) {
    case 'at least':
      return value >= limit;
    case 'above':
      return value > limit;
    case 'at most':
      return value <= limit;
    case 'below':
      return value < limit;
  }
}
