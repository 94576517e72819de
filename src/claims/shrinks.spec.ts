import { describe, expect, it } from '@jest/globals';
import type { Json } from '../okta/token-hook-response.js';
import { shrinks } from './shrinks.js';

describe('shrinks', () => {
  it.each<[string, Json, Json | undefined]>([
    ['is absent later', 'blue', undefined],
    ['is absent later, though it is false', false, undefined],
    ['turns from true to false', true, false],
    ['is a lower number', 50, 49],
    ['is another string', 'gold', 'platinum'],
    ['is another type', 1, '1'],
    ['is a list for an object', { a: 1 }, [1]],
    ['is an object for a list', [1], { 0: 1 }],
    ['is null', 'gold', null],
    ['loses an element', ['eu', 'us'], ['us']],
    ['loses all elements', ['eu'], []],
    ['loses a member', { sso: true, seats: 5 }, { sso: true }],
    ['loses a false member', { sso: false }, {}],
    ['lowers a member', { seats: 50 }, { seats: 5 }],
    ['lowers something deep', { limits: { regions: ['eu', 'us'] } }, { limits: { regions: ['eu'] } }],
    ['lowers something in a list of objects', [{ seats: 50 }], [{ seats: 5 }]],
    ['has an inherited member only', { toString: 'x' }, {}],
  ])('finds less in what %s', (_, now, then) => {
    expect(shrinks(now, then)).toBe(true);
  });

  it.each<[string, Json, Json]>([
    [
      'stays as it is',
      { tier: 'gold', seats: 5, regions: ['eu'], sso: false },
      { tier: 'gold', seats: 5, regions: ['eu'], sso: false },
    ],
    ['turns from false to true', false, true],
    ['is a higher number', 5, 50],
    ['gains an element', ['eu'], ['us', 'eu']],
    ['changes its order', ['eu', 'us'], ['us', 'eu']],
    ['was empty', [], ['eu']],
    ['gains a member', { sso: true }, { sso: true, seats: 5 }],
    ['has its members in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['is null still', null, null],
    ['raises something deep', { limits: { seats: 5 } }, { limits: { seats: 6 } }],
  ])('finds no less in what %s', (_, now, then) => {
    expect(shrinks(now, then)).toBe(false);
  });
});
