import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { generateSecret, hashSecret } from '../caller/header-credential.js';
import {
  CredentialRefusedError,
  createHookCredential,
  listHookCredentials,
  revokeHookCredential,
  type HookCredentialSummary,
} from '../directory/credentials/hook-credentials.js';
import { isInstant, isLine } from '../directory/files/file-validators.js';
import type { CliContext } from './cli-context.js';

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const FORBIDDEN_HEADERS: ReadonlySet<string> = new Set(
  (
    'accept connection content-length content-type expect host keep-alive te trailer transfer-encoding upgrade ' +
    'user-agent'
  ).split(' '),
);

interface CreateOptions {
  readonly header: string;
  readonly issuer: readonly string[];
  readonly label: string;
  readonly failurePolicy: 'omit' | 'deny';
  readonly expires?: Date;
  readonly json?: boolean;
}

/** `mintmark credential create|list|revoke`. */
export function credentialCommand(context: CliContext): Command {
  const command = new Command('credential').description('manage what Okta presents when it calls the hook');
  command
    .command('create')
    .description('make a secret for the header scheme; it is shown once, and only its SHA-256 is stored')
    .requiredOption('--issuer <id...>', 'issuers that the credential may speak for')
    .option('--header <name>', 'name of the header', parseHeaderName, 'authorization')
    .option('--label <text>', 'what it is for', parseLabel, 'Okta inline hook')
    .addOption(
      new Option('--failure-policy <policy>', 'answer to calls that cannot be stamped')
        .choices(['omit', 'deny'])
        .default('omit'),
    )
    .option('--expires <instant>', 'when it ends, such as 2027-01-31T00:00:00Z', parseInstant)
    .option('--json', 'print JSON')
    .action((options: CreateOptions) => create(context, options));
  command
    .command('list')
    .description('show the credentials, without their secrets')
    .option('--json', 'print JSON')
    .action((options: { readonly json?: boolean }) => list(context, options));
  command
    .command('revoke')
    .description('end a credential; running hooks refuse it within their refresh interval')
    .argument('<id>', 'as "credential list" shows it')
    .option('--json', 'print JSON')
    .action((id: string, options: { readonly json?: boolean }) => revoke(context, id, options));
  return command;
}

async function create({ withDatabase, print, now }: CliContext, options: CreateOptions): Promise<void> {
  const expiresAt = options.expires ?? null;
  if (expiresAt !== null && expiresAt <= now())
    throw new CredentialRefusedError(`The end has passed already: ${expiresAt.toISOString()}.`);
  const id = `hc_${randomBytes(8).toString('hex')}`;
  const secret = generateSecret();
  const headerName = options.header;
  await withDatabase((database) =>
    createHookCredential(database, {
      id,
      headerName,
      label: options.label,
      secretSha256: hashSecret(secret),
      issuerIds: options.issuer,
      failurePolicy: options.failurePolicy,
      createdAt: now(),
      expiresAt,
    }),
  );
  if (options.json) {
    print(JSON.stringify({ id, headerName, secret, issuerIds: options.issuer }));
    return;
  }
  print(
    [
      `Credential ${id}, for ${options.issuer.join(', ')}.`,
      'In Okta, under Workflow > Inline Hooks > Authentication (HTTP headers), enter:',
      `  field:  ${headerName}`,
      `  secret: ${secret}`,
      'The secret is not shown again.',
    ].join('\n'),
  );
}

async function list(
  { withDatabase, print, now }: CliContext,
  { json }: { readonly json?: boolean },
): Promise<void> {
  const credentials = await withDatabase(listHookCredentials);
  if (json) {
    print(JSON.stringify(credentials));
    return;
  }
  const rows = credentials.map((credential) => [
    credential.id,
    stateOf(credential, now()),
    credential.headerName,
    credential.issuerIds.join(','),
    credential.failurePolicy,
    credential.label,
  ]);
  print(
    rows.length === 0
      ? 'No credentials.'
      : table([['ID', 'STATE', 'HEADER', 'ISSUERS', 'POLICY', 'LABEL'], ...rows]),
  );
}

async function revoke(
  { withDatabase, print, now }: CliContext,
  id: string,
  { json }: { readonly json?: boolean },
): Promise<void> {
  await withDatabase((database) => revokeHookCredential(database, id, now()));
  print(json ? JSON.stringify({ id, revoked: true }) : `Credential ${id} is revoked.`);
}

function stateOf({ revokedAt, expiresAt }: HookCredentialSummary, now: Date): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'in force';
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function parseHeaderName(value: string): string {
  const name = value.toLowerCase();
  if (!HEADER_NAME.test(value))
    throw new InvalidArgumentError('A header name has letters, digits and dashes.');
  if (FORBIDDEN_HEADERS.has(name))
    throw new InvalidArgumentError(`${value} has a meaning of its own in HTTP.`);
  return name;
}

function parseLabel(value: string): string {
  if (!isLine(value))
    throw new InvalidArgumentError('A label has 1 to 255 characters, and no control characters.');
  return value;
}

function parseInstant(value: string): Date {
  if (!isInstant(value))
    throw new InvalidArgumentError('Give an instant with an offset, such as 2027-01-31T00:00:00Z.');
  return new Date(value);
}
