import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { untilAborted } from './until-aborted.js';

async function* chunks(...given: readonly (string | Promise<string>)[]): AsyncGenerator<string> {
  for (const chunk of given) yield await chunk;
}

const NEVER = new Promise<string>(() => undefined);

describe('chunks until a signal', () => {
  it('are all of them where it does not come, and nobody listens any more', async () => {
    const { signal } = new AbortController();
    const read = [];
    for await (const chunk of untilAborted(chunks('a', 'b'), signal)) read.push(chunk);
    expect(read).toEqual(['a', 'b']);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('end while the next one is waited for', async () => {
    const controller = new AbortController();
    const read = [];
    for await (const chunk of untilAborted(chunks('a', NEVER), controller.signal)) {
      read.push(chunk);
      setImmediate(() => {
        controller.abort();
      });
    }
    expect(read).toEqual(['a']);
  });

  it('fail as they fail', async () => {
    const failing = chunks('a', Promise.reject(new Error('gone')));
    const reading = async (): Promise<void> => {
      for await (const chunk of untilAborted(failing, new AbortController().signal)) expect(chunk).toBe('a');
    };
    await expect(reading()).rejects.toThrow('gone');
  });
});
