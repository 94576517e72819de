import { describe, expect, it } from '@jest/globals';
import { isId } from './identifiers.js';

describe('isId', () => {
  it.each(['blue', '00u4t9y2JkLmWq7Rz1d7', 'a b', 'Ümläut', 'x'.repeat(255)])('takes %j', (value) => {
    expect(isId(value)).toBe(true);
  });

  it.each(['', ' a', 'a ', 'a\u0000b', 'a\nb', '\ud800', 'x'.repeat(256), 42, null, ['a'], { not: 'a' }])(
    'refuses %j',
    (value) => {
      expect(isId(value)).toBe(false);
    },
  );
});
