import { describe, expect, it } from '@jest/globals';
import { ReplayProgress } from './replay-progress.js';

const CLEAR = '\r\u001B[K';

function started(size: number | null) {
  const written: string[] = [];
  const clock = { now: 5_000 };
  const terminal = { write: (text: string | Uint8Array) => written.push(String(text)) > 0 };
  const progress = new ReplayProgress({ terminal, size, monotonicNow: () => clock.now });
  return { written, clock, progress };
}

describe('the progress of a replay', () => {
  it('is shown of what takes long, now and then, and taken away', () => {
    const { written, clock, progress } = started(1_000);
    progress.show({ calls: 1, failed: 0 });
    progress.clear();
    expect(written).toEqual([]);
    clock.now += 2_000;
    progress.addBytes(250);
    progress.show({ calls: 500, failed: 3 });
    clock.now += 100;
    progress.show({ calls: 510, failed: 3 });
    clock.now += 100;
    progress.show({ calls: 550, failed: 4 });
    progress.clear();
    progress.clear();
    expect(written).toEqual([
      `${CLEAR}25 %, 500 calls, 3 failed, 250 calls/s`,
      `${CLEAR}25 %, 550 calls, 4 failed, 250 calls/s`,
      CLEAR,
    ]);
  });

  it('has no share where nobody knows how much there is', () => {
    const { written, clock, progress } = started(null);
    clock.now += 1_000;
    progress.show({ calls: 10, failed: 0 });
    expect(written).toEqual([`${CLEAR}10 calls, 0 failed, 10 calls/s`]);
  });

  it('names no failures where none can be', () => {
    const { written, clock, progress } = started(0);
    clock.now += 2_000;
    progress.show({ calls: 10 });
    expect(written).toEqual([`${CLEAR}10 calls, 5 calls/s`]);
  });
});
