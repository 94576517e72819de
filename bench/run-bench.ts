import { writeFile } from 'node:fs/promises';
import { measureBearer } from './bearer.js';
import { SUBJECTS } from './directory.js';
import { BOUNDS, judge, type Figure } from './figures.js';
import { startLoad, type Load } from './load.js';
import { measureLookup } from './lookup.js';
import { readMachine } from './machine.js';
import { measureMemory } from './memory.js';
import { readOptions, USAGE, type BenchOptions, type Section } from './options.js';
import { prepareBench, type Bench } from './prepare.js';
import { describeConditions, toLine, toTable, type Conditions } from './report.js';
import { bundleHookWithKeptFacts, HOOK_WITH_KEPT_FACTS, startBare, startHook } from './servers.js';
import { measureStart } from './start-time.js';
import { compareThroughput } from './throughput.js';

/** Measures, and prints one table. @returns the exit code: 0 measured, whatever the figures are; 64 usage */
export async function runBench(
  parameters: readonly string[],
  print: (text: string) => void,
): Promise<number> {
  const options = tryReadOptions(parameters);
  if (typeof options === 'string') {
    print(`${options}\n${USAGE}`);
    return 64;
  }
  const conditions = await describe(options);
  print(`${describeConditions(conditions)}\n\n`);
  const figures = await measure(options, Number(conditions.node.split('.')[0]), print);
  print(`\n${toTable(figures)}\n`);
  if (options.jsonFile !== undefined) {
    const judged = figures.map((figure) => ({ ...figure, verdict: judge(figure) }));
    await writeFile(options.jsonFile, `${JSON.stringify({ ...conditions, figures: judged }, null, 2)}\n`);
  }
  return 0;
}

function tryReadOptions(parameters: readonly string[]): BenchOptions | string {
  try {
    return readOptions(parameters);
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

async function describe({ node, hookOptions, isQuick }: BenchOptions): Promise<Conditions> {
  return {
    ...(await readMachine(node)),
    hookOptions,
    isQuick,
    subjects: SUBJECTS,
    logs: 'level info, to a file',
  };
}

async function measure(
  options: BenchOptions,
  major: number,
  print: (text: string) => void,
): Promise<readonly Figure[]> {
  await bundleHookWithKeptFacts();
  const bench = await prepareBench(options);
  const load = startLoad(bench);
  try {
    const figures: Figure[] = [];
    for (const [section, run] of Object.entries(sections(bench, load, options, major))) {
      if (!isWanted(section, options)) continue;
      print(`${section} …\n`);
      const measured = await run();
      if (typeof measured === 'string') print(`  skipped: ${measured}\n`);
      else figures.push(...measured);
      // Should the run be ended early, what was measured is seen all the same.
      if (typeof measured !== 'string') print(`${measured.map(toLine).join('\n')}\n`);
    }
    return figures;
  } finally {
    load.stop();
    await bench.close();
  }
}

function isWanted(name: string, { sections: wanted }: BenchOptions): boolean {
  return [...wanted].some((section) => section === name);
}

function sections(
  bench: Bench,
  load: Load,
  options: BenchOptions,
  major: number,
): Readonly<Record<Section, () => Promise<readonly Figure[] | string>>> {
  const { amounts } = options;
  return {
    header: () => measureHeader(bench, load, options),
    bearer: () => measureBearer(bench, load, amounts),
    lookup: () => measureLookup(bench, amounts),
    start: () => measureStart(bench, amounts, major),
    memory: () => measureMemory(bench, load, amounts),
  };
}

async function measureHeader(
  bench: Bench,
  load: Load,
  { amounts, profileFolder }: BenchOptions,
): Promise<readonly Figure[]> {
  const nodeOptions = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const hook = await startHook(bench, { nodeOptions, program: HOOK_WITH_KEPT_FACTS });
  const bare = await startBare(bench, hook);
  try {
    const header = `authorization: ${bench.secret}\r\n`;
    const answerBytes = hook.answer.length;
    return await compareThroughput(
      load,
      { name: 'header', bound: BOUNDS.header, hook, bare, header, answerBytes },
      amounts,
    );
  } finally {
    await Promise.all([hook.stop(), bare.stop()]);
  }
}
