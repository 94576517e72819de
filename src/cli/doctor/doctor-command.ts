import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { readDatabaseConfiguration } from '../../config/configuration.js';
import { ConfigurationError } from '../../config/configuration-error.js';
import { DatabaseUnavailableError, type Database } from '../../database/database.js';
import type { CliContext } from '../cli-context.js';
import type { Paint } from '../paint.js';
import { checkServices } from './check-configuration.js';
import { checkClock, checkLatency, checkMigrations } from './check-database.js';
import { checkDirectory } from './check-directory.js';
import { findingsOf, type Finding } from './finding.js';

/** Whoever asks is waiting. */
const TIMEOUT_MS = 10_000;

/** Something is wrong; the exit code says what. */
export class DoctorError extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
    this.name = 'DoctorError';
  }
}

/** `mintmark doctor`. */
export function doctorCommand(context: CliContext): Command {
  return new Command('doctor')
    .summary('look for what is wrong, and say what to do')
    .description(
      'Looks at the configuration, the database, the clock, certificates and the directory, and says what to do about what is wrong. Changes nothing.',
    )
    .option('--json', 'print JSON')
    .action(({ json }: { readonly json?: boolean }) => examine(context, json === true));
}

async function examine(context: CliContext, json: boolean): Promise<void> {
  const findings = [
    ...(await checkEverythingInDatabase(context)),
    ...checkServices(context.environment, context.now()),
  ];
  const failures = findings.filter(({ status }) => status === 'failure');
  const warnings = findings.filter(({ status }) => status === 'warning');
  context.print(
    json
      ? JSON.stringify({ failures: failures.length, warnings: warnings.length, findings })
      : findings.map((finding) => describe(finding, context.paint)).join('\n'),
  );
  if (failures.length > 0)
    throw new DoctorError(
      `${counted(failures.length, 'failure')}, ${counted(warnings.length, 'warning')}.`,
      codeOf(failures),
    );
  if (!json) context.print(`\nNothing is broken; ${counted(warnings.length, 'warning')}.`);
}

function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** The exit code is that of what has to be mended first. */
function codeOf(failures: readonly Finding[]): string {
  const has = (kind: Finding['kind']): boolean => failures.some((failure) => failure.kind === kind);
  if (has('unavailable')) return 'DATABASE_UNAVAILABLE';
  return has('configuration') ? 'CONFIGURATION' : 'REFUSED';
}

async function checkEverythingInDatabase(context: CliContext): Promise<readonly Finding[]> {
  const { failure, warning } = findingsOf('database', 'unavailable');
  try {
    const configuration = readDatabaseConfiguration(context.environment);
    if (configuration.engine === 'embedded' && !existsSync(configuration.folder))
      return [
        warning(
          'DATABASE_URL is not set, and there is no embedded database yet',
          'set DATABASE_URL, or run "npm start"',
        ),
      ];
    return await context.withDatabase((database) => checkDatabase(database, context), {
      migrating: true,
      timeoutMs: TIMEOUT_MS,
    });
  } catch (error) {
    if (error instanceof DatabaseUnavailableError)
      return [failure(error.message, 'start it, or mend DATABASE_URL')];
    if (error instanceof ConfigurationError)
      return error.faults.map(({ variable, problem }) => ({
        ...failure(`${variable}: ${problem}`, `set ${variable} anew`),
        kind: 'configuration',
      }));
    throw error;
  }
}

async function checkDatabase(database: Database, { now }: CliContext): Promise<readonly Finding[]> {
  const found = [
    await checkLatency(database),
    await checkClock(database, now),
    await checkMigrations(database),
  ];
  const isCurrent = found.every(({ check, status }) => check !== 'migrations' || status === 'ok');
  return isCurrent ? [...found, ...(await checkDirectory(database, now()))] : found;
}

const MARKS = {
  ok: { mark: '✓', colour: 'green' },
  skipped: { mark: '-', colour: 'dim' },
  warning: { mark: '!', colour: 'yellow' },
  failure: { mark: '✗', colour: 'red' },
} as const;

function describe({ check, status, message, advice }: Finding, paint: Paint): string {
  const { mark, colour } = MARKS[status];
  const line = `${paint(colour, mark)} ${paint('bold', check)}: ${message}`;
  return advice === null ? line : `${line}\n    ${advice}`;
}
