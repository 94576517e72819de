import { Command } from 'commander';
import type { Trace } from '../claims/decision.js';
import { readControlSnapshot } from '../directory/control/read-control-snapshot.js';
import type { TokenHookRequest } from '../okta/token-hook-request.js';
import { compileRequestCheck } from '../stamping/compile-request-check.js';
import type { Explanation } from '../stamping/explain.js';
import { UsageError, type CliContext } from './cli-context.js';
import { compareClaims, sideBySide } from './compare-claims.js';
import { explainBy } from './explain-by.js';
import type { Paint } from './paint.js';
import { parseInstant } from './parse-options.js';
import { nameOf, readText } from './read-input.js';
import { table } from './table.js';

/** Characters of a line: entitlements are long. */
const WIDTH = 140;

interface ExplainOptions {
  readonly at?: Date;
  readonly json?: boolean;
}

/** `mintmark explain FILE`. */
export function explainCommand(context: CliContext): Command {
  return new Command('explain')
    .summary('say what would be stamped onto a token, and why')
    .description(
      'Says what the hook would answer to a payload of Okta’s, and why: by the hook’s own code, on what the directory holds now. Nothing is remembered.',
    )
    .argument('<file>', 'the JSON that Okta posts to the hook; - is standard input')
    .option('--at <instant>', 'as of another instant, such as 2027-01-31T00:00:00Z', parseInstant)
    .option('--json', 'print JSON: the whole trace')
    .action((file: string, options: ExplainOptions) => runExplain(context, file, options));
}

async function runExplain(
  context: CliContext,
  file: string,
  { at, json = false }: ExplainOptions,
): Promise<void> {
  const { withDatabase, print, now, paint } = context;
  const request = readRequest(nameOf(file), await readText(file, context));
  const explanation = await withDatabase(async (database) => {
    const snapshot = await readControlSnapshot(database);
    return explainBy({ snapshot, facts: database }, request, (at ?? now()).getTime());
  });
  print(json ? JSON.stringify(explanation) : describeExplanation(explanation, paint));
}

function readRequest(name: string, text: string): TokenHookRequest {
  const request = parsed(name, text);
  if (compileRequestCheck()(request)) return request;
  throw new UsageError(`${name} is no call of a token inline hook: see examples/payloads for some.`);
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${name} is no JSON.`);
  }
}

const COLOURS = { stamped: 'green', unchanged: 'yellow', denied: 'red', failed: 'red' } as const;

function describeExplanation(explanation: Explanation, paint: Paint): string {
  const { outcome, reason, detail, mode, failurePolicy, trace } = explanation;
  const why = [reason, detail].filter((text) => text !== null).join(': ');
  const summary = `${paint(COLOURS[outcome], outcome)}${why === '' ? '' : ` (${why})`}`;
  return [
    `Outcome: ${summary}${consequenceOf(explanation)}`,
    ...(mode === null ? [] : [`Mode: ${mode}; failure policy: ${String(failurePolicy)}`]),
    ...(trace === null ? [] : describeTrace(trace)),
    ...describeTokens(explanation),
  ].join('\n');
}

/** What the mode in force makes of it, where that is something else. */
function consequenceOf({ mode, outcome }: Explanation): string {
  const isAnswered = mode === 'enforce' || mode === null || outcome === 'unchanged';
  return isAnswered ? '' : `, but mode ${mode} answers with no commands`;
}

/** How a decision came about, line by line. */
export function describeTrace({
  subject,
  selection,
  entitlements,
  mappings,
  tokens,
}: Trace): readonly string[] {
  const covers = selection.membership ?? selection.binding;
  const roles = covers === null ? '' : `; roles: ${covers.roles.join(', ') || 'none'}`;
  return [
    `For: a ${subject} call`,
    `Tenant: ${selection.tenantId ?? 'none'} (${selection.outcome}: ${selection.why})${roles}`,
    ...section(
      'Entitlements',
      ['FEATURE', 'VALUE', 'FROM'],
      entitlements.map(({ featureId, value, source }) => [
        ...[featureId, JSON.stringify(value), `${source.level} ${source.ids.join(', ')}`],
      ]),
    ),
    ...section(
      'Claim mappings',
      ['MAPPING', 'CLAIM', ''],
      mappings.map((mapping) => [
        ...[mapping.mappingId, mapping.claim],
        mapping.kind === 'produced' ? 'produced' : `${mapping.kind}: ${mapping.why}`,
      ]),
    ),
    ...Object.entries(tokens).flatMap(([name, { dropped, lifetime }]) => [
      ...(dropped.length === 0
        ? []
        : [`Dropped from the ${name} token for its budget: ${dropped.join(', ')}`]),
      ...(lifetime.cappedSeconds === null
        ? []
        : [
            `The ${name} token lives ${String(lifetime.cappedSeconds)} s and not ${String(lifetime.draftSeconds)}: then something of it ends.`,
          ]),
    ]),
  ];
}

function section(
  title: string,
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  return rows.length === 0 ? [] : ['', `${title}:`, table([heading, ...rows]).replaceAll(/^/gm, '  ')];
}

function describeTokens({ claims }: Explanation): readonly string[] {
  const titles = { access: 'Access token', identity: 'ID token' } as const;
  return (['access', 'identity'] as const).flatMap((name) => {
    const token = claims[name];
    return token === undefined
      ? []
      : ['', sideBySide(titles[name], compareClaims(token.before, token.after), WIDTH)];
  });
}
