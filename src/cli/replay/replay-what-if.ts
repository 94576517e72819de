import { readRecordingKey } from '../../config/recording-configuration.js';
import { readDirectoryFiles, type DirectoryFile } from '../../directory/files/read-directory-file.js';
import { untilAborted } from '../../directory/imports/until-aborted.js';
import { UsageError, type CliContext } from '../cli-context.js';
import { describeChanges } from '../describe-changes.js';
import { InterruptedError } from '../import-errors.js';
import { describeReport } from '../invocations/describe-changes.js';
import { nameOf, readText } from '../read-input.js';
import { sumUpCalls, type WhatIfReport } from '../what-if/sum-up-calls.js';
import { openWhatIf, type WhatIf } from '../what-if/what-if.js';
import { filterOf, type CallFilter } from './filter-calls.js';
import { readCalls } from './read-calls.js';
import type { ReplayOptions } from './replay-options.js';
import { startProgress, type ReplayProgress } from './replay-progress.js';

/** Users that the report names at the most. */
const PEOPLE = 100;

/**
 * Sums up what would become of calls by the directory as it would be after an apply of the files of `--with`; nothing is changed.
 *
 * @throws UsageError, DirectoryRefusedError, InterruptedError
 */
export async function replayWhatIf(
  context: CliContext,
  names: readonly string[],
  options: ReplayOptions & { readonly with: readonly string[] },
): Promise<void> {
  const files = await readChanges(context, options.with);
  const selects = filterOf(options.filter ?? []);
  await context.withDatabase(async (database) => {
    const whatIf = await openWhatIf(database, {
      at: () => (options.at ?? context.now()).getTime(),
      ...{ files, prune: options.prune === true, enforce: options.enforce === true },
      key: readRecordingKey(context.environment),
    });
    try {
      // Opening may take a while, and says nothing of how quick the calls are.
      const progress = await startProgress(context, names, options.json === true);
      const interrupted = context.listenForInterruption();
      const reading = { selects, progress, interrupted, filesLeftOut: 0 };
      const report = await sumUpCalls(payloadsOf(context, names, reading), whatIf, PEOPLE);
      const leftOut = report.leftOut + reading.filesLeftOut;
      conclude({ context, options, whatIf, interrupted }, { ...report, leftOut });
    } finally {
      await whatIf.close();
    }
  });
}

async function readChanges(context: CliContext, names: readonly string[]): Promise<readonly DirectoryFile[]> {
  const texts = [];
  for (const name of names) texts.push({ name: nameOf(name), text: await readText(name, context) });
  return readDirectoryFiles(texts);
}

interface Reading {
  readonly selects: CallFilter;
  readonly progress: ReplayProgress;
  readonly interrupted: AbortSignal;
  /** Files of folders that hold no call. */
  filesLeftOut: number;
}

/** What cannot be sent is handed on as it is, and counted as left out. */
async function* payloadsOf(context: CliContext, names: readonly string[], reading: Reading): AsyncGenerator {
  const { selects, progress, interrupted } = reading;
  const calls = readCalls(
    names,
    { input: () => untilAborted(context.input(), interrupted) },
    {
      onBytes: (count) => {
        progress.addBytes(count);
      },
      onSkipped: () => {
        reading.filesLeftOut += 1;
      },
    },
  );
  let count = 0;
  try {
    for await (const call of calls) {
      if (interrupted.aborted) return;
      if (!selects(call)) continue;
      yield call.payload;
      progress.show({ calls: (count += 1) });
    }
  } finally {
    progress.clear();
  }
}

interface WhatIfRun {
  readonly context: CliContext;
  readonly options: ReplayOptions;
  readonly whatIf: WhatIf;
  readonly interrupted: AbortSignal;
}

/** Prints the report. @throws UsageError where there was nothing to replay, InterruptedError */
function conclude({ context, options, whatIf, interrupted }: WhatIfRun, report: WhatIfReport): void {
  const isInterrupted = interrupted.aborted;
  if (report.calls + report.leftOut === 0 && !isInterrupted)
    throw new UsageError(
      options.filter === undefined ? 'There is no call to replay.' : 'The filter leaves no call to replay.',
    );
  const { changes } = whatIf;
  context.print(
    options.json
      ? JSON.stringify({ changes, ...report, interrupted: isInterrupted })
      : `${describeChanges(changes, 'planned')} Nothing was changed.\n${describe(report)}`,
  );
  if (isInterrupted) throw new InterruptedError(`Interrupted after ${String(report.calls)} calls.`);
}

function describe(report: WhatIfReport): string {
  const notes = [
    report.leftOut === 0
      ? []
      : [`${String(report.leftOut)} were no calls of a token hook, and were left out.`],
    report.masked === 0
      ? []
      : [
          `${String(report.masked)} are of users that are pseudonyms still, and were decided as calls of somebody unknown: set MINTMARK_RECORD_KEY.`,
        ],
  ];
  return [describeReport(report), ...notes.flat()].join('\n');
}
