import type { Trace } from '../../claims/decision.js';
import type { Invocation, InvocationSummary } from '../../invocations/read-invocations.js';
import type { RequestCheck } from '../../stamping/compile-request-check.js';
import { compareClaims, sideBySide } from '../compare-claims.js';
import { describeTrace } from '../explain-command.js';
import type { Paint } from '../paint.js';
import { table } from '../table.js';
import { recordedClaims } from './recorded-claims.js';

const COLOURS: Readonly<Record<string, Parameters<Paint>[0]>> = {
  stamped: 'green',
  unchanged: 'yellow',
  denied: 'red',
  failed: 'red',
  shadow: 'yellow',
  off: 'yellow',
};

/** Characters of a line: entitlements are long. */
const WIDTH = 140;

const HEADING = ['ID', 'ANSWERED', 'ISSUER', 'CLIENT', 'USER', 'TENANT', 'OUTCOME', 'MS'];

/** Recorded calls, one on each line. */
export function describeInvocations(calls: readonly InvocationSummary[]): string {
  return table([HEADING, ...calls.map(rowOf)]);
}

function rowOf(call: InvocationSummary): readonly string[] {
  return [
    ...[call.id, call.at, call.issuer, call.client, call.user ?? '-', call.tenant ?? '-'],
    ...[outcomeOf(call), call.durationMs.toFixed(2)],
  ];
}

function outcomeOf({ outcome, reason, decision }: InvocationSummary): string {
  if (outcome === 'shadow') return decision === 'deny' ? `shadow (deny: ${String(reason)})` : 'shadow';
  return reason === null ? outcome : `${outcome} (${reason})`;
}

/** One recorded call, with the claims of its tokens before and after. */
export function describeInvocation(
  call: Invocation,
  { paint, isRequest }: { readonly paint: Paint; readonly isRequest: RequestCheck },
): string {
  const { id, at, outcome, detail, facts, steps, dropped, trace } = call;
  const lines = steps.map(({ step, ms }) => `${step} ${ms.toFixed(2)}`).join(', ');
  return [
    `Invocation ${id}, answered ${at} in ${call.durationMs.toFixed(2)} ms (${lines})`,
    `Outcome: ${paint(COLOURS[outcome] ?? 'yellow', outcomeOf(call))}${detail === null ? '' : `: ${detail}`}`,
    `Issuer ${call.issuer}, mode ${call.mode ?? 'unknown'}, client ${call.client}, user ${call.user ?? 'none'}, credential ${call.credentialId}`,
    ...(facts === null ? [] : [`Facts: from the ${facts.origin}, ${String(facts.ageMs)} ms old`]),
    ...(dropped.length === 0 ? [] : [`Dropped for the budget: ${dropped.join(', ')}`]),
    ...(trace === null ? [] : describeTrace(trace as Trace)),
    ...describeTokens(call, isRequest),
  ].join('\n');
}

function describeTokens(call: Invocation, isRequest: RequestCheck): readonly string[] {
  if (call.payload === null) return ['', 'The call was too large: its payload and answer were not recorded.'];
  const recorded = recordedClaims(call, isRequest);
  if (recorded === undefined) return [];
  const isAnswered = call.wouldAnswer === undefined;
  const titles = { access: 'Access token', identity: 'ID token' } as const;
  const tokens = (['access', 'identity'] as const).flatMap((name) => {
    const token = recorded.claims[name];
    return token === undefined
      ? []
      : ['', sideBySide(titles[name], compareClaims(token.before, token.after), WIDTH)];
  });
  return [
    ...(isAnswered
      ? []
      : ['', `Mode ${String(call.mode)} answered with no commands. What enforce would have made of it:`]),
    ...(recorded.isDenied ? ['', 'No token is minted.'] : tokens),
  ];
}
