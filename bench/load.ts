import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { LoadOrder, LoadReply, LoadResult } from './generate-load.js';
import type { Bench } from './prepare.js';
import { LOAD_CORE, pinned, type Server } from './programs.js';

/** Enough to keep one core busy, and fewer than Okta's 75 for an org. */
const CONNECTIONS = 32;

/** What differs between orders. */
export interface Calls {
  readonly server: Server;
  readonly header?: string;
  readonly tokens?: LoadOrder['tokens'];
  readonly warmUpCalls: number;
  readonly limit: LoadOrder['limit'];
  readonly shortestAnswer: number;
}

/** The load generator, calling hooks. */
export interface Load {
  call(calls: Calls): Promise<LoadResult>;
  stop(): void;
}

export function startLoad(bench: Bench): Load {
  const { order, stop } = startLoadProcess();
  const call = ({ server, header = '', tokens = null, ...calls }: Calls): Promise<LoadResult> =>
    order({
      ...calls,
      port: server.port,
      serverPid: server.pid,
      header,
      tokens,
      caFile: bench.certificates.caFile,
      path: '/okta/token-hook',
      contentType: 'application/json',
      bodiesFile: bench.bodiesFile,
      connections: CONNECTIONS,
      isSleepless: true,
    });
  return { call, stop };
}

/** The load generator's process. */
export interface LoadProcess {
  readonly order: (order: LoadOrder) => Promise<LoadResult>;
  readonly stop: () => void;
}

export function startLoadProcess(): LoadProcess {
  const [program = '', ...parameters] = pinned(LOAD_CORE, [process.execPath, 'bench/load-generator.mjs']);
  const child = spawn(program, parameters, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the load generator ended with ${String(code)}`);
  });
  gone.catch(() => undefined); // whoever has ordered something sees it
  const order = async (wanted: LoadOrder): Promise<LoadResult> => {
    child.send(wanted);
    const [reply] = (await Promise.race([once(child, 'message'), gone])) as [LoadReply]; // both ends are this program
    if (reply.kind === 'failed') throw new Error(`the load generator failed: ${reply.why}`);
    return reply.result;
  };
  return { order, stop: () => child.disconnect() };
}
