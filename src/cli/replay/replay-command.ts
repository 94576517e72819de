import { Command } from 'commander';
import { untilAborted } from '../../directory/imports/until-aborted.js';
import { UsageError, type CliContext } from '../cli-context.js';
import { InterruptedError } from '../import-errors.js';
import { answeringLocally } from './answer-locally.js';
import { ReplaySummary, type CallResult } from './call-result.js';
import { describeResult, describeSummary, heading } from './describe-result.js';
import { filterOf } from './filter-calls.js';
import { GoldenFiles } from './golden-files.js';
import type { Answerer } from './hook-answer.js';
import { readOtherTarget, readTarget, type NamedTarget } from './hook-target.js';
import { JunitFile } from './junit-file.js';
import { postingTo } from './post-call.js';
import { readCalls } from './read-calls.js';
import { redacting, type Redact } from './redact.js';
import { replayCalls } from './replay-calls.js';
import { replayWhatIf } from './replay-what-if.js';
import { addReplayOptions, type ReplayOptions } from './replay-options.js';
import { startProgress, type ReplayProgress } from './replay-progress.js';
import { resultAsJson, summaryAsJson } from './result-as-json.js';

/** Some calls failed; entries exit with 1. */
export class ReplayFailedError extends Error {
  readonly code = 'REFUSED';

  constructor(failed: number, calls: number) {
    super(`${String(failed)} of ${String(calls)} calls failed.`);
    this.name = 'ReplayFailedError';
  }
}

/** `mintmark replay FILE|FOLDER|-`. */
export function replayCommand(context: CliContext): Command {
  const command = new Command('replay')
    .summary('send payloads to a hook, and judge its answers as Okta would')
    .description(
      'Sends payloads to a hook, this or any other, and says what Okta would make of each answer: which claims come of it, and what would be dropped or ignored, and why. Compares answers with expected ones, and with those of a second hook.',
    )
    .argument(
      '<calls...>',
      'files with a payload, a list, or JSON Lines; folders of them; - for standard input',
    )
    .action((names: readonly string[], options: ReplayOptions) => replay(context, names, options));
  return addReplayOptions(command);
}

async function replay(context: CliContext, names: readonly string[], options: ReplayOptions): Promise<void> {
  refuseContradictions(names, options);
  const changes = options.with;
  if (changes !== undefined) {
    await replayWhatIf(context, names, { ...options, with: changes });
    return;
  }
  const other = options.against === undefined ? null : await readOtherTarget(againstOf(options), context);
  if (options.local) {
    const redact = redacting(secretsOf(other));
    await context.withDatabase(async (database) => {
      const now = options.at === undefined ? () => context.now().getTime() : () => options.at?.getTime() ?? 0;
      const local = await answeringLocally(database, { now, enforce: options.enforce === true });
      await replayWith({ context, names, options, redact }, [local, ...posting(other, options, redact)]);
    });
    return;
  }
  const target = await readTarget(targetOf(options), options.playground, context);
  const redact = redacting([...secretsOf(target), ...secretsOf(other)]);
  const hooks = [...posting(target, options, redact), ...posting(other, options, redact)];
  await replayWith({ context, names, options, redact }, hooks);
}

/** @throws UsageError for options that would say nothing where they stand */
function refuseContradictions(names: readonly string[], options: ReplayOptions): void {
  const { update, requireExpected, prune, local, at, enforce, with: changes } = options;
  if ((update || requireExpected) && names.includes('-'))
    throw new UsageError(
      'What comes from standard input has no file for its expected answers to stand beside.',
    );
  const isLocal = local === true || changes !== undefined;
  if (prune && changes === undefined) throw new UsageError('--prune is for --with.');
  if (!isLocal && (at !== undefined || enforce))
    throw new UsageError(
      '--at and --enforce are for --local and --with: another process has a clock and modes of its own.',
    );
  const { url: other, ...access } = againstOf(options);
  if (other === undefined && Object.values(access).some((given) => given !== undefined))
    throw new UsageError('--against-header, --against-bearer-file and --against-ca are for --against.');
}

function targetOf({ url, header, bearerFile, ca }: ReplayOptions) {
  return { url, headers: header, bearerFile, caFile: ca };
}

function againstOf({ against, againstHeader, againstBearerFile, againstCa }: ReplayOptions) {
  return { url: against, headers: againstHeader, bearerFile: againstBearerFile, caFile: againstCa };
}

/** Whatever is sent as a header may be one; of a bearer token, the token alone, too. */
function secretsOf(target: NamedTarget | null): readonly string[] {
  const values = Object.values(target?.headers ?? {});
  const tokens = values.flatMap((value) => value.split(' ').slice(1));
  const keys = target === null ? [] : [...target.url.searchParams.values()];
  return [...values, ...tokens, ...keys];
}

function posting(
  target: NamedTarget | null,
  { budget, concurrency }: ReplayOptions,
  redact: Redact,
): readonly Answerer[] {
  return target === null ? [] : [postingTo({ ...target, budgetMs: budget, concurrency, redact })];
}

interface ReplayTask {
  readonly context: CliContext;
  readonly names: readonly string[];
  readonly options: ReplayOptions;
  readonly redact: Redact;
}

/** @throws ReplayFailedError, InterruptedError */
async function replayWith(task: ReplayTask, hooks: readonly Answerer[]): Promise<void> {
  const { context, names, options, redact } = task;
  const [hook, other = null] = hooks;
  if (hook === undefined) throw new TypeError('no hook to call');
  const beganAt = context.now().getTime();
  const summary = new ReplaySummary();
  const progress = await startProgress(context, names, options.json === true);
  const selects = filterOf(options.filter ?? []);
  const goldens = new GoldenFiles({
    update: options.update === true,
    exactLifetimes: options.exactLifetimes === true,
  });
  const junit =
    options.junit === undefined ? null : await JunitFile.open(options.junit, redact, options.budget);
  const interrupted = context.listenForInterruption();
  const input = (): AsyncIterable<Uint8Array> => untilAborted(context.input(), interrupted);
  const show = resultPrinter(task, progress);
  try {
    await replayCalls({
      calls: readCalls(
        names,
        { input },
        {
          onBytes: (count) => {
            progress.addBytes(count);
          },
          onSkipped: () => {
            summary.leftOut += 1;
          },
        },
      ),
      ...{ selects, hook, other, goldens, interrupted },
      ...{ concurrency: options.concurrency, rate: options.rate ?? null, budgetMs: options.budget },
      passing: { strict: options.strict === true, requireExpected: options.requireExpected === true },
      comparing: { exactLifetimes: options.exactLifetimes === true },
      onResult: async (result) => {
        summary.add(result);
        await junit?.add(result);
        await show(result);
        progress.show(summary);
      },
    });
    summary.interrupted = interrupted.aborted;
    await (summary.interrupted ? goldens.abandon() : goldens.close());
  } finally {
    progress.clear();
    for (const { close } of hooks) close();
    await goldens.abandon();
    await junit?.close(summary, (context.now().getTime() - beganAt) / 1000);
  }
  conclude(task, summary);
}

/** Prints results as they come, and the heading of the table before the first of them. */
function resultPrinter(
  { context, options, redact }: ReplayTask,
  progress: ReplayProgress,
): (result: CallResult) => Promise<void> {
  const { paint, write } = context;
  const { json, onlyFailed, budget, claims } = options;
  let isFirst = true;
  return async (result) => {
    if (onlyFailed && result.failures.length === 0) return;
    const text = json
      ? resultAsJson(result, budget)
      : `${isFirst ? `  ${heading()}\n` : ''}${describeResult(result, { paint, claims, budgetMs: budget, redact })}`;
    isFirst = false;
    progress.clear();
    await write(`${redact(text)}\n`);
  };
}

/** @throws ReplayFailedError, InterruptedError, UsageError where there was nothing to replay */
function conclude({ context, options, redact }: ReplayTask, summary: ReplaySummary): void {
  const { calls, failed, interrupted } = summary;
  if (calls === 0 && !interrupted)
    throw new UsageError(
      options.filter === undefined ? 'There is no call to replay.' : 'The filter leaves no call to replay.',
    );
  context.print(redact(options.json ? summaryAsJson(summary) : describeSummary(summary)));
  if (interrupted) throw new InterruptedError(`Interrupted after ${String(calls)} calls.`);
  if (failed > 0) throw new ReplayFailedError(failed, calls);
}
