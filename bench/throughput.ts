import type { LoadResult } from './generate-load.js';
import { summarize, type Bound, type Figure } from './figures.js';
import type { Calls, Load } from './load.js';
import type { Amounts } from './options.js';
import type { Server } from './programs.js';
import { SUBJECTS } from './directory.js';

/** One way of calling, measured against the bare server with the very same requests. */
export interface Comparison {
  readonly name: string;
  readonly bound: Bound;
  readonly hook: Server;
  readonly bare: Server;
  readonly header?: string;
  /** Where every call brings a token of its own, this many of them are there. */
  readonly tokensFile?: string;
  readonly answerBytes: number;
}

/** How much of its core a server must have used for its calls per second to say what the core can do. */
const SATURATED_PERCENT = 90;

interface Round {
  readonly bare: LoadResult;
  readonly hook: LoadResult;
}

/** Rounds before the first that counts: calls of another kind came before, and the engine compiles what it has to for these. */
export const UNCOUNTED_ROUNDS = 1;

/** Calls the bare server and the hook in turns, round after round. @returns ratio, and what a call costs on both */
export async function compareThroughput(
  load: Load,
  comparison: Comparison,
  amounts: Amounts,
): Promise<readonly Figure[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < UNCOUNTED_ROUNDS + amounts.rounds; round += 1) {
    const bare = await load.call(callsOf(comparison, comparison.bare, round, amounts));
    const hook = await load.call(callsOf(comparison, comparison.hook, round, amounts));
    rounds.push({ bare, hook });
  }
  return toFigures(comparison, rounds.slice(UNCOUNTED_ROUNDS));
}

function callsOf(
  { header, tokensFile, answerBytes, bare }: Comparison,
  server: Server,
  round: number,
  amounts: Amounts,
): Calls {
  const calls: Calls = {
    server,
    // Every subject twice, so that all of them are in the cache when measuring begins, and what equal calls share is, too.
    warmUpCalls: 2 * SUBJECTS,
    limit: { seconds: amounts.seconds },
    shortestAnswer: answerBytes / 2,
  };
  if (tokensFile === undefined) return header === undefined ? calls : { ...calls, header };
  // The first token is the warm-up's. To the bare server all are alike: it may have one twice.
  const tokens = { file: tokensFile, from: 1 + round * amounts.callsPerTokenRound };
  return server === bare
    ? { ...calls, tokens }
    : { ...calls, tokens, limit: { calls: amounts.callsPerTokenRound } };
}

function toFigures({ name, bound }: Comparison, rounds: readonly Round[]): readonly Figure[] {
  const perRound = (read: (round: Round) => number) => summarize(rounds.map(read));
  const rate = ({ calls, seconds }: LoadResult): number => calls / seconds;
  const cost = ({ calls, serverCpuMicros }: LoadResult): number => serverCpuMicros / calls;
  const busy = perRound(({ hook }) => (100 * hook.serverCpuMicros) / 1e6 / hook.seconds);
  const bareBusy = perRound(({ bare }) => (100 * bare.serverCpuMicros) / 1e6 / bare.seconds);
  const latency = (read: (result: LoadResult) => number) =>
    perRound(({ hook }) => read(hook)).median.toFixed(1);
  return [
    {
      name: `${name}: calls per second, ratio to bare`,
      unit: 'ratio',
      ...perRound(({ bare, hook }) => rate(hook) / rate(bare)),
      // A bare server that had time to spare says nothing about what its core can do.
      ...(bareBusy.median >= SATURATED_PERCENT ? { bound } : {}),
      note:
        `of its core the hook used ${busy.median.toFixed(0)} %, bare ${bareBusy.median.toFixed(0)} %` +
        (bareBusy.median >= SATURATED_PERCENT ? '' : ': something else was the limit, so not judged'),
    },
    {
      name: `${name}: CPU per call, ratio of bare to hook`,
      unit: 'ratio',
      ...perRound(({ bare, hook }) => cost(bare) / cost(hook)),
      bound,
    },
    {
      name: `${name}: hook, CPU per call`,
      unit: 'µs',
      ...perRound(({ hook }) => cost(hook)),
      note: `${perRound(({ hook }) => rate(hook)).median.toFixed(0)} calls/s, median ${latency((result) => result.medianMs)} ms, p99 ${latency((result) => result.p99Ms)} ms`,
    },
    {
      name: `${name}: bare, CPU per call`,
      unit: 'µs',
      ...perRound(({ bare }) => cost(bare)),
      note: `${perRound(({ bare }) => rate(bare)).median.toFixed(0)} calls/s`,
    },
  ];
}
