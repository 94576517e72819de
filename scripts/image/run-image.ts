import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplayedImage } from './replay-stages.js';

/** Another user than the one who replays; undefined where that is not possible. */
export type Account = { readonly uid: number; readonly gid: number } | undefined;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of the image that runs until it is told to stop. */
export interface RunningProgram {
  readonly ended: Promise<Ended>;
  output(): string;
  signal(signal: 'SIGTERM' | 'SIGKILL'): void;
}

export interface Runner {
  /** Runs a program of the image to its end. Kills it after a minute. */
  run(command: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended>;
  start(command: readonly string[], environment: Readonly<Record<string, string>>): RunningProgram;
}

const PATIENCE_MS = 60_000;

/** Runs programs of the image as an engine would: its environment and working folder, another user, nothing to write to. */
export function createRunner(image: ReplayedImage, account: Account): Runner {
  const node = nodeFor(image, account);
  const start: Runner['start'] = ([program = '', ...parameters], environment) => {
    const child = spawn(program === 'node' ? node : program, parameters, {
      cwd: image.folder,
      // Its temporary folder is one that it cannot write to: the file system of the image is read-only.
      env: {
        PATH: process.env['PATH'],
        HOME: '/nonexistent',
        TMPDIR: image.root,
        ...image.environment,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...account,
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    const ended = once(child, 'close').then(() => {
      clearTimeout(impatience);
      return { code: child.exitCode, ...output };
    });
    return {
      ended,
      output: () => `${output.stdout}${output.stderr}`,
      signal: (signal) => void child.kill(signal),
    };
  };
  return { start, run: (command, environment = {}) => start(command, environment).ended };
}

/** The running Node, or a copy of it where the other user cannot enter the folder that it lies in. */
function nodeFor({ root }: ReplayedImage, account: Account): string {
  if (spawnSync(process.execPath, ['--version'], { ...account }).status === 0) return process.execPath;
  const copy = join(root, '..', 'node');
  copyFileSync(process.execPath, copy);
  chmodSync(copy, 0o755);
  return copy;
}
