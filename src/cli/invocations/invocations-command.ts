import { Command, InvalidArgumentError } from 'commander';
import {
  eachInvocation,
  listInvocations,
  readInvocation,
  positionOf,
  type InvocationPosition,
} from '../../invocations/read-invocations.js';
import { compileRequestCheck } from '../../stamping/compile-request-check.js';
import { UsageError, type CliContext } from '../cli-context.js';
import { ChangeSummary } from './change-summary.js';
import { compareRecorded } from './compare-recorded.js';
import { describeReport } from './describe-changes.js';
import { describeInvocation, describeInvocations } from './describe-invocation.js';
import { addFilterOptions, filterOf, type FilterOptions } from './invocation-options.js';

/** There is no such recorded call; entries exit with 1. */
export class InvocationMissingError extends Error {
  readonly code = 'REFUSED';

  constructor(id: string) {
    super(`There is no invocation ${id}: it was never recorded, or is out of date.`);
    this.name = 'InvocationMissingError';
  }
}

/** `mintmark invocations list|show|export|diff`. */
export function invocationsCommand(context: CliContext): Command {
  const command = new Command('invocations').description(
    'look at hook calls that were recorded (MINTMARK_RECORD_ISSUERS), with people replaced by pseudonyms',
  );
  const list = command
    .command('list')
    .description('show recorded calls, the newest first')
    .option('--slowest', 'the slowest first')
    .option('--limit <count>', 'how many at the most', parseCount, 50)
    .option('--after <id>', 'go on behind a call of the page before', parseId)
    .option('--json', 'print JSON')
    .action((options: ListOptions) => runList(context, options));
  command
    .command('show')
    .description('show one recorded call: payload, decision, answer, and what took how long')
    .argument('<id>', 'as "invocations list" shows it', parseId)
    .option('--json', 'print JSON: all of it')
    .action((id: bigint, options: { readonly json?: boolean }) => runShow(context, id, options));
  const exporting = command
    .command('export')
    .description('write recorded calls to standard output, the oldest first, one on each line (JSON)')
    .option('--payloads', 'the payloads alone')
    .action((options: ExportOptions) => runExport(context, options));
  const diff = command
    .command('diff')
    .description('sum up whose tokens would change if mode shadow were enforce')
    .option('--people <count>', 'how many users to name', parseCount, 20)
    .option('--json', 'print JSON')
    .action((options: DiffOptions) => runDiff(context, options));
  for (const filtered of [list, exporting, diff]) addFilterOptions(filtered);
  return command;
}

interface ListOptions extends FilterOptions {
  readonly slowest?: boolean;
  readonly limit: number;
  readonly after?: bigint;
  readonly json?: boolean;
}

interface ExportOptions extends FilterOptions {
  readonly payloads?: boolean;
}

interface DiffOptions extends FilterOptions {
  readonly people: number;
  readonly json?: boolean;
}

async function runList(context: CliContext, options: ListOptions): Promise<void> {
  const { slowest = false, limit, after, json = false, ...filter } = options;
  const order = slowest ? 'slowest' : 'newest';
  const chosen = filterOf(filter, context);
  const calls = await context.withDatabase(async (database) => {
    const position = after === undefined ? undefined : await positionBehind(database, after);
    return listInvocations(database, { ...chosen, order, limit: limit + 1, after: position });
  });
  const page = calls.slice(0, limit);
  const last = calls.length > limit ? page.at(-1) : undefined;
  if (json) {
    context.print(JSON.stringify({ items: page, nextAfter: last?.id ?? null }));
    return;
  }
  if (page.length === 0) context.print('There are no such recorded calls.');
  else context.print(describeInvocations(page));
  if (last !== undefined) context.print(`There are more: --after ${last.id}`);
}

/** @throws InvocationMissingError where it has gone meanwhile */
async function positionBehind(
  database: Parameters<typeof readInvocation>[0],
  id: bigint,
): Promise<InvocationPosition> {
  const call = await readInvocation(database, id, null);
  if (call === undefined) throw new InvocationMissingError(String(id));
  return positionOf(call);
}

async function runShow(
  { withDatabase, print, paint }: CliContext,
  id: bigint,
  { json = false }: { readonly json?: boolean },
): Promise<void> {
  const call = await withDatabase((database) => readInvocation(database, id, null));
  if (call === undefined) throw new InvocationMissingError(String(id));
  print(json ? JSON.stringify(call) : describeInvocation(call, { paint, isRequest: compileRequestCheck() }));
}

async function runExport(context: CliContext, { payloads = false, ...filter }: ExportOptions): Promise<void> {
  const chosen = filterOf(filter, context);
  await context.withDatabase(async (database) => {
    for await (const call of eachInvocation(database, chosen)) {
      // Without its payload a call cannot be replayed.
      if (payloads && call.payload === null) continue;
      await context.write(`${JSON.stringify(payloads ? call.payload : call)}\n`);
    }
  });
}

async function runDiff(context: CliContext, { people, json = false, ...filter }: DiffOptions): Promise<void> {
  if (filter.mode !== undefined && filter.mode !== 'shadow')
    throw new UsageError('Only mode shadow answers otherwise than it decides: leave --mode out.');
  const chosen = { ...filterOf(filter, context), mode: 'shadow' } as const;
  const summary = new ChangeSummary();
  const isRequest = compileRequestCheck();
  let leftOut = 0;
  await context.withDatabase(async (database) => {
    for await (const call of eachInvocation(database, chosen)) {
      const compared = compareRecorded(call, isRequest);
      if (compared === undefined) leftOut += 1;
      else summary.add(compared);
    }
  });
  const report = summary.report(json ? Number.POSITIVE_INFINITY : people);
  if (json) {
    context.print(JSON.stringify({ ...report, leftOut }));
    return;
  }
  context.print(describeReport(report));
  if (leftOut > 0) context.print(`\n${String(leftOut)} calls are left out: they failed, or were too large.`);
}

/** @throws InvalidArgumentError for what is no id */
function parseId(value: string): bigint {
  if (!/^\d{1,18}$/.test(value)) throw new InvalidArgumentError('Give the number of an invocation.');
  return BigInt(value);
}

/** @throws InvalidArgumentError for what is no count */
function parseCount(value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new InvalidArgumentError('Give a number from 1 to 9999.');
  return Number(value);
}
