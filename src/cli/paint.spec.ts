import { describe, expect, it } from '@jest/globals';
import { choosePaint } from './paint.js';

describe('colours', () => {
  it('are for terminals', () => {
    expect(choosePaint(true, {})('green', 'ok')).toBe('\u001b[32mok\u001b[39m');
    expect(choosePaint(true, { NO_COLOR: '', TERM: 'xterm' })('red', 'no')).toBe('\u001b[31mno\u001b[39m');
  });

  it.each([
    ['files and pipes', false, {}],
    ['whoever sets NO_COLOR', true, { NO_COLOR: '1' }],
    ['terminals that have none', true, { TERM: 'dumb' }],
  ])('are not for %s', (_, isTerminal, environment) => {
    expect(choosePaint(isTerminal, environment)('green', 'ok')).toBe('ok');
  });
});
