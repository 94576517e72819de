import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../operations/error-code.js';
import { UsageError, type CliContext } from '../cli-context.js';
import { isRecord } from './replay-call.js';

/** How a hook is named on the command line. */
export interface TargetOptions {
  readonly url?: string | undefined;
  /** `NAME=VALUE`, `NAME=@FILE`, `NAME=env:VARIABLE`, or `@FILE` with lines `NAME: VALUE`. */
  readonly headers?: readonly string[] | undefined;
  readonly bearerFile?: string | undefined;
  readonly caFile?: string | undefined;
}

/** What is known of a hook before it is called. */
export interface NamedTarget {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly ca: string | undefined;
}

interface PlaygroundHook {
  readonly hookUrl: string;
  readonly hookHeader: string;
  readonly hookSecret: string;
  readonly caFile: string;
}

/** What RFC 9110 lets a header be called. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** Printable ASCII: what Node sends, and nothing that ends a line. */
const HEADER_VALUE = /^[\t\x20-\x7e]+$/;

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The hook that is meant: the URL, or the playground's where there is none. Its secret goes to no other URL.
 *
 * @throws UsageError where something is not as it has to be, or cannot be read
 */
export async function readTarget(
  options: TargetOptions,
  playgroundFolder: string,
  context: CliContext,
): Promise<NamedTarget> {
  const playground = await readPlaygroundHook(playgroundFolder);
  if (options.url === undefined && playground === null)
    throw new UsageError(
      `Which hook? Give --url, or --local for the database, or start the playground ("npm start"): there is none in ${playgroundFolder}.`,
    );
  const url = readUrl(options.url ?? playground?.hookUrl ?? '');
  const given = await readCredentials(options, context);
  const isPlayground = playground !== null && url.href === new URL(playground.hookUrl).href;
  const hasOwn = Object.keys(given).length > 0;
  return {
    url,
    headers: isPlayground && !hasOwn ? { [playground.hookHeader]: playground.hookSecret } : given,
    ca: await readCa(options.caFile ?? (isPlayground ? playground.caFile : undefined)),
  };
}

/** A hook that another is compared with: nothing is sent to it but what is given for it. */
export async function readOtherTarget(options: TargetOptions, context: CliContext): Promise<NamedTarget> {
  return {
    url: readUrl(options.url ?? ''),
    headers: await readCredentials(options, context),
    ca: await readCa(options.caFile),
  };
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new UsageError('A hook has a URL such as https://hooks.example.com/okta/token-hook.');
  if (url.protocol === 'http:' && !LOOPBACK.has(url.hostname))
    throw new UsageError(
      `Okta calls https alone, and so does this: ${url.host} would get its secret in clear.`,
    );
  if (url.username !== '' || url.password !== '')
    throw new UsageError('A URL with a password in it is not taken: use --header.');
  return url;
}

async function readCredentials(
  { headers = [], bearerFile }: TargetOptions,
  { environment }: CliContext,
): Promise<Readonly<Record<string, string>>> {
  const pairs: (readonly [string, string])[] = [];
  for (const header of headers) pairs.push(...(await readHeader(header, environment)));
  if (bearerFile !== undefined) pairs.push(['authorization', `Bearer ${await readSecret(bearerFile)}`]);
  for (const [name, value] of pairs) {
    if (!HEADER_NAME.test(name)) throw new UsageError(`"${name}" is no name of a header.`);
    // The value may be a secret, and is not shown.
    if (!HEADER_VALUE.test(value)) throw new UsageError(`The header ${name} has no value that can be sent.`);
  }
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]));
}

async function readHeader(
  text: string,
  environment: CliContext['environment'],
): Promise<readonly (readonly [string, string])[]> {
  if (text.startsWith('@')) return readHeaderLines(text.slice(1));
  const end = text.indexOf('=');
  // What was typed may be a secret by itself.
  if (end < 1) throw new UsageError('A header is NAME=@FILE, NAME=env:VARIABLE, NAME=VALUE, or @FILE.');
  const [name, value] = [text.slice(0, end), text.slice(end + 1)];
  if (value.startsWith('@')) return [[name, await readSecret(value.slice(1))]];
  if (!value.startsWith('env:')) return [[name, value]];
  const variable = value.slice('env:'.length);
  const found = environment[variable];
  if (found === undefined || found === '')
    throw new UsageError(`The header ${name} is to come from ${variable}, which is not set.`);
  return [[name, found]];
}

async function readHeaderLines(file: string): Promise<readonly (readonly [string, string])[]> {
  const lines = (await readSecretFile(file)).split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const end = line.indexOf(':');
    if (end < 1) throw new UsageError(`${file} is to have lines such as "x-mintmark-secret: …".`);
    return [line.slice(0, end).trim(), line.slice(end + 1).trim()];
  });
}

async function readSecret(file: string): Promise<string> {
  const secret = (await readSecretFile(file)).trim();
  if (secret === '') throw new UsageError(`${file} is empty.`);
  return secret;
}

async function readSecretFile(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read (${errorCode(error)}).`);
  });
}

async function readCa(file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : readSecretFile(file);
}

/** What a started playground says of its hook; null where there is none. */
async function readPlaygroundHook(folder: string): Promise<PlaygroundHook | null> {
  const text = await readFile(join(folder, 'playground.json'), 'utf8').catch(() => '');
  const state = parsed(text);
  return isPlaygroundHook(state) ? state : null;
}

function isPlaygroundHook(value: unknown): value is PlaygroundHook {
  if (!isRecord(value) || !URL.canParse(String(value['hookUrl']))) return false;
  return ['hookUrl', 'hookHeader', 'hookSecret', 'caFile'].every((name) => typeof value[name] === 'string');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
