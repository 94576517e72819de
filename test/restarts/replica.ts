import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Backend } from './balancer.js';

const ENTRY = resolve('dist/hook-service/main.js');
const START_LIMIT_MS = 30_000;

/** The built service in a process of its own. */
export interface Replica extends Backend {
  /** Calls that it has logged so far; complete when it has ended. */
  logged(): number;
  /** Why calls failed, as it logged it. */
  failures(): readonly string[];
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, where it still runs. */
  kill(): void;
}

/** Starts the entry of production and waits until it says that it is ready. */
export async function startReplica(environment: Readonly<Record<string, string>>): Promise<Replica> {
  const child = spawn(process.execPath, [ENTRY], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let logged = 0;
  const failures: string[] = [];
  const ready = new Promise<Backend>((done) => {
    createInterface(child.stdout).on('line', (line) => {
      const { msg, hook, ops, outcome, reason, durationMs } = JSON.parse(line) as Readonly<
        Record<string, unknown>
      >;
      if (msg === 'hook call') logged += 1;
      if (outcome === 'failed') failures.push(`${String(reason)} after ${String(durationMs)} ms`);
      if (msg === 'the hook service is ready') done({ hookPort: portOf(hook), opsPort: portOf(ops) });
    });
  });
  const failed = ended.then(() => Promise.reject(new Error('a replica ended before it was ready')));
  failed.catch(() => undefined);
  const late = AbortSignal.timeout(START_LIMIT_MS);
  const tooLate = once(late, 'abort').then(() =>
    Promise.reject(new Error('a replica was not ready within 30 s')),
  );
  tooLate.catch(() => undefined);
  const kill = (): void => void child.kill('SIGKILL');
  try {
    const backend = await Promise.race([ready, failed, tooLate]);
    return {
      ...backend,
      logged: () => logged,
      failures: () => failures,
      stop: async () => {
        child.kill('SIGTERM');
        await ended;
        return child.exitCode;
      },
      kill,
    };
  } catch (error) {
    kill();
    throw error;
  }
}

function portOf(url: unknown): number {
  return Number(new URL(String(url)).port);
}
