import { describe, expect, it } from '@jest/globals';
import { printable } from './printable.js';

describe('a text that somebody else wrote', () => {
  it('draws nothing on a terminal, breaks no line, and turns no direction', () => {
    expect(printable('a\u001b[2Jb\r\nc\u009b0m\u007f\u202etxt\u2028\u2066')).toBe(
      String.raw`a\u001b[2Jb\u000d\u000ac\u009b0m\u007f\u202etxt\u2028\u2066`,
    );
  });

  it('stays as it is otherwise, in whatever script', () => {
    const text = 'Zoë, 日本, עברית 👩‍💻 "~1"';
    expect(printable(text)).toBe(text);
  });
});
