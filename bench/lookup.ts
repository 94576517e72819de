import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BOUNDS, summarize, type Figure } from './figures.js';
import { isLookupRounds, type LookupRound } from './measure-lookup.js';
import type { Amounts } from './options.js';
import type { Bench } from './prepare.js';
import { pinned, SERVER_CORE } from './programs.js';

/** The uncached lookup of facts against one prepared `pg` query of the same shape, in a process of its own. */
export async function measureLookup(
  bench: Bench,
  { rounds, lookupsPerRound }: Amounts,
): Promise<readonly Figure[]> {
  const input = JSON.stringify({ databaseUrl: bench.databaseUrl, rounds, lookups: lookupsPerRound });
  const [program = '', ...parameters] = pinned(SERVER_CORE, [bench.node, 'bench/lookup.mjs', input]);
  const { stdout } = await promisify(execFile)(program, parameters);
  const measured: unknown = JSON.parse(stdout);
  if (!isLookupRounds(measured)) throw new TypeError('the lookups gave no figures');
  const over = (read: (round: LookupRound) => number) => summarize(measured.map(read));
  return [
    {
      name: 'uncached lookup: time, ratio to prepared pg',
      unit: 'ratio',
      ...over(({ ours, prepared }) => ours.micros / prepared.micros),
      bound: BOUNDS.lookup,
      note: 'one at a time',
    },
    {
      name: 'uncached lookup: CPU of the client, ratio to prepared pg',
      unit: 'ratio',
      ...over(({ ours, prepared }) => ours.cpuMicros / prepared.cpuMicros),
    },
    { name: 'uncached lookup: time', unit: 'µs', ...over(({ ours }) => ours.micros) },
    { name: 'uncached lookup: CPU of the client', unit: 'µs', ...over(({ ours }) => ours.cpuMicros) },
    { name: 'prepared pg: time', unit: 'µs', ...over(({ prepared }) => prepared.micros) },
    { name: 'prepared pg: CPU of the client', unit: 'µs', ...over(({ prepared }) => prepared.cpuMicros) },
  ];
}
