import { Command, InvalidArgumentError } from 'commander';
import { LIFETIME_SECONDS } from '../../okta/limits.js';
import { UsageError, type CliContext } from '../cli-context.js';
import { parseInstant } from '../parse-options.js';
import { table } from '../table.js';
import { buildSample, SampleRefusedError, type SampleWish } from './build-sample.js';
import { changeSample } from './change-sample.js';
import { SAML_HOOK_MEMBERS, TOKEN_HOOK_MEMBERS } from './known-members.js';
import { parseMemberPath, parseMemberValue, type MemberValue } from './member-path.js';
import { nearest } from './nearest.js';
import { SAML_SAMPLE, samlSample } from './saml-sample.js';
import { SAMPLE_VARIANTS, type SampleVariant } from './sample-variants.js';

interface BuildOptions {
  readonly client?: string;
  readonly clientName?: string;
  readonly user?: string;
  readonly login?: string;
  readonly scope?: readonly string[];
  readonly issuer?: string;
  readonly audience?: string;
  /** False for `--no-hint`. */
  readonly hint?: string | boolean;
  readonly query?: readonly (readonly [string, string])[];
  readonly refreshToken?: string;
  readonly lifetime?: number;
  readonly at?: Date;
  readonly set?: readonly MemberValue[];
  readonly unset?: readonly (readonly string[])[];
  readonly allowUnknown?: boolean;
  readonly json?: boolean;
}

/** `mintmark samples list|show|build`. */
export function samplesCommand(context: CliContext): Command {
  return new Command('samples')
    .summary('payloads of Okta’s, one for every way to a token')
    .description(
      'Payloads as Okta sends them to a token inline hook, one for every way to a token: to look at, to change, and to replay.',
    )
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addCommand(buildCommand(context));
}

function listCommand({ print }: CliContext): Command {
  return new Command('list')
    .description('list the samples')
    .option('--json', 'print JSON')
    .action(({ json }: { readonly json?: boolean }) => {
      const samples = [...SAMPLE_VARIANTS.map(summaryOf), { ...SAML_SAMPLE, ...SAML_FACTS }];
      print(json ? JSON.stringify(samples) : listed(samples));
    });
}

interface SampleSummary {
  readonly name: string;
  readonly summary: string;
  readonly endpoint: string;
  readonly grant: string;
  /** What is being minted. */
  readonly tokens: readonly string[];
  readonly confidence: string;
}

const SAML_FACTS = { endpoint: 'saml', grant: '', tokens: [], confidence: 'high' };

function summaryOf(variant: SampleVariant): SampleSummary {
  const { name, summary, confidence, at } = variant;
  const { access, identity, refresh_token: refreshToken } = buildSample(variant).data;
  const tokens = { access, identity, refresh: refreshToken };
  return {
    ...{ name, summary, endpoint: at.endpoint, confidence },
    grant: at.endpoint === 'token' ? at.grantType : at.responseType,
    tokens: Object.entries(tokens).flatMap(([token, value]) => (value === undefined ? [] : [token])),
  };
}

function listed(samples: readonly SampleSummary[]): string {
  const rows = samples.map(({ name, endpoint, tokens, summary }) => [
    ...[name, endpoint === 'saml' ? '' : `/${endpoint}`, tokens.join(', '), summary],
  ]);
  return table([['NAME', 'CALLED AT', 'TOKENS', 'WHAT'], ...rows]);
}

function showCommand({ print }: CliContext): Command {
  return new Command('show')
    .description('show a sample, and what is to be known of it')
    .argument('<name>', 'one of those that "mintmark samples list" names')
    .option('--json', 'print JSON')
    .action((name: string, { json }: { readonly json?: boolean }) => {
      const { payload, ...facts } = described(name);
      print(
        json
          ? JSON.stringify({ ...facts, payload })
          : [...Object.entries(facts).map(describeFact), '', pretty(payload)].join('\n'),
      );
    });
}

function described(name: string): SampleSummary & { readonly payload: object } {
  if (name === SAML_SAMPLE.name) return { ...SAML_SAMPLE, ...SAML_FACTS, payload: samlSample() };
  const variant = findVariant(name);
  return { ...summaryOf(variant), payload: buildSample(variant) };
}

function describeFact([name, value]: readonly [string, string | readonly string[]]): string {
  const text = typeof value === 'string' ? value : value.join(', ');
  return `${`${name}:`.padEnd(11)} ${text || 'none'}`;
}

function buildCommand(context: CliContext): Command {
  return new Command('build')
    .summary('build a payload out of a sample')
    .description('Builds a payload out of a sample, and prints it. The same options give the same payload.')
    .argument('<name>', 'one of those that "mintmark samples list" names')
    .option('--client <id>', 'the client that asks')
    .option('--client-name <name>', 'what the org calls it')
    .option('--user <id>', 'the person who signs in, such as 00u…')
    .option('--login <login>', 'what the person signs in with')
    .option('--scope <scope...>', 'the scopes that are granted; openid brings an ID token')
    .option('--issuer <uri>', 'the authorization server')
    .option('--audience <audience>', 'whom the access token is for')
    .option('--hint <tenant>', 'the tenant that the query names, as the parameter "tenant"')
    .option('--no-hint', 'no tenant in the query')
    .option('--query <name=value...>', 'more parameters of the query', collectQuery)
    .option('--refresh-token <jti>', 'the refresh token that is issued or used, such as oar…')
    .option('--lifetime <seconds>', 'how long the drafted tokens live', parseLifetime)
    .option('--at <instant>', 'when the hook is called, such as 2027-01-31T00:00:00Z', parseInstant)
    .option(
      '--set <path=value...>',
      'a member, by dots or as a JSON Pointer; JSON where it parses, else text',
      collectMembers,
    )
    .option('--unset <path...>', 'leave a member out', collectPaths)
    .option('--allow-unknown', 'set members that the contract does not name, too')
    .option('--json', 'on one line, for files of JSON Lines')
    .action((name: string, options: BuildOptions) => {
      const payload = build(name, options);
      context.print(options.json ? JSON.stringify(payload) : pretty(payload));
    });
}

function build(name: string, options: BuildOptions): object {
  const { set = [], unset = [], allowUnknown = false } = options;
  const changes = { set, unset, allowUnknown };
  if (name === SAML_SAMPLE.name) {
    if (Object.keys(wishOf(options)).length > 0)
      throw new SampleRefusedError(`${name} can be changed by --set and --unset alone.`);
    return changeSample(samlSample(), changes, { name, members: SAML_HOOK_MEMBERS });
  }
  const call = buildSample(findVariant(name), wishOf(options));
  return changeSample(call, changes, { name, members: TOKEN_HOOK_MEMBERS });
}

function wishOf(options: BuildOptions): SampleWish {
  const { scope, hint, refreshToken, lifetime, at } = options;
  const { issuer, audience, client, clientName, user, login, query } = options;
  // `--no-hint` makes commander say true where neither was given.
  const named = typeof hint === 'string' ? hint : hint === false ? null : undefined;
  const wish = {
    ...{ issuer, audience, client, clientName, user, login, query, scopes: scope, hint: named },
    ...{ refreshTokenJti: refreshToken, lifetimeSeconds: lifetime, at: at?.getTime() },
  };
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined));
}

function findVariant(name: string): SampleVariant {
  const variant = SAMPLE_VARIANTS.find((candidate) => candidate.name === name);
  if (variant !== undefined) return variant;
  const names = [...SAMPLE_VARIANTS.map((candidate) => candidate.name), SAML_SAMPLE.name];
  const meant = nearest(name, names);
  const hint = meant.length === 0 ? `There are ${names.join(', ')}.` : `Did you mean ${meant.join(', or ')}?`;
  throw new UsageError(`There is no sample "${name}". ${hint}`);
}

function collectQuery(
  text: string,
  earlier: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  const end = text.indexOf('=');
  if (end < 1) throw new InvalidArgumentError('Give a name and a value, such as region=eu.');
  return [...earlier, [text.slice(0, end), text.slice(end + 1)]];
}

const PATH_FORM = 'such as data.access.claims.region, or /data/access/claims/region';

function collectMembers(text: string, earlier: readonly MemberValue[] = []): readonly MemberValue[] {
  const member = parseMemberValue(text);
  if (member === undefined)
    throw new InvalidArgumentError(`Give a path and a value: a path is ${PATH_FORM}; then = and the value.`);
  return [...earlier, member];
}

function collectPaths(
  text: string,
  earlier: readonly (readonly string[])[] = [],
): readonly (readonly string[])[] {
  const path = parseMemberPath(text);
  if (path === undefined) throw new InvalidArgumentError(`Give a path, ${PATH_FORM}.`);
  return [...earlier, path];
}

function parseLifetime(text: string): number {
  const { min, max } = LIFETIME_SECONDS;
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds < min || seconds > max)
    throw new InvalidArgumentError(`Give seconds, from ${String(min)} to ${String(max)}.`);
  return seconds;
}

function pretty(payload: object): string {
  return JSON.stringify(payload, null, 2);
}
