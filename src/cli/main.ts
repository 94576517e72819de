#!/usr/bin/env node
import { runCli } from './run-cli.js';

process.exitCode = await runCli({
  parameters: process.argv.slice(2),
  environment: process.env,
  writeOut: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
});
