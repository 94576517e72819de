import pg from 'pg';
import type { Database, ScriptRunner } from './database.js';

/** Names of the two roles of the application. */
export interface RoleNames {
  /** For hook replicas: reads what calls are decided on, and appends choices and recordings. */
  readonly hook: string;
  /** For the admin API and the command line: may write the directory. */
  readonly admin: string;
}

export const ROLE_NAMES: RoleNames = { hook: 'mintmark_hook', admin: 'mintmark_admin' };

/** What the hook reads besides the views of facts. */
const HOOK_READS = [
  ...[
    'issuers',
    'issuer_aliases',
    'clients',
    'claim_mappings',
    'hook_credentials',
    'hook_credential_issuers',
  ],
  ...['remembered_choices', '_prisma_migrations'],
];

/** What the admin reads and writes besides the tables that are audited. */
const ADMIN_WRITES = ['issuer_uris', 'idempotency_keys'];
const ADMIN_READS = ['audit', 'invocations', 'remembered_choices', '_prisma_migrations'];

/** The roles cannot be made, or would mean nothing. */
export class RolesRefusedError extends Error {
  readonly code = 'REFUSED';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RolesRefusedError';
  }
}

/**
 * Makes the two roles of the application where they are not there yet, and gives each exactly what it needs in this database. They
 * are groups: nobody logs in as one of them, and `GRANT mintmark_hook TO somebody` lets somebody work as a hook. Roles belong to
 * the whole server and privileges to a database, so it is done for each database, and again after each release.
 *
 * @throws RolesRefusedError
 */
export async function ensureRoles(database: Database, names: RoleNames): Promise<void> {
  if (database.engine === 'embedded')
    throw new RolesRefusedError('The embedded database has a single user: roles are for PostgreSQL.');
  if (names.hook === names.admin)
    throw new RolesRefusedError('The two roles need two names: one of them may do what the other may not.');
  await database.withScripts(async (run) => {
    for (const name of [names.hook, names.admin]) await ensureRole(run, name);
    await run('BEGIN');
    try {
      await run(`SELECT pg_advisory_xact_lock(hashtext('mintmark.roles'))`);
      await run(grants(names));
      await run('COMMIT');
    } catch (error) {
      await run('ROLLBACK');
      throw error;
    }
  });
}

const INSUFFICIENT_PRIVILEGE = '42501';

async function ensureRole(run: ScriptRunner, name: string): Promise<void> {
  const role = pg.escapeIdentifier(name);
  const [found] = await run(`
    SELECT rolsuper OR pg_has_role(oid, (SELECT relowner FROM pg_class WHERE oid = 'audit'::regclass), 'MEMBER') AS "isMighty"
    FROM pg_roles WHERE rolname = ${pg.escapeLiteral(name)}`);
  if (found?.['isMighty'] === true) {
    throw new RolesRefusedError(
      `The role ${name} is a superuser, or owns the tables: no privilege could be kept from it. Choose another name.`,
    );
  }
  if (found !== undefined) return;
  try {
    // Another process, perhaps for another database of the same server, may make it at this moment.
    await run(`
      DO $$ BEGIN CREATE ROLE ${role} NOLOGIN;
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new RolesRefusedError(
      `The database user may not create roles. Let an administrator run 'CREATE ROLE ${role} NOLOGIN', and then run this again.`,
      { cause: error },
    );
  }
}

/** Everything is taken away first, so that what an earlier release gave does not stay. */
function grants({ hook, admin }: RoleNames): string {
  const [hooks, admins] = [pg.escapeIdentifier(hook), pg.escapeIdentifier(admin)];
  const both = `${hooks}, ${admins}`;
  return `
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${both};
    REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM ${both};
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM ${both};
    GRANT USAGE ON SCHEMA public TO ${both};

    GRANT SELECT ON ${tables(HOOK_READS)} TO ${hooks};
    GRANT INSERT ON remembered_choices, invocations TO ${hooks};
    GRANT USAGE ON SEQUENCE remembered_choices_id_seq TO ${hooks};
    GRANT EXECUTE ON FUNCTION mintmark_forget_expired_choices(timestamptz, integer) TO ${hooks};
    GRANT EXECUTE ON FUNCTION mintmark_forget_invocations(timestamptz, bigint, integer) TO ${hooks};

    GRANT SELECT ON ${tables(ADMIN_READS)} TO ${admins};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ${tables(ADMIN_WRITES)} TO ${admins};

    DO $$ DECLARE name text; BEGIN
      FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND relkind = 'v' AND relname LIKE 'mintmark\\_facts\\_%'
      LOOP EXECUTE format('GRANT SELECT ON %I TO ${both}', name); END LOOP;
      FOR name IN SELECT c.relname FROM pg_class AS c JOIN pg_trigger AS t ON t.tgrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND t.tgname = 'mintmark_audit_insert'
      LOOP EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO ${admins}', name); END LOOP;
    END $$;`;
}

function tables(names: readonly string[]): string {
  return names.map((name) => pg.escapeIdentifier(name)).join(', ');
}
