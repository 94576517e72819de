import { Command, Option } from 'commander';
import type { CliContext } from './cli-context.js';
import { compareClaims, sideBySide } from './compare-claims.js';
import { control, isRecord, PlaygroundError, readPlaygroundAccess } from './playground-access.js';

/** Where the playground keeps its files. */
const FOLDER = '.mintmark';

/** Characters of a line: entitlements are long. */
const WIDTH = 140;

interface MintOptions {
  readonly client?: string;
  readonly user?: string;
  readonly scope?: readonly string[];
  readonly tenant?: string;
  readonly server?: string;
  readonly refresh?: boolean;
  readonly playground: string;
  readonly json?: boolean;
}

/** `mintmark mint`: a token of the playground's authorization server, before and after the hook. */
export function mintCommand(context: CliContext): Command {
  return new Command('mint')
    .description('mint a token in the running playground, and show it before and after the hook')
    .option('--client <id>', 'who gets it; the first service of the org where it is left out')
    .option('--user <name>', 'a login or id: signed in at the client; left out, the client acts for itself')
    .option('--scope <scope...>', 'what is asked for; the default scopes where it is left out')
    .option('--tenant <id>', 'the tenant that the request names, as the query parameter "tenant"')
    .option('--server <id>', 'the authorization server, such as aus…; the first where it is left out')
    .option('--refresh', 'show the token that a refresh yields, instead of the first one')
    .addOption(new Option('--playground <folder>', 'where its files are').default(FOLDER))
    .option('--json', 'print JSON: all that there is to know, the signed tokens too')
    .action((options: MintOptions) => mint(context, options));
}

async function mint({ print }: CliContext, options: MintOptions): Promise<void> {
  const access = await readPlaygroundAccess(options.playground);
  const wish = {
    client: options.client ?? access.clients[0]?.clientId ?? '',
    grant: grantOf(options),
    server: options.server ?? new URL(access.issuer).pathname.split('/').at(-1),
    user: options.user,
    scopes: options.scope,
    tenantHint: options.tenant,
  };
  const minted = await control(access, 'mint', wish);
  print(options.json ? JSON.stringify(minted) : describeMinted(minted));
}

function grantOf({ user, refresh }: MintOptions): string {
  if (refresh === true) return 'refresh_token';
  return user === undefined ? 'client_credentials' : 'authorization_code';
}

/** Both tokens, where there are two, and what the hook made of the call. */
function describeMinted(minted: unknown): string {
  if (!isRecord(minted)) throw new PlaygroundError('The answer is no token.');
  const tokens = [
    describeToken('Access token', minted, 'access'),
    describeToken('ID token', minted, 'identity'),
  ].filter((text) => text !== null);
  return [...tokens, describeHook(minted['events'])].join('\n\n');
}

function describeToken(
  title: string,
  { before, after }: Readonly<Record<string, unknown>>,
  name: 'access' | 'identity',
): string | null {
  const [draft, stamped] = [linesOf(member(before, name)), linesOf(member(after, name))];
  if (draft === null || stamped === null) return null;
  return sideBySide(title, compareClaims(draft, stamped), WIDTH);
}

/** A draft's claims, and how long it is to live; null where there is none. */
function linesOf(draft: unknown): Readonly<Record<string, unknown>> | null {
  const claims = member(draft, 'claims');
  return isRecord(claims) ? { ...claims, '(seconds to live)': member(draft, 'lifetimeSeconds') } : null;
}

/** The last thing that the system log says of the hook. */
function describeHook(events: unknown): string {
  const list: readonly unknown[] = Array.isArray(events) ? events : [];
  const ours = list.filter((event) => String(member(event, 'eventType')).startsWith('inline_hook.'));
  const outcome = member(ours.at(-1), 'outcome');
  if (outcome === undefined) return 'The rule that matched names no hook.';
  return `Hook: ${String(member(outcome, 'result'))}. ${String(member(outcome, 'reason'))}`;
}

function member(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}
