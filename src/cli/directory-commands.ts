import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { migrate } from '../database/migrations.js';
import { applyDirectory } from '../directory/files/apply-directory.js';
import { readDirectoryFile } from '../directory/files/read-directory-file.js';
import type { TableChanges } from '../directory/files/reconcile.js';
import { errorCode } from '../operations/error-code.js';
import { UsageError, type CliContext } from './cli-context.js';

interface JsonOption {
  readonly json?: boolean;
}

/** `mintmark migrate`. */
export function migrateCommand({ withDatabase, print }: CliContext): Command {
  return new Command('migrate')
    .description('bring the database to this release: apply the migrations it does not have')
    .option('--json', 'print JSON')
    .action(async ({ json }: JsonOption) => {
      const applied = await withDatabase(migrate, { migrating: true });
      if (json) print(JSON.stringify({ applied }));
      else
        print(
          applied.length === 0
            ? 'Nothing to migrate.'
            : `Applied:\n${applied.map((n) => `  ${n}`).join('\n')}`,
        );
    });
}

/** `mintmark apply FILE`. */
export function applyCommand({ withDatabase, print }: CliContext): Command {
  return new Command('apply')
    .description('make the directory as a YAML file says; what the file does not name stays')
    .argument('<file>', 'the directory file, such as examples/directory.yaml')
    .option('--json', 'print JSON')
    .action(async (name: string, { json }: JsonOption) => {
      const file = readDirectoryFile(name, await readText(name));
      const changes = await withDatabase((database) => applyDirectory(database, file));
      print(json ? JSON.stringify({ file: name, changes }) : `${name}: ${describeChanges(changes)}`);
    });
}

async function readText(name: string): Promise<string> {
  try {
    return await readFile(name, 'utf8');
  } catch (error) {
    throw new UsageError(`${name} cannot be read (${errorCode(error)}).`);
  }
}

/** One line: what was done, and how much was right already. */
export function describeChanges(changes: readonly TableChanges[]): string {
  const done = changes.flatMap(({ noun, created, changed, removed }) =>
    Object.entries({ created, changed, removed })
      .filter(([, count]) => count > 0)
      .map(([word, count]) => `${String(count)} ${count === 1 ? noun : plural(noun)} ${word}`),
  );
  const unchanged = changes.reduce((sum, table) => sum + table.unchanged, 0);
  return `${done.length === 0 ? 'nothing to change' : done.join(', ')}; ${String(unchanged)} unchanged.`;
}

function plural(noun: string): string {
  return noun.endsWith('s') ? `${noun}es` : `${noun}s`;
}
