import { Command } from 'commander';
import { migrate } from '../database/migrations.js';
import type { CliContext } from './cli-context.js';

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
