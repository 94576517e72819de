import { join } from 'node:path';
import { BOUNDS, summarize, type Figure } from './figures.js';
import type { Amounts } from './options.js';
import type { Bench } from './prepare.js';
import { startHook } from './servers.js';

/** Start to first correct answer, from the spawn of the process; with the compile cache too, where Node has one. */
export async function measureStart(
  bench: Bench,
  { starts }: Amounts,
  major: number,
): Promise<readonly Figure[]> {
  const hasCache = major >= 22;
  const bound = major >= 24 ? BOUNDS.startOnNode24 : BOUNDS.startOnNode20;
  const name = 'start to first correct answer';
  const plain: number[] = [];
  const cached: number[] = [];
  const environment = { NODE_COMPILE_CACHE: join(bench.folder, 'compile-cache') };
  if (hasCache) await startOnce(bench, environment); // fills it
  for (let start = 0; start < starts; start += 1) {
    plain.push(await startOnce(bench, {}));
    if (hasCache) cached.push(await startOnce(bench, environment));
  }
  if (!hasCache) return [{ name, unit: 's', ...summarize(plain), bound }];
  return [
    { name: `${name}, with compile cache`, unit: 's', ...summarize(cached), bound },
    { name, unit: 's', ...summarize(plain) },
  ];
}

/** @returns seconds */
async function startOnce(bench: Bench, environment: Readonly<Record<string, string>>): Promise<number> {
  const startedAt = performance.now();
  const server = await startHook(bench, { environment, isPinned: false });
  const seconds = (performance.now() - startedAt) / 1000;
  await server.stop();
  return seconds;
}
