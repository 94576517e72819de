import { readRecordingKey } from '../../config/recording-configuration.js';
import { readDirectoryFiles } from '../../directory/files/read-directory-file.js';
import { UsageError, type CliContext } from '../cli-context.js';
import { describeChanges } from '../describe-changes.js';
import { describeReport } from '../invocations/describe-changes.js';
import { nameOf, readText } from '../read-input.js';
import { sumUpCalls, type WhatIfReport } from '../what-if/sum-up-calls.js';
import { openWhatIf } from '../what-if/what-if.js';
import { filterOf } from './filter-calls.js';
import { readCalls } from './read-calls.js';
import type { ReplayOptions } from './replay-options.js';

/** Users that the report names at the most. */
const PEOPLE = 100;

/**
 * Sums up what would become of calls by the directory as it would be after an apply of the files of `--with`; nothing is changed.
 *
 * @throws UsageError, DirectoryRefusedError
 */
export async function replayWhatIf(
  context: CliContext,
  names: readonly string[],
  options: ReplayOptions & { readonly with: readonly string[] },
): Promise<void> {
  const texts = [];
  for (const name of options.with) texts.push({ name: nameOf(name), text: await readText(name, context) });
  const files = readDirectoryFiles(texts);
  const at = (): number => (options.at ?? context.now()).getTime();
  await context.withDatabase(async (database) => {
    const whatIf = await openWhatIf(database, {
      ...{ files, at, prune: options.prune === true, enforce: options.enforce === true },
      key: readRecordingKey(context.environment),
    });
    try {
      const report = await sumUpCalls(payloadsOf(context, names, options), whatIf, PEOPLE);
      if (report.calls + report.leftOut === 0) throw new UsageError('There is no call to replay.');
      if (options.json) context.print(JSON.stringify({ changes: whatIf.changes, ...report }));
      else
        context.print(
          `${describeChanges(whatIf.changes, 'planned')} Nothing was changed.\n${describe(report)}`,
        );
    } finally {
      await whatIf.close();
    }
  });
}

/** What cannot be sent is handed on as it is, and counted as left out. */
async function* payloadsOf(
  context: CliContext,
  names: readonly string[],
  { filter = [] }: ReplayOptions,
): AsyncGenerator {
  const selects = filterOf(filter);
  const calls = readCalls(names, context, { onBytes: () => undefined, onSkipped: () => undefined });
  for await (const call of calls) if (selects(call)) yield call.payload;
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
