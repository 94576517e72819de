import { describe, expect, it } from '@jest/globals';
import { queryOf, readParameters } from './parameters.js';

describe('parameters', () => {
  it('are decoded as forms are', () => {
    const parameters = readParameters('scope=a+b%20c&state=%C3%A9');
    expect([parameters.get('scope'), parameters.get('state')]).toEqual(['a b c', 'é']);
  });

  it('without a value count as omitted', () => {
    const parameters = readParameters('scope=&state');
    expect([parameters.get('scope'), parameters.get('state')]).toEqual([undefined, undefined]);
  });

  it.each([
    ['scope=a&scope=a', true],
    ['scope=&scope=', true],
    ['tenant=a&tenant=b', false],
    ['scope=a&Scope=b', false],
    ['', false],
  ])('of %j have duplicates: %j', (text, hasDuplicates) => {
    expect(readParameters(text).hasDuplicates).toBe(hasDuplicates);
  });

  it('that Object.prototype has are not there', () => {
    expect(readParameters('').get('constructor')).toBeUndefined();
  });
});

describe('the query of a target', () => {
  it.each([
    ['/v1/token', ''],
    ['/v1/token?', ''],
    ['/v1/token?a=1?b', 'a=1?b'],
  ])('of %j is %j', (target, query) => {
    expect(queryOf(target)).toBe(query);
  });
});
