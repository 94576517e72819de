import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FUNCTIONS } from './call-function.js';
import { CONTEXTS } from './conformance/contexts.js';
import { CONFORMANCE } from './conformance/families.js';
import { evaluateExpression } from './evaluate-expression.js';
import { ExpressionError } from './expression.js';
import { parseExpression } from './parse-expression.js';

/** Any one of UTF-16's, halves of pairs among them. */
const CHARACTER = fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code));

/** Pieces of expressions in any order: most of it is no expression. */
const SOUP = fc
  .array(
    fc.constantFrom(
      ...[
        'user',
        '.',
        'email',
        'access.scope',
        '[',
        ']',
        '(',
        ')',
        '{',
        '}',
        ',',
        '?',
        ':',
        '?:',
        '&&',
        'or',
      ],
      ...[
        'NOT',
        '!',
        '.![',
        'name',
        '==',
        '<',
        '+',
        '-',
        '*',
        '/',
        'matches',
        "'",
        '"',
        "'k'",
        "'.*'",
        'null',
        'true',
      ],
      ...['0', '1.5', '99999999999', ' ', 'é', '\u0000', '💚', 'user.getGroups(', ...FUNCTIONS.keys()],
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(''));

/** Texts that are expressions: all operators, and all functions with arguments of all kinds. */
const { expression: EXPRESSION } = fc.letrec<{ readonly expression: string }>((tie) => {
  const leaf = fc.oneof(
    fc.constantFrom('user.email', 'user.level', 'user.share', 'user.neverSet', 'user.teams', 'access.scope'),
    fc.constantFrom(
      'app.profile',
      'app.profile.groupwhitelist',
      'null',
      'true',
      "''",
      "'red,blue'",
      '"group.name"',
    ),
    fc.constantFrom("'West'", "'(a|W).*'", '"OKTA"', '{}', '{1, 2}', "{'a', {'b'}}"),
    fc.integer({ min: -3, max: 120 }).map(String),
    fc.string({ unit: CHARACTER, maxLength: 5 }).map((text) => `'${text.replaceAll("'", "''")}'`),
  );
  const criterion = fc
    .tuple(
      fc.constantFrom('group.id', 'group.type', 'group.profile.name', 'operator', 'other'),
      tie('expression'),
    )
    .map(([key, value]) => `{'${key}': ${value}}`);
  const call = fc
    .tuple(fc.constantFrom(...FUNCTIONS.keys()), fc.array(tie('expression'), { maxLength: 4 }))
    .map(([name, args]) => `${name}(${args.join(', ')})`);
  const operation = fc
    .tuple(
      tie('expression'),
      fc.constantFrom('+', '-', '*', '/', '==', '!=', '<', '>=', '&&', 'or', '?:', 'matches'),
      tie('expression'),
    )
    .map(([left, operator, right]) => `(${left} ${operator} ${right})`);
  const others = fc.oneof(
    tie('expression').map((inner) => `!${inner}`),
    tie('expression').map((inner) => `-${inner}`),
    tie('expression').map((inner) => `(${inner}).![profile.name]`),
    fc.tuple(tie('expression'), tie('expression')).map(([target, index]) => `(${target})[${index}]`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([condition, whenTrue, whenFalse]) => `(${condition} ? ${whenTrue} : ${whenFalse})`),
    fc.array(criterion, { maxLength: 2 }).map((criteria) => `user.getGroups(${criteria.join(', ')}).![id]`),
  );
  return {
    expression: fc.oneof({ maxDepth: 5, depthIdentifier: 'expression' }, leaf, call, call, operation, others),
  };
});

const WHOSE = fc.constantFrom(CONTEXTS.person, CONTEXTS.machine);

describe('any text', () => {
  it('is read, or refused with an error of its own', () => {
    fc.assert(
      fc.property(fc.oneof(SOUP, EXPRESSION, fc.string({ unit: CHARACTER, maxLength: 60 })), (text) => {
        try {
          parseExpression(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
        }
      }),
    );
  });

  it('has a value that is JSON, or a failure', () => {
    fc.assert(
      fc.property(fc.oneof(SOUP, EXPRESSION), WHOSE, (text, context) => {
        const evaluation = evaluateExpression(text, context);
        if (evaluation.kind === 'failure') expect(evaluation.why).not.toBe('');
        else expect(JSON.parse(JSON.stringify(evaluation.value))).toEqual(evaluation.value);
      }),
      { numRuns: 500 },
    );
  });

  it('has the same outcome each time, and changes nothing that it sees', () => {
    const before = JSON.stringify(CONTEXTS.person.variables);
    fc.assert(
      fc.property(EXPRESSION, (text) => {
        const first = evaluateExpression(text, CONTEXTS.person);
        expect(evaluateExpression(text, CONTEXTS.person)).toEqual(first);
        expect(JSON.stringify(CONTEXTS.person.variables)).toBe(before);
      }),
    );
  });
});

describe('an expression that is known', () => {
  const known = CONFORMANCE.flatMap(({ cases }) => cases).map(({ expression }) => expression);

  it('has a value or a failure also after any of its characters is changed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...known),
        fc.nat(),
        fc.string({ maxLength: 2 }),
        WHOSE,
        (text, at, other, context) => {
          const place = at % (text.length + 1);
          const changed = text.slice(0, place) + other + text.slice(place + 1);
          expect(['value', 'failure']).toContain(evaluateExpression(changed, context).kind);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
