import { GroupPatternError, matchesPattern, type GroupPattern } from '../group-pattern/group-pattern.js';
import { parseGroupPattern } from '../group-pattern/parse-group-pattern.js';
import type { StepLimit } from '../group-pattern/step-limit.js';
import { ExpressionError } from './expression.js';

/** A test for texts that match a regular expression as a whole, by an engine that counts its steps. */
export function matchesText(pattern: string, steps: StepLimit): (text: string) => boolean {
  const parsed = parse(pattern);
  return (text) => matchesPattern(parsed, text, steps);
}

function parse(pattern: string): GroupPattern {
  try {
    return parseGroupPattern(pattern);
  } catch (error) {
    // Where it stands in the pattern may be told, what stands there may not: it may be somebody's.
    if (error instanceof GroupPatternError) {
      throw new ExpressionError('a regular expression cannot be read, or is not of the kind that can');
    }
    throw error;
  }
}
