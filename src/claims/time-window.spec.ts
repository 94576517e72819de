import { describe, expect, it } from '@jest/globals';
import { ALWAYS, NOW, SECOND } from '../../test/support/claims-fixtures.js';
import { boundaries, isOpenAt, isOpenThrough, shortestTokenLife } from './time-window.js';

describe('shortestTokenLife', () => {
  it('is 300 s, the shortest lifetime that Okta accepts', () => {
    expect(shortestTokenLife(NOW, false)).toEqual({ from: NOW, to: NOW + 300 * SECOND });
  });

  it('is 600 s at /authorize, where the code may wait 300 s', () => {
    expect(shortestTokenLife(NOW, true)).toEqual({ from: NOW, to: NOW + 600 * SECOND });
  });
});

describe('isOpenAt', () => {
  it('includes the beginning of a window and excludes its end', () => {
    const window = { from: NOW, until: NOW + SECOND };
    expect(
      [NOW - 1, NOW, NOW + SECOND - 1, NOW + SECOND].map((instant) => isOpenAt(window, instant)),
    ).toEqual([false, true, true, false]);
  });

  it('is always true without bounds', () => {
    expect(isOpenAt(ALWAYS, NOW)).toBe(true);
  });
});

describe('isOpenThrough', () => {
  const stretch = { from: NOW, to: NOW + 300 * SECOND };

  it.each([
    [{ from: NOW, until: null }, true],
    [{ from: NOW + 1, until: null }, false],
    [{ from: null, until: NOW + 300 * SECOND + 1 }, true],
    [{ from: null, until: NOW + 300 * SECOND }, false],
    [{ from: NOW + 1, until: NOW + 2 }, false],
  ])('judges %j by both ends of the stretch', (window, isOpen) => {
    expect(isOpenThrough(window, stretch)).toBe(isOpen);
  });
});

describe('boundaries', () => {
  it('are the openings and closings after one instant and up to another, once each and in order', () => {
    const windows = [
      { from: 5, until: 20 },
      { from: 10, until: 11 },
      { from: 11, until: null },
      { from: null, until: 15 },
      { from: 21, until: 9 },
    ];
    expect(boundaries(windows, 9, 20)).toEqual([10, 11, 15, 20]);
  });
});
