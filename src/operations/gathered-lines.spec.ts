import { describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { GatheredLines } from './gathered-lines.js';

function startGathering() {
  const written: string[] = [];
  const calls: string[] = [];
  const lines = new GatheredLines({
    write: (text) => void written.push(text),
    flush: (done) => {
      calls.push('flush');
      done();
    },
  });
  return { lines, written, calls };
}

describe('gathered lines', () => {
  it('are passed on together, in their order, after a moment', async () => {
    const { lines, written } = startGathering();
    lines.write('one\n');
    lines.write('two\n');
    expect(written).toEqual([]);
    await delay(300);
    expect(written).toEqual(['one\ntwo\n']);
  });

  it('are passed on at once where there are many', () => {
    const { lines, written } = startGathering();
    const line = `${'x'.repeat(999)}\n`;
    for (let count = 0; count < 33; count += 1) lines.write(line);
    expect(written.join('')).toBe(line.repeat(33));
  });

  it('are passed on before the target is flushed', async () => {
    const { lines, written, calls } = startGathering();
    lines.write('last\n');
    await new Promise<void>((resolve) => lines.flush(() => resolve()));
    expect([written, calls]).toEqual([['last\n'], ['flush']]);
  });

  it('are taken by the end of the process, once', async () => {
    const { lines, written } = startGathering();
    lines.write('last\n');
    expect([lines.take(), lines.take()]).toEqual(['last\n', '']);
    await delay(300);
    expect(written).toEqual([]);
  });
});
