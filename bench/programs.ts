import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { readFile } from 'node:fs/promises';
import { httpsCall, type HttpsAnswer } from '../test/support/https-client.js';

/** Servers have the first core to themselves, as far as the machine has two. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** Whether programs can be bound to cores: Linux with `taskset` and two cores. */
export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

/** The command that runs a program on one core, where that is possible. */
export function pinned(core: number, command: readonly string[]): readonly string[] {
  return canPin ? ['taskset', '-c', String(core), ...command] : command;
}

/** Binds a program that runs, and its threads, to one core. */
export function pinRunning(core: number, pid: number): void {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)]);
}

/** A server that runs until it is stopped. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

export interface ServerSpawn {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Standard output goes to this file. */
  readonly logFile: string;
}

/** A server that ended before it answered. */
export class ServerEndedError extends Error {
  constructor(
    readonly exitCode: number | null,
    readonly errorOutput: string,
  ) {
    super(`a server ended with ${String(exitCode)}:\n${errorOutput}`);
    this.name = 'ServerEndedError';
  }
}

export interface SpawnedServer {
  readonly pid: number;
  /** Rejects when the server ends by itself. */
  readonly ended: Promise<never>;
  stop(): Promise<void>;
}

/** Starts a server, and does not wait for it. */
export function spawnServer({ command, environment, logFile }: ServerSpawn): SpawnedServer {
  const [program = '', ...parameters] = command;
  const child = spawn(program, parameters, {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', openSync(logFile, 'a'), 'pipe'],
  });
  const errors = collectErrors(child);
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill); // should the run end early
  const gone = once(child, 'close').finally(() => process.off('exit', kill));
  const ended = gone.then(() => {
    throw new ServerEndedError(child.exitCode, errors());
  });
  ended.catch(() => undefined); // whoever waits for the server sees it
  return {
    pid: child.pid ?? 0,
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(impatience);
    },
  };
}

function collectErrors(child: ChildProcess): () => string {
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-8192)));
  return () => output;
}

/** How a server is called that is to be awaited. */
export interface FirstCall {
  readonly port: number;
  readonly caFile: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly isRight: (answer: HttpsAnswer) => boolean;
}

/** Calls until the answer is right. @throws ServerEndedError; Error after 30 s */
export async function untilAnswered(server: SpawnedServer, call: FirstCall): Promise<HttpsAnswer> {
  const ca = await readFile(call.caFile, 'utf8');
  const url = `https://localhost:${String(call.port)}/okta/token-hook`;
  const headers = [...call.headers, ['content-type', 'application/json'] as const];
  const limit = performance.now() + 30_000;
  let last = '';
  while (performance.now() < limit) {
    const attempt = httpsCall(url, { headers, body: call.body, ca }).catch((error: unknown) => String(error));
    const answer = await Promise.race([attempt, server.ended]);
    if (typeof answer !== 'string' && call.isRight(answer)) return answer;
    last = typeof answer === 'string' ? answer : `${String(answer.status)} ${answer.body}`;
    await delay(2);
  }
  throw new Error(`a server does not answer as it should: ${last}`);
}

export async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}
