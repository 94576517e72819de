import { runCli, type CliInput } from '../../src/cli/run-cli.js';
import type { CliEnding } from './cli-process.js';

export interface CliHere extends Omit<CliInput, 'writeOut' | 'writeError' | 'input'> {
  /** Standard input. */
  readonly input?: string;
}

/** Runs `mintmark` in this process, which is quicker than starting one. */
export async function runCliHere({ input = '', ...more }: CliHere): Promise<CliEnding> {
  const written = { out: '', err: '' };
  const code = await runCli({
    ...more,
    writeOut: (text) => (written.out += text),
    writeError: (text) => (written.err += text),
    input: async function* () {
      yield Buffer.from(input);
    },
  });
  return { code, ...written };
}
