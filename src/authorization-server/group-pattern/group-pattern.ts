import type { StepLimit } from './step-limit.js';

/**
 * A regular expression over the names of groups. JavaScript's own engine can take for ever over a few characters; this one
 * follows all possibilities at once, and counts its steps.
 */
export type GroupPattern =
  | { readonly kind: 'character'; readonly test: (character: string) => boolean }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence'; readonly parts: readonly GroupPattern[] }
  | { readonly kind: 'choice'; readonly options: readonly GroupPattern[] }
  | {
      readonly kind: 'repeat';
      readonly part: GroupPattern;
      readonly min: number;
      /** `Infinity` where there is no limit. */
      readonly max: number;
    };

/** The pattern cannot be used: says why, and where. */
export class GroupPatternError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GroupPatternError';
  }
}

/**
 * Whether a text, such as the name of a group, matches as a whole, as Java's `matches` has it.
 *
 * @throws StepLimitError
 */
export function matchesPattern(pattern: GroupPattern, name: string, steps: StepLimit): boolean {
  const subject = { characters: Array.from(name), steps };
  return endsOf(pattern, subject, new Set([0])).has(subject.characters.length);
}

interface Subject {
  readonly characters: readonly string[];
  readonly steps: StepLimit;
}

/** Where matches can end that start at one of these positions. */
function endsOf(pattern: GroupPattern, subject: Subject, starts: ReadonlySet<number>): ReadonlySet<number> {
  const { characters, steps } = subject;
  steps.spend(1 + starts.size);
  switch (pattern.kind) {
    case 'character':
      return new Set([...starts].filter((at) => pattern.test(characters[at] ?? '')).map((at) => at + 1));
    case 'start':
      return new Set([...starts].filter((at) => at === 0));
    case 'end':
      return new Set([...starts].filter((at) => at === characters.length));
    case 'sequence':
      return pattern.parts.reduce((ends, part) => endsOf(part, subject, ends), starts);
    case 'choice':
      return new Set(pattern.options.flatMap((option) => [...endsOf(option, subject, starts)]));
    case 'repeat':
      return endsOfRepeat(pattern, subject, starts);
  }
}

function endsOfRepeat(
  { part, min, max }: Extract<GroupPattern, { readonly kind: 'repeat' }>,
  subject: Subject,
  starts: ReadonlySet<number>,
): ReadonlySet<number> {
  let frontier = starts;
  for (let count = 0; count < min; count += 1) frontier = endsOf(part, subject, frontier);
  const ends = new Set(frontier);
  // Positions that are known lead nowhere new.
  for (let count = min; count < max && frontier.size > 0; count += 1) {
    frontier = new Set([...endsOf(part, subject, frontier)].filter((at) => !ends.has(at)));
    for (const at of frontier) ends.add(at);
  }
  return ends;
}
