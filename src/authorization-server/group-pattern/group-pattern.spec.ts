import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GroupPatternError, matchesPattern } from './group-pattern.js';
import { parseGroupPattern } from './parse-group-pattern.js';
import { StepLimit, StepLimitError } from './step-limit.js';

function matches(pattern: string, name: string): boolean {
  return matchesPattern(parseGroupPattern(pattern), name, new StepLimit());
}

/** What both this engine and JavaScript's can read, and JavaScript's decides quickly. */
const PATTERNS = fc.letrec<{ readonly pattern: string; readonly atom: string }>((tie) => ({
  atom: fc.oneof(
    { withCrossShrink: true, maxDepth: 3 },
    fc.constantFrom('a', 'b', 'é', '.', '[ab]', '[^a]', '\\d', '\\.', '-', '^', '$'),
    tie('pattern').map((inner) => `(${inner})`),
    tie('pattern').map((inner) => `(?:${inner})`),
  ),
  pattern: fc
    .array(fc.array(fc.tuple(tie('atom'), fc.constantFrom('', '', '?', '{0,2}', '{2}')), { maxLength: 3 }), {
      minLength: 1,
      maxLength: 2,
    })
    .map((options) => options.map((parts) => parts.flat().join('')).join('|')),
}));

const NAMES = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '1', '.', '-'), maxLength: 8 });

describe('matchesPattern', () => {
  it.each([
    ['.*', 'Everyone'],
    ['.*', ''],
    ['IT-.+', 'IT-Ops'],
    ['(IT|HR)-[A-Z]{2,4}', 'HR-OPS'],
    ['Team (?:Red|Blue)', 'Team Blue'],
    ['^Admins$', 'Admins'],
    ['\\w+@acme\\.example', 'dana@acme.example'],
    ['(a*)*b', 'aaab'],
    ['a{2,}', 'aaaa'],
    ['a+?b*+', 'ab'],
    ['💚.', '💚💚'],
  ])('finds that %j matches %j', (pattern, name) => {
    expect(matches(pattern, name)).toBe(true);
  });

  it.each([
    ['it-.*', 'IT-Ops'],
    ['Admin', 'Admins'],
    ['dmins', 'Admins'],
    ['a{2}', 'aaa'],
    ['[^A]dmins', 'Admins'],
    ['.', ''],
    ['[^a]', ''],
    ['', 'a'],
  ])('finds that %j does not match %j', (pattern, name) => {
    expect(matches(pattern, name)).toBe(false);
  });

  it('agrees with JavaScript’s own engine', () => {
    fc.assert(
      fc.property(PATTERNS.pattern, NAMES, (pattern, name) => {
        fc.pre(isReadable(pattern));
        expect(matches(pattern, name)).toBe(new RegExp(`^(?:${pattern})$`, 'u').test(name));
      }),
    );
  });

  it('decides quickly what keeps other engines busy for ever', () => {
    const name = `${'a'.repeat(254)}!`;
    expect(matches('(a+)+', name)).toBe(false);
    expect(matches('(a|a)*', name)).toBe(false);
    expect(matches('.*.*.*.*.*.*=.*', name)).toBe(false);
  });

  it('gives up where there is too much to follow', () => {
    const pattern = parseGroupPattern(`(${'a*'.repeat(300)}){50}b`);
    expect(() => matchesPattern(pattern, 'a'.repeat(255), new StepLimit())).toThrow(StepLimitError);
    expect(() => matchesPattern(pattern, 'aaaa', new StepLimit(50))).toThrow(StepLimitError);
  });
});

describe('parseGroupPattern', () => {
  it.each([
    ['(a', 'there is no ")" for a "(" at column 3'],
    ['a)', 'there is a ")" without its "(" at column 2'],
    ['*a', 'there is nothing that can stand here at column 1'],
    ['[a', 'there is nothing that can stand here at column 1'],
    ['[z-a]', 'there is no class of characters in "[z-a]" at column 6'],
    ['(?=a)', 'there is nothing that can stand here at column 2'],
    ['(a)\\1', 'there is nothing that can stand here at column 4'],
    ['a{51}', 'there is no repetition from 0 to 50 times in "{51}" at column 6'],
    ['a{3,2}', 'there is no repetition from 0 to 50 times in "{3,2}" at column 7'],
    ['((a*)*)*', 'its repetitions nest too deeply'],
    [`${'('.repeat(21)}${')'.repeat(21)}`, 'its groups nest too deeply'],
    ['a'.repeat(1_025), 'it is too long'],
  ])('does not read %j', (pattern, why) => {
    expect(() => parseGroupPattern(pattern)).toThrow(new GroupPatternError(why));
  });
});

/** Repeated anchors, and repetitions in too many repetitions, are not for both. */
function isReadable(pattern: string): boolean {
  try {
    parseGroupPattern(pattern);
    return new RegExp(pattern, 'u').source !== '';
  } catch {
    return false;
  }
}
