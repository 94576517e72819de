import { parseArgs } from 'node:util';

export interface MintBenchOptions {
  /** The Node binary that the servers run on. */
  readonly node: string;
  readonly isQuick: boolean;
  readonly rounds: number;
  /** Of one round at one server, for either figure. */
  readonly seconds: number;
  /** Mints of each server before the first round: code gets faster for some thousand. */
  readonly warmUpMints: number;
  /** Where the figures go as JSON. */
  readonly jsonFile: string | undefined;
  /** Where the CPU profiles of the mini authorization server go. */
  readonly profileFolder: string | undefined;
}

export const MINT_USAGE = 'npm run bench:mint -- [--quick] [--node PATH] [--json FILE] [--profile FOLDER]\n';

/** @throws TypeError for what is not an option */
export function readMintOptions(parameters: readonly string[]): MintBenchOptions {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      quick: { type: 'boolean', default: false },
      node: { type: 'string', default: process.execPath },
      json: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  return {
    node: values.node,
    isQuick: values.quick,
    ...(values.quick
      ? { rounds: 3, seconds: 0.5, warmUpMints: 500 }
      : { rounds: 9, seconds: 2, warmUpMints: 5_000 }),
    jsonFile: values.json,
    profileFolder: values.profile,
  };
}
