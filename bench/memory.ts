import { setTimeout as delay } from 'node:timers/promises';
import { BOUNDS, summarize, type Figure } from './figures.js';
import type { LoadResult } from './generate-load.js';
import type { Load } from './load.js';
import type { Amounts } from './options.js';
import type { Bench } from './prepare.js';
import { residentMegabytes } from './process-figures.js';
import { startHook, type HookServer } from './servers.js';

/** Resident memory after many calls, by the header scheme, round all subjects; and what a call costs in the long run. */
export async function measureMemory(
  bench: Bench,
  load: Load,
  { memoryCalls }: Amounts,
): Promise<readonly Figure[]> {
  const [few, many] = memoryCalls;
  const hook = await startHook(bench);
  try {
    const atStart = await resident(hook);
    const first = await callMany(bench, load, hook, few);
    const afterFew = await resident(hook);
    const second = await callMany(bench, load, hook, many - few);
    const afterMany = await resident(hook);
    const growth = 100 * (afterMany / afterFew - 1);
    return [
      single({ name: 'resident memory after the first call', unit: 'MB', median: atStart }),
      single({
        name: `resident memory after ${thousands(few)} calls`,
        unit: 'MB',
        median: afterFew,
        bound: BOUNDS.memory,
      }),
      single({
        name: `resident memory after ${thousands(many)} calls`,
        unit: 'MB',
        median: afterMany,
        bound: BOUNDS.memory,
      }),
      single({
        name: 'resident memory: growth between the two',
        unit: '%',
        median: growth,
        bound: BOUNDS.memoryGrowth,
      }),
      {
        name: 'header: hook, CPU per call over all of them',
        unit: 'µs',
        ...summarize([first, second].map(({ calls, serverCpuMicros }) => serverCpuMicros / calls)),
        note: `facts expire on the way; ${(second.calls / second.seconds).toFixed(0)} calls/s`,
      },
    ];
  } finally {
    await hook.stop();
  }
}

function callMany({ secret }: Bench, load: Load, hook: HookServer, calls: number): Promise<LoadResult> {
  return load.call({
    server: hook,
    header: `authorization: ${secret}\r\n`,
    warmUpCalls: 0,
    limit: { calls },
    shortestAnswer: hook.answer.length / 2,
  });
}

/** Collections come and go: the median of two seconds. */
async function resident({ pid }: HookServer): Promise<number> {
  const samples: number[] = [];
  for (let count = 0; count < 10; count += 1) {
    samples.push(residentMegabytes(pid));
    await delay(200);
  }
  return summarize(samples).median;
}

function single(figure: Omit<Figure, 'min' | 'max'>): Figure {
  return { ...figure, min: figure.median, max: figure.median };
}

function thousands(calls: number): string {
  return calls.toLocaleString('en-US');
}
