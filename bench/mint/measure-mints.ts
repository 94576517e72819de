import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BOUNDS, summarize, type Bound, type Figure } from '../figures.js';
import type { LoadResult } from '../generate-load.js';
import type { LoadProcess } from '../load.js';
import { FORM, FORM_TYPE, type MintServer, type MintServerName } from './mint-servers.js';

/** Enough to keep one core busy. */
const CONNECTIONS = 16;

/** Mints of each round that come first and do not count. */
const WARM_UP = { many: 100, one: 30 } as const;

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
  readonly warmUpMints: number;
  readonly folder: string;
}

/** Calls all servers in turns, round after round. */
export async function measureMints(measurement: MintMeasurement): Promise<readonly Figure[]> {
  const { servers, folder } = measurement;
  const bodiesFile = join(folder, 'form');
  await writeFile(bodiesFile, FORM);
  for (const server of servers) await warmUp(server, bodiesFile, measurement);
  const rounds: Round[] = [];
  for (let round = 0; round < measurement.rounds; round += 1) {
    const measured = new Map<MintServerName, Measured>();
    for (const server of servers) measured.set(server.name, await measure(server, bodiesFile, measurement));
    rounds.push(measured);
  }
  return [...ofEach(servers, rounds), ...compared(rounds)];
}

/** What every order to one server has. */
function orderFor({ port, pid, path, tokenLength }: MintServer, bodiesFile: string) {
  return {
    ...{ port, serverPid: pid, path, contentType: FORM_TYPE, bodiesFile },
    ...{ caFile: null, header: '', tokens: null, shortestAnswer: tokenLength },
  } as const;
}

async function warmUp(
  server: MintServer,
  bodiesFile: string,
  { load, warmUpMints }: MintMeasurement,
): Promise<void> {
  const limit = { calls: warmUpMints };
  const order = { ...orderFor(server, bodiesFile), limit, warmUpCalls: 0, isSleepless: false };
  await load.order({ ...order, connections: CONNECTIONS });
}

async function measure(
  server: MintServer,
  bodiesFile: string,
  { load, seconds }: MintMeasurement,
): Promise<Measured> {
  const order = { ...orderFor(server, bodiesFile), limit: { seconds } };
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

/** Both the rate and the CPU time: a server of several threads gets more of a core that others are at work on, too. */
function compared(rounds: readonly Round[]): readonly Figure[] {
  return [
    ...against('oidc-provider', rounds, BOUNDS.mintToOthers),
    ...against('oauth2-mock-server', rounds, BOUNDS.mintToOthers),
    ...against('signing alone', rounds, BOUNDS.mintToSigning),
    ...(['hook, cached', 'hook, uncached'] as const).map((hook) => ({
      name: `what the ${hook === 'hook, cached' ? 'cached' : 'uncached'} hook adds to the median`,
      ...{ unit: 'µs' as const, bound: BOUNDS.hookAdds },
      ...summarize(
        rounds.map(
          (round) => valueOf(round, hook, 'medianMicros') - valueOf(round, 'no hook', 'medianMicros'),
        ),
      ),
    })),
  ];
}

function against(other: MintServerName, rounds: readonly Round[], bound: Bound): readonly Figure[] {
  const ratio = (over: readonly [MintServerName, MintServerName], member: keyof Measured) =>
    summarize(rounds.map((round) => valueOf(round, over[0], member) / valueOf(round, over[1], member)));
  return [
    {
      ...{ name: `no hook: mints per second, ratio to ${other}`, unit: 'ratio', bound },
      ...ratio(['no hook', other], 'mintsPerSecond'),
    },
    {
      ...{ name: `no hook: CPU per mint, ratio of ${other} to it`, unit: 'ratio', bound },
      ...ratio([other, 'no hook'], 'cpuMicrosPerMint'),
    },
  ];
}

function valueOf(round: Round, name: MintServerName, member: keyof Measured): number {
  return round.get(name)?.[member] ?? NaN;
}
