import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { generateSecret, hashSecret } from '../caller/header-credential.js';
import { isSecretHeaderName } from '../caller/secret-header-name.js';
import { isId } from '../claims/identifiers.js';
import { writeAs } from '../database/write-as.js';
import {
  CredentialRefusedError,
  createBearerCredential,
  createHookCredential,
  listHookCredentials,
  revokeHookCredential,
  type HookCredentialSummary,
  type NewHookCredential,
} from '../directory/credentials/hook-credentials.js';
import { UsageError, type CliContext } from './cli-context.js';
import { parseInstant, parseLabel } from './parse-options.js';
import { table } from './table.js';

const DEFAULT_HEADER = 'authorization';

interface CreateOptions {
  readonly scheme: 'header' | 'bearer';
  readonly header?: string;
  readonly clientId?: string;
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
    .description(
      'let a caller in: by a secret in a header, which is shown once and stored as its SHA-256, or by the tokens of an OAuth client',
    )
    .requiredOption('--issuer <id...>', 'issuers that the credential may speak for')
    .addOption(
      new Option('--scheme <scheme>', 'how the caller proves itself')
        .choices(['header', 'bearer'])
        .default('header'),
    )
    .option('--header <name>', `name of the header (header; default: "${DEFAULT_HEADER}")`, parseHeaderName)
    .option('--client-id <id>', 'client whose tokens are accepted (bearer), such as 0oa…', parseClientId)
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
    .description(
      'end a credential; running hooks refuse it at once, and without the change feed within MINTMARK_CONTROL_REFRESH_SECONDS',
    )
    .argument('<id>', 'as "credential list" shows it')
    .option('--json', 'print JSON')
    .action((id: string, options: { readonly json?: boolean }) => revoke(context, id, options));
  return command;
}

async function create(context: CliContext, options: CreateOptions): Promise<void> {
  const createdAt = context.now();
  const expiresAt = options.expires ?? null;
  if (expiresAt !== null && expiresAt <= createdAt)
    throw new CredentialRefusedError(`The end has passed already: ${expiresAt.toISOString()}.`);
  const terms: CredentialTerms = {
    id: `hc_${randomBytes(8).toString('hex')}`,
    label: options.label,
    issuerIds: options.issuer,
    failurePolicy: options.failurePolicy,
    createdAt,
    expiresAt,
  };
  await (options.scheme === 'bearer' ? createBearer : createHeader)(context, terms, options);
}

type CredentialTerms = Omit<NewHookCredential, 'headerName' | 'secretSha256'>;

async function createHeader(
  { withDatabase, print, actor }: CliContext,
  terms: CredentialTerms,
  { header: headerName = DEFAULT_HEADER, clientId, json }: CreateOptions,
): Promise<void> {
  if (clientId !== undefined) throw new UsageError('--client-id is for --scheme bearer.');
  const secret = generateSecret();
  const credential = { ...terms, headerName, secretSha256: hashSecret(secret) };
  await withDatabase((database) =>
    writeAs(database, actor, (prisma) => createHookCredential({ prisma }, credential)),
  );
  const { id, issuerIds } = terms;
  if (json) {
    print(JSON.stringify({ id, headerName, secret, issuerIds }));
    return;
  }
  print(
    [
      `Credential ${id}, for ${issuerIds.join(', ')}.`,
      'In Okta, under Workflow > Inline Hooks > Authentication (HTTP headers), enter:',
      `  field:  ${headerName}`,
      `  secret: ${secret}`,
      'The secret is not shown again.',
    ].join('\n'),
  );
}

async function createBearer(
  { withDatabase, print, actor }: CliContext,
  terms: CredentialTerms,
  { header, clientId, json }: CreateOptions,
): Promise<void> {
  if (header !== undefined) throw new UsageError('--header is for --scheme header.');
  if (clientId === undefined) throw new UsageError('--scheme bearer needs --client-id.');
  await withDatabase((database) =>
    writeAs(database, actor, (prisma) => createBearerCredential({ prisma }, { ...terms, clientId })),
  );
  const { id, issuerIds } = terms;
  if (json) {
    print(JSON.stringify({ id, scheme: 'bearer', clientId, issuerIds }));
    return;
  }
  print(
    [
      `Credential ${id}, for ${issuerIds.join(', ')}.`,
      `In Okta, under Workflow > Inline Hooks > Authentication (OAuth 2.0), enter the client id ${clientId}, and the token`,
      'URL and scope of the authorization server that MINTMARK_BEARER_ISSUER names. The hook service needs the',
      'MINTMARK_BEARER_* variables, with this client among MINTMARK_BEARER_CLIENT_IDS.',
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
    credential.scheme,
    credential.scheme === 'header' ? credential.headerName : credential.clientId,
    credential.issuerIds.join(','),
    credential.failurePolicy,
    credential.label,
  ]);
  print(
    rows.length === 0
      ? 'No credentials.'
      : table([['ID', 'STATE', 'SCHEME', 'PROOF', 'ISSUERS', 'POLICY', 'LABEL'], ...rows]),
  );
}

async function revoke(
  { withDatabase, print, now, actor }: CliContext,
  id: string,
  { json }: { readonly json?: boolean },
): Promise<void> {
  await withDatabase((database) =>
    writeAs(database, actor, (prisma) => revokeHookCredential({ prisma }, id, now())),
  );
  print(json ? JSON.stringify({ id, revoked: true }) : `Credential ${id} is revoked.`);
}

function stateOf({ revokedAt, expiresAt }: HookCredentialSummary, now: Date): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'in force';
}

function parseHeaderName(value: string): string {
  if (!isSecretHeaderName(value))
    throw new InvalidArgumentError(
      'A header name has up to 100 letters, digits and dashes, and no meaning of its own in HTTP.',
    );
  return value.toLowerCase();
}

function parseClientId(value: string): string {
  if (!isId(value))
    throw new InvalidArgumentError('A client id has 1 to 255 characters, and no white space around it.');
  return value;
}
