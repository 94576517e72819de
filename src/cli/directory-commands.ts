import { Command, InvalidArgumentError } from 'commander';
import { migrate } from '../database/migrations.js';
import { ensureRoles, ROLE_NAMES, type RoleNames } from '../database/roles.js';
import type { CliContext } from './cli-context.js';

interface MigrateOptions {
  readonly roles?: boolean;
  readonly hookRole: string;
  readonly adminRole: string;
  readonly json?: boolean;
}

/** `mintmark migrate`. */
export function migrateCommand({ withDatabase, print }: CliContext): Command {
  return new Command('migrate')
    .description('bring the database to this release: apply the migrations it does not have')
    .option('--roles', 'also make the two roles of the application, or give them what this release needs')
    .option('--hook-role <name>', 'what hooks work as', parseRole, ROLE_NAMES.hook)
    .option('--admin-role <name>', 'what the admin API and this program work as', parseRole, ROLE_NAMES.admin)
    .option('--json', 'print JSON')
    .action(async ({ roles: isWithRoles = false, hookRole, adminRole, json }: MigrateOptions) => {
      const roles = isWithRoles ? { hook: hookRole, admin: adminRole } : null;
      const applied = await withDatabase(
        async (database) => {
          const names = await migrate(database);
          if (roles !== null) await ensureRoles(database, roles);
          return names;
        },
        { migrating: true },
      );
      const result = { applied, ...(roles === null ? {} : { roles }) };
      print(json ? JSON.stringify(result) : describe(applied, roles));
    });
}

function describe(applied: readonly string[], roles: RoleNames | null): string {
  const migrations =
    applied.length === 0
      ? 'Nothing to migrate.'
      : `Applied:\n${applied.map((name) => `  ${name}`).join('\n')}`;
  if (roles === null) return migrations;
  return [
    migrations,
    `Roles: ${roles.hook} for hooks, ${roles.admin} for the admin API and this program.`,
    `Whoever logs in as one of those needs, for example: GRANT ${roles.hook} TO the_login;`,
  ].join('\n');
}

/** PostgreSQL cuts longer names, and keeps those that begin with `pg_` to itself. */
function parseRole(name: string): string {
  if (!/^(?!pg_)[A-Za-z_][A-Za-z0-9_-]{0,62}$/.test(name))
    throw new InvalidArgumentError('A role is 1 to 63 letters, digits, dashes and underscores, and no pg_….');
  return name;
}
