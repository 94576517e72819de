import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

/** The command line as it is installed: "npm test" builds it before. */
const MAIN = resolve('dist/cli/main.js');

export interface CliRun {
  /** The folder to run in. */
  readonly cwd: string;
  /** Its environment variables, and no others. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly input?: AsyncIterable<string> | string;
  /** Options of Node itself. */
  readonly node?: readonly string[];
}

export interface CliEnding {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `mintmark` in a process of its own. */
export async function runCliProcess(
  parameters: readonly string[],
  { cwd, variables = {}, input = '', node = [] }: CliRun,
): Promise<CliEnding> {
  const child = spawn(process.execPath, [...node, MAIN, ...parameters], {
    cwd,
    env: { PATH: process.env['PATH'], ...variables },
    timeout: 120_000,
  });
  const ended = new Promise<number>((settle) => {
    child.on('close', (code) => {
      settle(code ?? -1);
    });
  });
  // A command may end before it has read everything.
  child.stdin.on('error', () => undefined);
  if (typeof input === 'string') child.stdin.end(input);
  else
    void (async () => {
      for await (const part of input) {
        if (!child.stdin.write(part))
          await new Promise((settle) => {
            child.stdin.once('drain', settle);
            child.once('close', settle);
          });
      }
      child.stdin.end();
    })();
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}
