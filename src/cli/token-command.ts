import { Command, Option } from 'commander';
import { ADMIN_SCOPES, formatScope, type AdminScope } from '../caller/admin-rights.js';
import {
  createAdminToken,
  listAdminTokens,
  revokeAdminToken,
  type AdminTokenSummary,
} from '../caller/admin-tokens.js';
import type { CliContext } from './cli-context.js';
import { parseInstant, parseLabel } from './parse-options.js';
import { table } from './table.js';

interface CreateOptions {
  readonly scope: readonly AdminScope[];
  readonly tenant?: readonly string[];
  readonly label: string;
  readonly expires?: Date;
  readonly json?: boolean;
}

interface JsonOption {
  readonly json?: boolean;
}

/** `mintmark token create|list|revoke`. */
export function tokenCommand(context: CliContext): Command {
  const command = new Command('token').description('manage the tokens of the admin API');
  command
    .command('create')
    .description('make a token, which is shown once and stored as its SHA-256')
    .addOption(
      new Option('--scope <scope...>', 'what it permits').choices(ADMIN_SCOPES).makeOptionMandatory(),
    )
    .option('--tenant <id...>', 'only for these tenants, and what belongs to them')
    .option('--label <text>', 'what it is for', parseLabel, 'made on the command line')
    .option('--expires <instant>', 'when it ends, such as 2027-01-31T00:00:00Z', parseInstant)
    .option('--json', 'print JSON')
    .action((options: CreateOptions) => create(context, options));
  command
    .command('list')
    .description('show the tokens, without their secrets')
    .option('--json', 'print JSON')
    .action((options: JsonOption) => list(context, options));
  command
    .command('revoke')
    .description('end a token, at once')
    .argument('<id>', 'as "token list" shows it')
    .option('--json', 'print JSON')
    .action((id: string, options: JsonOption) => revoke(context, id, options));
  return command;
}

async function create(
  { withDatabase, print, actor, now }: CliContext,
  { scope, tenant, label, expires, json }: CreateOptions,
): Promise<void> {
  const scopes = scope.flatMap((name) =>
    (tenant ?? [null]).map((tenantId) => formatScope({ scope: name, tenantId })),
  );
  const terms = { label, scopes, expiresAt: expires ?? null };
  // Whoever has the database at hand could write the row.
  const issuer = { actor, rights: 'everything', now: now() } as const;
  const { token, summary } = await withDatabase((database) => createAdminToken(database, terms, issuer));
  if (json) {
    print(JSON.stringify({ ...summary, token }));
    return;
  }
  print(
    [
      `Token ${summary.id}, for ${summary.scopes.join(', ')}${endOf(summary)}.`,
      `  ${token}`,
      'It is not shown again. Send it to the admin API as "Authorization: Bearer …".',
    ].join('\n'),
  );
}

function endOf({ expiresAt }: AdminTokenSummary): string {
  return expiresAt === null ? '' : `, until ${expiresAt.toISOString()}`;
}

async function list({ withDatabase, print, now }: CliContext, { json }: JsonOption): Promise<void> {
  const tokens = await withDatabase(listAdminTokens);
  if (json) {
    print(JSON.stringify(tokens));
    return;
  }
  const rows = tokens.map((token) => [
    ...[token.id, stateOf(token, now()), token.scopes.join(','), token.createdBy, token.label],
  ]);
  print(rows.length === 0 ? 'No tokens.' : table([['ID', 'STATE', 'SCOPES', 'MADE BY', 'LABEL'], ...rows]));
}

function stateOf({ revokedAt, expiresAt }: AdminTokenSummary, now: Date): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'in force';
}

async function revoke(
  { withDatabase, print, actor, now }: CliContext,
  id: string,
  { json }: JsonOption,
): Promise<void> {
  const issuer = { actor, rights: 'everything', now: now() } as const;
  const revoked = await withDatabase((database) => revokeAdminToken(database, id, issuer));
  print(json ? JSON.stringify(revoked) : `Token ${id} is revoked.`);
}
