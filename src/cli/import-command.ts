import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { isId } from '../claims/identifiers.js';
import type { Column } from '../directory/imports/columns.js';
import { CsvFaultError } from '../directory/imports/csv-rows.js';
import { IMPORT_KINDS } from '../directory/imports/import-kinds.js';
import type { ImportKind } from '../directory/imports/import-kind.js';
import {
  importRows,
  type ImportCounts,
  type ImportOptions,
  type ImportResult,
} from '../directory/imports/import-rows.js';
import { errorCode } from '../operations/error-code.js';
import { UsageError, type CliContext } from './cli-context.js';
import { ImportRefusedError, InterruptedError } from './import-errors.js';
import { ImportProgress } from './import-progress.js';
import { nameOf, readBytes } from './read-input.js';
import { RefusedRows } from './refused-rows.js';

interface CommandOptions {
  readonly org?: string;
  readonly delimiter: string;
  readonly refused?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `mintmark import users|memberships|grants FILE`. */
export function importCommand(context: CliContext): Command {
  const command = new Command('import')
    .summary('load users, memberships or grants from CSV')
    .description(
      'Loads rows from CSV, millions of them where need be. Rows that are there already are changed; importing a file twice changes nothing the second time, so an import that was interrupted is simply run again.',
    );
  for (const [name, kind] of Object.entries(IMPORT_KINDS))
    command.addCommand(kindCommand(context, name, kind));
  return command;
}

function kindCommand(context: CliContext, name: string, kind: ImportKind): Command {
  return new Command(name)
    .description(`load ${name} from a CSV file whose first line names its columns`)
    .argument('<file>', 'the CSV file, in UTF-8; - is standard input')
    .option('--org <id>', 'the org of all rows, where the file has no column for it', parseOrg)
    .option('--delimiter <character>', 'what stands between cells', parseDelimiter, ',')
    .option('--refused <file>', 'where refused rows go, with line and reason (default: <file>.refused.csv)')
    .option('--dry-run', 'judge every row, and change nothing')
    .option('--json', 'print JSON')
    .addHelpText('after', `\nColumns:\n${kind.columns.map(describeColumn).join('\n')}\n${COLUMNS_NOTE}`)
    .action((file: string, options: CommandOptions) => runImport(context, { file, kind, options }));
}

const COLUMNS_NOTE = `
Of columns that the file does not have, rows that are there keep their values. An empty cell means none.`;

function describeColumn({ name, required, meaning }: Column): string {
  return `  ${name.padEnd(9)} ${required ? 'needed  ' : 'optional'}  ${meaning}`;
}

function parseOrg(value: string): string {
  if (!isId(value)) throw new InvalidArgumentError('An org id has 1 to 255 characters.');
  return value;
}

function parseDelimiter(value: string): string {
  const delimiter = value === '\\t' ? '\t' : value;
  if (!/^[^"\r\n]$/u.test(delimiter)) throw new InvalidArgumentError('Give one character, such as ; or \\t.');
  return delimiter;
}

interface Task {
  readonly file: string;
  readonly kind: ImportKind;
  readonly options: CommandOptions;
}

async function runImport(context: CliContext, task: Task): Promise<void> {
  const { file, options } = task;
  const refusedFile = options.refused ?? (file === '-' ? 'refused.csv' : `${file}.refused.csv`);
  if (file !== '-' && resolve(refusedFile) === resolve(file))
    throw new UsageError('--refused names the file that is read: give refused rows another one.');
  const refusedRows = new RefusedRows(refusedFile, options.delimiter);
  const progress = new ImportProgress(options.json ? null : context.terminal, await sizeOf(file));
  const began = performance.now();
  const secondsSoFar = (): number => (performance.now() - began) / 1000;
  try {
    const result = await importFile(context, task, {
      onHeader: (names) => refusedRows.begin(names),
      onRefused: (refusals) => refusedRows.add(refusals),
      onProgress: (counts) => {
        progress.show(counts, secondsSoFar());
      },
      bytes: progress.counting(readBytes(file, context)),
    });
    progress.stop();
    report(context, task, { ...result, refusedFile, seconds: secondsSoFar() });
  } finally {
    progress.stop();
    await refusedRows.close();
  }
}

type Listeners = Pick<ImportOptions, 'onHeader' | 'onRefused' | 'onProgress' | 'bytes'>;

async function importFile(
  { withDatabase, actor, listenForInterruption }: CliContext,
  { file, kind, options: { org, delimiter, dryRun = false } }: Task,
  listeners: Listeners,
): Promise<ImportResult> {
  try {
    return await withDatabase((database) =>
      importRows(database, kind, {
        ...{ ...listeners, delimiter, org: org ?? null, dryRun, actor, interrupted: listenForInterruption() },
      }),
    );
  } catch (error) {
    throw error instanceof CsvFaultError
      ? new ImportRefusedError(`${nameOf(file)}, ${error.message}. Nothing was changed.`)
      : error;
  }
}

/** The size of a file, where it has one. @throws UsageError where it cannot be read */
async function sizeOf(file: string): Promise<number | null> {
  if (file === '-') return null;
  const stats = await stat(file).catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read (${errorCode(error)}).`);
  });
  return stats.isFile() ? stats.size : null;
}

interface Outcome extends ImportResult {
  readonly refusedFile: string;
  readonly seconds: number;
}

/** @throws ImportRefusedError, InterruptedError where not all of the file is in the database */
function report({ print }: CliContext, { file, kind, options }: Task, outcome: Outcome): void {
  const { counts, stopped, refusedFile, seconds } = outcome;
  const { rows, refused } = counts;
  const { dryRun = false, json } = options;
  if (json) {
    const rest = stopped === null ? null : stopped.kind === 'fault' ? stopped.fault.message : 'interrupted';
    print(
      JSON.stringify({
        ...{ file: nameOf(file), noun: kind.noun, dryRun, ...counts, stopped: rest },
        ...{ refusedFile: refused > 0 ? refusedFile : null, seconds: Number(seconds.toFixed(3)) },
      }),
    );
  } else print(`${nameOf(file)}: ${describeCounts(counts, dryRun)}`);
  const again = 'What was read until there is in the database; run the import again when it is mended.';
  if (stopped?.kind === 'interrupted')
    throw new InterruptedError(`Interrupted after ${String(rows)} rows: run the import again for the rest.`);
  if (stopped !== null) throw new ImportRefusedError(`${nameOf(file)}, ${stopped.fault.message}. ${again}`);
  if (refused > 0)
    throw new ImportRefusedError(
      `${String(refused)} of ${String(rows)} rows were refused: ${refusedFile} has them, with line and reason.`,
    );
}

function describeCounts(
  { rows, created, changed, unchanged, refused }: ImportCounts,
  dryRun: boolean,
): string {
  const words = `${String(rows)} rows: ${String(created)} created, ${String(changed)} changed, ${String(unchanged)} unchanged, ${String(refused)} refused.`;
  return dryRun ? `${words} This was a dry run: nothing was changed.` : words;
}
