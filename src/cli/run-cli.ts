import { Command, CommanderError, type OutputConfiguration } from 'commander';
import { readDatabaseConfiguration } from '../config/configuration.js';
import type { Environment } from '../config/read-variables.js';
import type { Database } from '../database/database.js';
import { MigrationError, pendingMigrations } from '../database/migrations.js';
import { openDatabase } from '../database/open-database.js';
import { EXIT, exitCodeOf, explainError } from '../operations/run-entry.js';
import { applyCommand } from './apply-command.js';
import { credentialCommand } from './credential-command.js';
import { UsageError, type CliContext, type DatabaseUse } from './cli-context.js';
import { migrateCommand } from './directory-commands.js';
import { doctorCommand } from './doctor/doctor-command.js';
import { errorAsJson } from './error-as-json.js';
import { explainCommand } from './explain-command.js';
import { exportCommand } from './export-command.js';
import { importCommand } from './import-command.js';
import { InterruptedError } from './import-errors.js';
import { invocationsCommand } from './invocations/invocations-command.js';
import { mintCommand } from './mint-command.js';
import { choosePaint } from './paint.js';
import { replayCommand } from './replay/replay-command.js';
import { samplesCommand } from './samples/samples-command.js';
import { schemaCommand } from './schema-command.js';
import { tokenCommand } from './token-command.js';

/** Commands may take longer than hook calls; a server that never answers still ends them. */
const TIMEOUT_MS = 60_000;

/** What shells say of a process that SIGINT ended. */
const INTERRUPTED = 130;

export interface CliInput {
  /** Without the program's own name. */
  readonly parameters: readonly string[];
  readonly environment: Environment;
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Settles when standard output has taken the text; `writeOut` where it is left out. */
  readonly write?: (text: string) => Promise<void>;
  /** Whether standard output is a terminal. */
  readonly isTerminal?: boolean;
  /** Standard error, where it is a terminal. */
  readonly terminal?: NodeJS.WriteStream | null;
  /** Standard input; empty where it is left out. */
  readonly input?: () => AsyncIterable<Uint8Array>;
  /** From then on the first signal to stop aborts, in place of ending the process. */
  readonly listenForInterruption?: () => AbortSignal;
  /** The user of the operating system, for the audit. */
  readonly userName?: string;
  /** Of this program, as `--version` prints it. */
  readonly version?: string;
}

/** Runs one command. @returns the exit code: 0, 1 refused, 64 usage, 69 unavailable, 70 a bug, 78 configuration */
export async function runCli(input: CliInput): Promise<number> {
  const { parameters, writeError } = input;
  const isJson = parameters.includes('--json');
  // Programs get one line of JSON, and not what Commander tells people.
  const program = createProgram(contextOf(input), {
    ...input,
    writeError: isJson ? () => undefined : writeError,
  });
  try {
    await program.parseAsync(parameters, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      if (isJson) writeError(`${errorAsJson(new UsageError(error.message), error.message)}\n`);
      return EXIT.usage;
    }
    const isInterrupted = error instanceof InterruptedError;
    const words = isInterrupted ? error.message : explainError(error);
    writeError(`${isJson ? errorAsJson(error, words) : words}\n`);
    return isInterrupted ? INTERRUPTED : exitCodeOf(error);
  }
}

function contextOf(input: CliInput): CliContext {
  const { environment, writeOut, isTerminal = false, userName = 'unknown' } = input;
  return {
    environment,
    withDatabase: (work, options = {}) => withDatabase(environment, work, options),
    print: (text) => {
      writeOut(`${text}\n`);
    },
    write: input.write ?? ((text) => Promise.resolve(writeOut(text))),
    paint: choosePaint(isTerminal, environment),
    terminal: input.terminal ?? null,
    input: input.input ?? nothing,
    listenForInterruption: input.listenForInterruption ?? (() => new AbortController().signal),
    actor: `cli:${userName}`,
    now: () => new Date(),
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // A caller that gives no input has none.
}

function createProgram(
  context: CliContext,
  { writeOut, writeError, version = 'unknown' }: CliInput,
): Command {
  const output: OutputConfiguration = { writeOut, writeErr: writeError };
  const program = new Command('mintmark')
    .description('Stamps tenant and entitlement claims onto tokens while Okta mints them.')
    .version(version)
    .addHelpText(
      'after',
      '\nThe database is DATABASE_URL, or the embedded one in MINTMARK_DATA_DIR (.mintmark/database).' +
        '\nExit codes: 0 done, 1 refused, 64 usage, 69 unavailable, 70 a bug, 78 configuration, 130 interrupted.',
    )
    .showHelpAfterError('("mintmark --help" shows what there is)');
  const commands = [
    migrateCommand,
    applyCommand,
    exportCommand,
    importCommand,
    schemaCommand,
    credentialCommand,
    tokenCommand,
    explainCommand,
    invocationsCommand,
    doctorCommand,
    mintCommand,
    samplesCommand,
    replayCommand,
  ];
  for (const command of commands) program.addCommand(command(context));
  // Commander would end the process itself.
  program.exitOverride().configureOutput(output);
  inheritSettings(program);
  return program;
}

function inheritSettings(command: Command): void {
  for (const child of command.commands) inheritSettings(child.copyInheritedSettings(command));
}

async function withDatabase<T>(
  environment: Environment,
  work: (database: Database) => Promise<T>,
  { migrating = false, timeoutMs = TIMEOUT_MS }: DatabaseUse,
): Promise<T> {
  const database = await openDatabase(readDatabaseConfiguration(environment), { timeoutMs });
  try {
    if (!migrating && (await pendingMigrations(database)).length > 0) {
      throw new MigrationError('The database is not at this release: run "mintmark migrate" first.');
    }
    return await work(database);
  } finally {
    await database.close();
  }
}
