import { describe, expect, it } from '@jest/globals';
import { FUNCTIONS } from '../call-function.js';
import { evaluateExpression } from '../evaluate-expression.js';
import { CONTEXTS } from './contexts.js';
import { CONFORMANCE } from './families.js';

describe.each(CONFORMANCE)('an expression of the family “$title”', ({ cases }) => {
  it.each(cases)('about $of, as a $as: $expression', ({ expression, as, outcome }) => {
    expect(evaluateExpression(expression, CONTEXTS[as])).toEqual(outcome);
  });
});

describe('the cases', () => {
  const all = CONFORMANCE.flatMap(({ cases }) => cases);

  it.each([...FUNCTIONS.keys()])('have a value and a failure of %s', (name) => {
    const kinds = all.filter(({ of }) => of === name).map(({ outcome }) => outcome.kind);
    expect(new Set(kinds)).toEqual(new Set(['value', 'failure']));
  });

  it('are all different', () => {
    const keys = all.map(({ as, expression }) => `${as} ${expression}`);
    expect(keys).toHaveLength(new Set(keys).size);
  });
});
