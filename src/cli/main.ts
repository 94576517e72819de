#!/usr/bin/env node
import { errorCode } from '../operations/error-code.js';
import { runCli } from './run-cli.js';

/** Whoever reads may have read enough (`mintmark … | head`): the command goes on to its end, and to its exit code. */
function ignoreClosedReader(error: Error): void {
  if (errorCode(error) !== 'EPIPE') throw error;
}

for (const output of [process.stdout, process.stderr]) output.on('error', ignoreClosedReader);

process.exitCode = await runCli({
  parameters: process.argv.slice(2),
  environment: process.env,
  writeOut: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
});
