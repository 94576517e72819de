import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BOUNDS, summarize, type Figure } from '../figures.js';
import type { LoadResult } from '../generate-load.js';
import type { LoadProcess } from '../load.js';
import { FORM, FORM_TYPE, type MintServer, type MintServerName } from './mint-servers.js';

/** Enough to keep one core busy. */
const CONNECTIONS = 16;

/** Mints that come first and do not count. */
const WARM_UP = { many: 300, one: 30 } as const;

/** Of one server in one round. */
interface Measured {
  readonly mintsPerSecond: number;
  /** One call at a time. */
  readonly medianMicros: number;
  readonly cpuMicrosPerMint: number;
}

/** All servers of one round, which follow each other. */
type Round = ReadonlyMap<MintServerName, Measured>;

export interface MintMeasurement {
  readonly servers: readonly MintServer[];
  readonly load: LoadProcess;
  readonly rounds: number;
  readonly seconds: number;
  readonly folder: string;
}

/** Calls all servers in turns, round after round. */
export async function measureMints(measurement: MintMeasurement): Promise<readonly Figure[]> {
  const { servers, folder } = measurement;
  const bodiesFile = join(folder, 'form');
  await writeFile(bodiesFile, FORM);
  const rounds: Round[] = [];
  for (let round = 0; round < measurement.rounds; round += 1) {
    const measured = new Map<MintServerName, Measured>();
    for (const server of servers) measured.set(server.name, await measure(server, bodiesFile, measurement));
    rounds.push(measured);
  }
  return [...ofEach(servers, rounds), ...compared(rounds)];
}

async function measure(
  server: MintServer,
  bodiesFile: string,
  { load, seconds }: MintMeasurement,
): Promise<Measured> {
  const order = {
    ...{ port: server.port, serverPid: server.pid, path: server.path, contentType: FORM_TYPE, bodiesFile },
    ...{ caFile: null, header: '', tokens: null, limit: { seconds }, shortestAnswer: server.tokenLength },
  };
  const many = await load.order({
    ...order,
    ...{ connections: CONNECTIONS, warmUpCalls: WARM_UP.many },
    // The database needs the core of whoever never sleeps.
    isSleepless: server.name !== 'hook, uncached',
  });
  const one = await load.order({
    ...order,
    ...{ connections: 1, warmUpCalls: WARM_UP.one, isSleepless: false },
  });
  return {
    mintsPerSecond: rateOf(many),
    medianMicros: one.medianMs * 1000,
    cpuMicrosPerMint: many.serverCpuMicros / many.calls,
  };
}

function rateOf({ calls, seconds }: LoadResult): number {
  return calls / seconds;
}

function ofEach(servers: readonly MintServer[], rounds: readonly Round[]): readonly Figure[] {
  return servers.flatMap(({ name, tokenLength }): readonly Figure[] => {
    const of = (member: keyof Measured) => summarize(rounds.map((round) => round.get(name)?.[member] ?? NaN));
    const cpu = of('cpuMicrosPerMint').median.toFixed(0);
    const note = `${cpu} µs of CPU each, tokens of ${String(tokenLength)} characters`;
    return [
      { name: `${name}: mints per second`, unit: 'calls/s', ...of('mintsPerSecond'), note },
      { name: `${name}: median, one at a time`, unit: 'µs', ...of('medianMicros') },
    ];
  });
}

function compared(rounds: readonly Round[]): readonly Figure[] {
  const ratio = (name: MintServerName, other: MintServerName) =>
    summarize(rounds.map((round) => rate(round, name) / rate(round, other)));
  const added = (name: MintServerName) =>
    summarize(rounds.map((round) => median(round, name) - median(round, 'no hook')));
  const name = (other: MintServerName): string => `no hook: mints per second, ratio to ${other}`;
  return [
    {
      name: name('oidc-provider'),
      unit: 'ratio',
      ...ratio('no hook', 'oidc-provider'),
      bound: BOUNDS.mintToOthers,
    },
    {
      ...{ name: name('oauth2-mock-server'), unit: 'ratio', ...ratio('no hook', 'oauth2-mock-server') },
      bound: BOUNDS.mintToOthers,
    },
    {
      name: name('signing alone'),
      unit: 'ratio',
      ...ratio('no hook', 'signing alone'),
      bound: BOUNDS.mintToSigning,
    },
    {
      name: 'what a cached hook adds to the median',
      unit: 'µs',
      ...added('hook, cached'),
      bound: BOUNDS.hookAdds,
    },
    {
      name: 'what an uncached hook adds to the median',
      unit: 'µs',
      ...added('hook, uncached'),
      bound: BOUNDS.hookAdds,
    },
  ];
}

function rate(round: Round, name: MintServerName): number {
  return round.get(name)?.mintsPerSecond ?? NaN;
}

function median(round: Round, name: MintServerName): number {
  return round.get(name)?.medianMicros ?? NaN;
}
