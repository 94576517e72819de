#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { errorCode } from '../operations/error-code.js';
import { runCli } from './run-cli.js';

// An import makes much garbage and holds little: left to itself, V8 lets its heap double before it collects.
setFlagsFromString('--heap-growing-percent=30');
// Threads that help it to collect would take the cores from the database, where that has the same ones, and wait for each other.
setFlagsFromString('--no-parallel-scavenge');

/** Whoever reads may have read enough (`mintmark … | head`): the command goes on to its end, and to its exit code. */
function ignoreClosedReader(error: Error): void {
  if (errorCode(error) !== 'EPIPE') throw error;
}

for (const output of [process.stdout, process.stderr]) output.on('error', ignoreClosedReader);

/** In a container a user may have a number and no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${String(process.getuid?.() ?? 'unknown')}`;
  }
}

/** As package.json has it, which lies beside `dist`. */
function versionOf(packageFile: URL): string {
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { readonly version: string };
  return version;
}

/** For commands that can end at a good place: the first signal is told, the second ends the process. */
function listenForInterruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      controller.abort();
    });
  }
  return controller.signal;
}

/** Settles when it is written, or when nobody is there to read it. */
function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => {
      resolve();
    });
  });
}

let isInputInUse = false;

function input(): AsyncIterable<Uint8Array> {
  isInputInUse = true;
  return process.stdin;
}

process.exitCode = await runCli({
  parameters: process.argv.slice(2),
  environment: process.env,
  writeOut: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  write,
  isTerminal: process.stdout.isTTY,
  terminal: process.stderr.isTTY ? process.stderr : null,
  input,
  listenForInterruption,
  userName: userName(),
  version: versionOf(new URL('../../package.json', import.meta.url)),
});
// A command that was interrupted leaves it open, and the process would wait for more.
if (isInputInUse) process.stdin.destroy();
