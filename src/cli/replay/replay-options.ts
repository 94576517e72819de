import { Command, InvalidArgumentError, Option } from 'commander';
import { parseInstant } from '../parse-options.js';
import type { ShownClaims } from './describe-result.js';

export interface ReplayOptions {
  readonly url?: string;
  readonly header?: readonly string[];
  readonly bearerFile?: string;
  readonly ca?: string;
  readonly playground: string;
  readonly local?: boolean;
  readonly at?: Date;
  readonly enforce?: boolean;
  readonly with?: readonly string[];
  readonly prune?: boolean;
  readonly filter?: readonly string[];
  readonly concurrency: number;
  readonly rate?: number;
  readonly budget: number;
  readonly strict?: boolean;
  readonly update?: boolean;
  readonly requireExpected?: boolean;
  readonly exactLifetimes?: boolean;
  readonly against?: string;
  readonly againstHeader?: readonly string[];
  readonly againstBearerFile?: string;
  readonly againstCa?: string;
  readonly claims: ShownClaims;
  readonly onlyFailed?: boolean;
  readonly json?: boolean;
  readonly junit?: string;
}

/** Where the playground keeps its files. */
const PLAYGROUND_FOLDER = '.mintmark';

/** What Okta waits, in milliseconds (section 5); its support can set another time for one hook. */
const BUDGET_MS = 3_000;

/** Gives the command its options. */
export function addReplayOptions(command: Command): Command {
  for (const add of [addTarget, addLocal, addRun, addGoldens, addOutput]) add(command);
  return command.addHelpText('after', SECRETS_NOTE);
}

const SECRETS_NOTE = `
Secrets come from files or variables, so that they stand in no list of processes:
  --header x-mintmark-secret=@secret.txt     the content of a file
  --header x-mintmark-secret=env:HOOK_SECRET a variable
  --header @headers.txt                      lines such as "x-mintmark-secret: …"`;

function addTarget(command: Command): void {
  command
    .option('--url <url>', 'the hook; the one of the playground where it is left out')
    .option('--header <name=value>', 'a header to send, see below; once for each', collect)
    .option('--bearer-file <file>', 'a file with a token, to be sent as "authorization: Bearer …"')
    .option('--ca <file>', 'the CA of the hook’s certificate (PEM), in place of the system’s')
    .addOption(
      new Option('--playground <folder>', 'where the playground’s files are').default(PLAYGROUND_FOLDER),
    );
}

/** Nobody is called there, no answer is judged, and the report is one. */
const NOT_WITH_CHANGES = [
  ...['local', 'url', 'header', 'bearerFile', 'ca', 'playground'],
  ...['concurrency', 'rate', 'budget', 'strict', 'claims', 'onlyFailed', 'junit'],
  ...['update', 'requireExpected', 'exactLifetimes'],
  ...['against', 'againstHeader', 'againstBearerFile', 'againstCa'],
];

function addLocal(command: Command): void {
  command
    .addOption(
      new Option('--local', 'by the hook’s own code on the database, without a hook').conflicts([
        ...['url', 'header', 'bearerFile', 'ca'],
      ]),
    )
    .option(
      '--at <instant>',
      'with --local and --with: as of another instant, such as 2027-01-31T00:00:00Z',
      parseInstant,
    )
    .option('--enforce', 'with --local and --with: as mode enforce would answer, whatever the mode')
    .addOption(
      new Option(
        '--with <file>',
        'sum up whose tokens would change after an apply of this directory file, and nothing is changed; once for each',
      )
        .argParser(collect)
        .conflicts([...NOT_WITH_CHANGES]),
    )
    .option('--prune', 'with --with: as "apply --prune" would');
}

function addRun(command: Command): void {
  command
    .option(
      '--filter <what>',
      'calls of a name, or of issuer=, client=, user=, grant=, scope=; * is any text; of several, all have to hold',
      collect,
    )
    .option('--concurrency <calls>', 'how many calls at once', wholeNumber(1, 256), 1)
    .option('--rate <calls>', 'how many calls a second, at most', parseRate)
    .option('--budget <ms>', 'how long Okta waits for an answer', wholeNumber(10, 60_000), BUDGET_MS)
    .option('--strict', 'warnings fail a call, too');
}

function addGoldens(command: Command): void {
  command
    .option('--update', 'the answers become the expected ones: x.json’s is written to x.expected.json')
    .option('--require-expected', 'a call without an expected answer fails')
    .option('--exact-lifetimes', 'compare lifetimes to the second, for runs at one instant')
    .option('--against <url>', 'a second hook, whose answers are to be the same')
    .option('--against-header <name=value>', 'a header for it: it gets none of the first', collect)
    .option('--against-bearer-file <file>', 'a file with a token for it')
    .option('--against-ca <file>', 'the CA of its certificate');
}

function addOutput(command: Command): void {
  command
    .addOption(
      new Option('--claims <which>', 'which claims to show, before and after')
        .choices(['changed', 'all', 'none'])
        .default('changed'),
    )
    .option('--only-failed', 'show failed calls alone')
    .option('--json', 'print JSON: a line for each call, and one of figures')
    .option('--junit <file>', 'write JUnit XML, too, for CI');
}

/** An option takes one value each time, since files follow that are none of them. */
function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`Give a whole number from ${String(least)} to ${String(most)}.`);
    return value;
  };
}

function parseRate(text: string): number {
  const value = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || value <= 0 || value > 100_000)
    throw new InvalidArgumentError('Give calls per second, such as 50 or 0.5.');
  return value;
}
