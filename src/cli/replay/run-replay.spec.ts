import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { runReplay } from './run-replay.js';

async function* numbers(count: number, onRead: (number: number) => void = () => undefined) {
  for (let number = 0; number < count; number += 1) {
    onRead(number);
    yield number;
  }
}

const NEVER = new AbortController().signal;

describe('a replay', () => {
  it('hands answers on in the order of the calls, whichever comes first', async () => {
    const taken: number[] = [];
    await runReplay({
      calls: numbers(40),
      answer: async (call) => {
        for (let turns = call % 7; turns > 0; turns -= 1) await turn();
        return call * 2;
      },
      onAnswer: (call, answer) => {
        expect(answer).toBe(call * 2);
        taken.push(call);
      },
      ...{ concurrency: 5, interrupted: NEVER },
    });
    expect(taken).toEqual(Array.from({ length: 40 }, (_, index) => index));
  });

  it('has no more calls under way than it may, and reads no further than it must', async () => {
    let [underWay, most, read, slow] = [0, 0, 0, true];
    await runReplay({
      calls: numbers(200, (number) => (read = number)),
      answer: async (call) => {
        underWay += 1;
        most = Math.max(most, underWay);
        // The first one takes long: others are answered, and wait for it.
        if (call === 0) {
          for (let turns = 0; turns < 300; turns += 1) await turn();
          expect(read).toBeLessThan(40);
          slow = false;
        } else await turn();
        underWay -= 1;
      },
      onAnswer: () => {
        expect(slow).toBe(false);
      },
      ...{ concurrency: 3, interrupted: NEVER },
    });
    expect(most).toBe(3);
    expect(read).toBe(199);
  });

  it('ends with the first failure, of an answer or of whoever takes them', async () => {
    let begun = 0;
    const failing = runReplay({
      calls: numbers(1_000),
      answer: async (call) => {
        begun += 1;
        await turn();
        if (call === 5) throw new Error('no answer');
      },
      onAnswer: () => undefined,
      ...{ concurrency: 2, interrupted: NEVER },
    });
    await expect(failing).rejects.toThrow('no answer');
    expect(begun).toBeLessThan(60);
    const full = runReplay({
      calls: numbers(1_000),
      answer: () => Promise.resolve(),
      onAnswer: () => Promise.reject(new Error('the disk is full')),
      ...{ concurrency: 2, interrupted: NEVER },
    });
    await expect(full).rejects.toThrow('the disk is full');
  });

  it('begins no call after it was interrupted, and lets those under way end', async () => {
    const controller = new AbortController();
    const taken: number[] = [];
    await runReplay({
      calls: numbers(1_000),
      answer: async (call) => {
        if (call === 10) controller.abort();
        await turn();
      },
      onAnswer: (call) => void taken.push(call),
      ...{ concurrency: 2, interrupted: controller.signal },
    });
    expect(taken.length).toBeGreaterThanOrEqual(11);
    expect(taken.length).toBeLessThan(20);
  });
});
