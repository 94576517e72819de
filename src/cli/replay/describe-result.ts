import { TOKEN_NAMES, type TokenName } from '../../okta/token-hook-response.js';
import { compareClaims, mapClaim, sideBySide, type ComparedClaim } from '../compare-claims.js';
import type { Paint } from '../paint.js';
import { printable } from '../printable.js';
import type { CallResult, ReplaySummary } from './call-result.js';
import type { HookAnswer } from './hook-answer.js';
import type { JudgedAnswer, Outcome } from './judge-answer.js';
import type { TokenState } from './merge-response.js';
import type { Redact } from './redact.js';

export type ShownClaims = 'changed' | 'all' | 'none';

export interface DescribingOptions {
  readonly paint: Paint;
  readonly claims: ShownClaims;
  readonly budgetMs: number;
  /** Asked before texts are broken into lines, where what it looks for is whole. */
  readonly redact: Redact;
}

/** Characters of a line: entitlements are long. */
const WIDTH = 140;

/** The name of the call comes last: it may be of any length. */
const COLUMNS = [
  ['STATUS', 6],
  ['TIME', 15],
  ['OUTCOME', 9],
  ['TENANT', 20],
  ['OPERATIONS', 10],
  ['BYTES', 6],
  ['CALL', 0],
] as const;

/** The heading of the table: rows come one after the other, and its columns are as wide as they are. */
export function heading(): string {
  return row(COLUMNS.map(([title]) => title));
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(COLUMNS[index]?.[1] ?? 0))
    .join('  ')
    .trimEnd();
}

const COLOURS = {
  stamped: 'green',
  unchanged: 'yellow',
  denied: 'yellow',
  dropped: 'red',
  skipped: 'red',
} as const satisfies Readonly<Record<Outcome, string>>;

/** One call: its row, what there is to say of it, and its claims before and after. */
export function describeResult(result: CallResult, options: DescribingOptions): string {
  const { call, answered, failures } = result;
  const { paint, redact } = options;
  const show = (text: string): string => printable(redact(text));
  const mark = failures.length === 0 ? paint('green', '✓') : paint('red', '✗');
  if (answered === null)
    return [`${mark} ${show(call.name)}`, ...failures.map(({ words }) => indented(show(words)))].join('\n');
  const { answer, judged } = answered;
  const cells = row([
    ...[statusOf(answer), timeOf(answer, options.budgetMs), judged.outcome, show(tenantOf(judged))],
    ...[String(judged.operations.length), 'bytes' in answer ? String(answer.bytes) : '–', show(call.name)],
  ]);
  return [
    `${mark} ${cells.replace(judged.outcome, paint(COLOURS[judged.outcome], judged.outcome))}`,
    ...describeFindings(judged, paint, show),
    ...describeDecision(answer).map(indented),
    ...describeClaims(judged, options.claims, redact).map(indented),
    ...describeComparisons(result, redact).map(indented),
  ].join('\n');
}

function indented(text: string): string {
  return text.replaceAll(/^(?!$)/gm, '    ');
}

function statusOf(answer: HookAnswer): string {
  return 'status' in answer ? String(answer.status) : '–';
}

function timeOf({ ms }: HookAnswer, budgetMs: number): string {
  return `${ms < 10 ? ms.toFixed(1) : String(Math.round(ms))} of ${String(budgetMs)} ms`;
}

function tenantOf({ selection }: JudgedAnswer): string {
  return selection === null ? '–' : `${selection.tenant ?? '–'} (${selection.outcome})`;
}

function describeFindings(
  { findings, outcome, operations }: JudgedAnswer,
  paint: Paint,
  show: (text: string) => string,
): readonly string[] {
  const lines = findings.map(({ level, at, words, rule }) => {
    const place = at === null || at === '' ? '' : ` ${at}:`;
    return `    ${paint(level === 'error' ? 'red' : 'yellow', level)}${show(`${place} ${words}`)} (rule ${rule})`;
  });
  if (outcome !== 'dropped') return lines;
  const all = operations.length === 1 ? 'the operation' : `all ${String(operations.length)} operations`;
  return [
    ...lines,
    `    Okta drops ${operations.length === 0 ? 'the whole answer' : `${all}, of both tokens`}, mints them as they were, and tells nobody (rule 2.10).`,
  ];
}

/** What our own code says where it could not stamp, or must not. */
function describeDecision(answer: HookAnswer): readonly string[] {
  const decided = answer.kind === 'answered' ? answer.decided : null;
  if (decided === null) return [];
  const { reason, detail, mode, outcome } = decided;
  const why = [reason, detail].filter((text) => text !== null).join(': ');
  return [
    ...(why === '' ? [] : [`${outcome}: ${why}`]),
    ...(mode === null || mode === 'enforce' ? [] : [`mode ${mode}: answered with no commands`]),
  ];
}

const TITLES: Readonly<Record<TokenName, string>> = { access: 'Access token', identity: 'ID token' };

function describeClaims(
  { before, after }: JudgedAnswer,
  shown: ShownClaims,
  redact: Redact,
): readonly string[] {
  if (shown === 'none') return [];
  return TOKEN_NAMES.toReversed().flatMap((name) => {
    const claims = comparedTokens(before[name], after[name]);
    const listed = shown === 'all' ? claims : claims.filter(({ change }) => change !== 'same');
    return listed.length === 0 ? [] : [sideBySide(TITLES[name], redacted(listed, redact), WIDTH)];
  });
}

function redacted(claims: readonly ComparedClaim[], redact: Redact): readonly ComparedClaim[] {
  return claims.map((claim) => mapClaim(claim, redact));
}

/** The claims of a token before and after, and how long it lives. */
export function comparedTokens(
  before: TokenState | undefined,
  after: TokenState | undefined,
): readonly ComparedClaim[] {
  return compareClaims(linesOf(before), linesOf(after));
}

function linesOf(token: TokenState | undefined): Readonly<Record<string, unknown>> {
  if (token === undefined) return {};
  const { claims, lifetimeSeconds } = token;
  return lifetimeSeconds === undefined ? claims : { ...claims, '(seconds to live)': lifetimeSeconds };
}

function describeComparisons({ golden, against, failures }: CallResult, redact: Redact): readonly string[] {
  const lines: string[] = [];
  const differ = (claims: readonly ComparedClaim[], headings: readonly [string, string]): string =>
    sideBySide('Difference', redacted(claims, redact), WIDTH, headings);
  if (golden.kind === 'different') lines.push(differ(golden.differences, ['expected', 'answered']));
  if (golden.kind === 'written') lines.push('The expected answer is written.');
  if (against !== null && against.differences.length > 0)
    lines.push(differ(against.differences, ['this hook', 'the other hook']));
  return [...lines, ...failures.filter(({ isShown }) => !isShown).map(({ words }) => words)];
}

/** The last lines; the very last one is how many passed. */
export function describeSummary(summary: ReplaySummary): string {
  const { passed, failed, leftOut, slowest, meanMs, outcomes, goldens } = summary;
  const compared = goldens.equal + goldens.different + goldens.written + goldens.unreadable;
  return [
    '',
    ...(outcomes.size === 0
      ? []
      : [`Outcomes: ${[...outcomes].map(([name, count]) => `${String(count)} ${name}`).join(', ')}.`]),
    ...(slowest === null
      ? []
      : [`Time: ${meanMs.toFixed(1)} ms on average, ${slowest.ms.toFixed(1)} ms at most (${slowest.name}).`]),
    ...(compared === 0 ? [] : [`Expected answers: ${describeGoldens(goldens)}.`]),
    ...(leftOut === 0 ? [] : [`${String(leftOut)} files hold no call, and were left out.`]),
    `${String(passed)} passed, ${String(failed)} failed`,
  ].join('\n');
}

function describeGoldens(goldens: ReplaySummary['goldens']): string {
  const words = {
    equal: 'equal',
    different: 'different',
    written: 'written',
    unreadable: 'unreadable',
    none: 'not there',
  };
  return Object.entries(words)
    .map(([kind, word]) => [goldens[kind as keyof typeof words], word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${String(count)} ${word}`)
    .join(', ');
}
