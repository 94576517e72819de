import { writeFile } from 'node:fs/promises';
import { judge, type Figure } from '../figures.js';
import { startLoadProcess } from '../load.js';
import { readMachine } from '../machine.js';
import { prepareBench } from '../prepare.js';
import { describeLoad, describeMachine, toTable } from '../report.js';
import { measureMints } from './measure-mints.js';
import { MINT_USAGE, readMintOptions, type MintBenchOptions } from './mint-options.js';
import { startMintServers } from './mint-servers.js';

/** Measures minting, and prints one table. @returns the exit code: 0 measured, whatever the figures are; 64 usage */
export async function runMintBench(
  parameters: readonly string[],
  print: (text: string) => void,
): Promise<number> {
  const options = tryReadOptions(parameters);
  if (typeof options === 'string') {
    print(`${options}\n${MINT_USAGE}`);
    return 64;
  }
  const machine = await readMachine(options.node);
  const { isQuick } = options;
  const rest = 'keep-alive · plain HTTP, the hook over HTTPS · RS256, 2048 bits';
  print(`${describeMachine(machine, { hookOptions: [], isQuick })}\n${rest}\n${describeLoad(machine)}\n\n`);
  const figures = await measure(options);
  print(`${toTable(figures)}\n`);
  if (options.jsonFile !== undefined) {
    const judged = figures.map((figure) => ({ ...figure, verdict: judge(figure) }));
    await writeFile(
      options.jsonFile,
      `${JSON.stringify({ ...machine, isQuick, figures: judged }, null, 2)}\n`,
    );
  }
  return 0;
}

function tryReadOptions(parameters: readonly string[]): MintBenchOptions | string {
  try {
    return readMintOptions(parameters);
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

async function measure({
  node,
  rounds,
  seconds,
  warmUpMints,
  profileFolder,
}: MintBenchOptions): Promise<readonly Figure[]> {
  const bench = await prepareBench({ node, hookOptions: [] });
  const load = startLoadProcess();
  try {
    const { servers, stop } = await startMintServers(bench, profileFolder);
    try {
      return await measureMints({ servers, load, rounds, seconds, warmUpMints, folder: bench.folder });
    } finally {
      await stop();
    }
  } finally {
    load.stop();
    await bench.close();
  }
}
