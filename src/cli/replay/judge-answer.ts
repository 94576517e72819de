import { SELECTION_CLAIM } from '../../claims/claim-names.js';
import { TOKEN_NAMES } from '../../okta/token-hook-response.js';
import type { HookAnswer } from './hook-answer.js';
import { warning, type Finding } from './finding.js';
import { lintFraming } from './lint-framing.js';
import { lintResponse, type LintedResponse } from './lint-response.js';
import {
  draftStates,
  operationsOf,
  type ResponseOperation,
  type TokenState,
  type TokenStates,
} from './merge-response.js';
import { draftsOf, isTokenHookCall, memberOf } from './replay-call.js';

/**
 * What Okta makes of an answer: tokens with other claims, the tokens as they were, no tokens, or the tokens as they were
 * since something is wrong with the response (`dropped`) or with how it came (`skipped`).
 */
export type Outcome = 'stamped' | 'unchanged' | 'denied' | 'dropped' | 'skipped';

/** An answer, judged as Okta would. */
export interface JudgedAnswer {
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
  /** The parsed body; `undefined` where there is none that can be read. */
  readonly response: unknown;
  readonly operations: readonly ResponseOperation[];
  readonly before: TokenStates;
  readonly after: TokenStates;
  readonly selection: { readonly outcome: string; readonly tenant: string | null } | null;
}

/** Judges an answer to a call; pure. */
export function judgeAnswer(answer: HookAnswer, payload: unknown, budgetMs: number): JudgedAnswer {
  const isTokenHook = isTokenHookCall(payload);
  const drafts = isTokenHook ? draftsOf(payload) : {};
  const before = draftStates(drafts);
  const framing = lintFraming(answer, budgetMs);
  const base = { operations: [], before, after: before, response: undefined };
  const selection = selectionOf(answer, before);
  if (framing.kind === 'skipped') return { ...base, ...framing, selection, outcome: 'skipped' };
  if (framing.kind === 'empty') return { ...base, ...framing, selection, outcome: 'unchanged' };
  const { body, findings } = framing;
  const operations = operationsOf(body);
  if (!isTokenHook)
    return {
      ...{ ...base, response: body, operations, selection },
      ...judgeOtherEvent(body, findings),
    };
  const linted = lintResponse(body, drafts, 'text' in answer ? answer.text : '');
  const after = linted.kind === 'applied' ? linted.merge.tokens : before;
  return {
    outcome: outcomeOf(linted, operations),
    findings: [...findings, ...linted.findings],
    ...{ response: body, operations, before, after },
    selection: selectionOf(answer, after),
  };
}

function outcomeOf({ kind }: LintedResponse, operations: readonly ResponseOperation[]): Outcome {
  if (kind !== 'applied') return kind;
  return operations.length === 0 ? 'unchanged' : 'stamped';
}

/** Other events have commands of their own, of which nothing is known here. */
function judgeOtherEvent(
  body: unknown,
  findings: readonly Finding[],
): Pick<JudgedAnswer, 'outcome' | 'findings'> {
  if (memberOf(body, 'error') !== undefined) return { outcome: 'denied', findings };
  const commands = memberOf(body, 'commands');
  if (!Array.isArray(commands) || commands.length === 0) return { outcome: 'unchanged', findings };
  const unknown = warning('9', '/commands', 'the call is of another event: its commands are not checked');
  return { outcome: 'stamped', findings: [...findings, unknown] };
}

/** As our own code says, or as the stamped claims do. */
function selectionOf(answer: HookAnswer, after: TokenStates): JudgedAnswer['selection'] {
  const decided = answer.kind === 'answered' ? answer.decided : null;
  if (decided !== null && decided.selection !== null)
    return { outcome: decided.selection, tenant: decided.tenantId };
  const tokens = TOKEN_NAMES.flatMap((name) => after[name] ?? []).toReversed();
  const outcome = textOf(tokens, SELECTION_CLAIM);
  return outcome === null ? null : { outcome, tenant: textOf(tokens, 'tenant_id') };
}

function textOf(tokens: readonly TokenState[], claim: string): string | null {
  const value = tokens
    .map(({ claims }) => memberOf(claims, claim))
    .find((found) => typeof found === 'string');
  return typeof value === 'string' ? value : null;
}
