import { TOKEN_NAMES } from '../../okta/token-hook-response.js';
import type { CallResult, ReplaySummary } from './call-result.js';
import { comparedTokens } from './describe-result.js';
import type { HookAnswer } from './hook-answer.js';
import type { JudgedAnswer } from './judge-answer.js';

/** A result on one line, for programs. */
export function resultAsJson(
  { call, answered, golden, against, failures }: CallResult,
  budgetMs: number,
): string {
  return JSON.stringify({
    ...{ call: call.name, file: call.file, index: call.index, passed: failures.length === 0 },
    failures: failures.map(({ words }) => words),
    ...(answered === null ? {} : { ...answerAsJson(answered), budgetMs }),
    expected: golden,
    ...(against === null
      ? {}
      : { against: { ...summaryOf(against.answer, against.judged), differences: against.differences } }),
  });
}

function answerAsJson({ answer, judged }: NonNullable<CallResult['answered']>) {
  const { operations, findings, response, before, after } = judged;
  const claims = TOKEN_NAMES.filter((name) => before[name] !== undefined).map((name) => {
    const changes = comparedTokens(before[name], after[name]).filter(({ change }) => change !== 'same');
    return [name, { before: before[name], after: after[name], changes }] as const;
  });
  return {
    ...summaryOf(answer, judged),
    bytes: 'bytes' in answer ? answer.bytes : null,
    ...{ operations: operations.length, response, claims: Object.fromEntries(claims), findings },
    decided: answer.kind === 'answered' ? answer.decided : null,
  };
}

function summaryOf(answer: HookAnswer, { outcome, selection }: JudgedAnswer) {
  return {
    status: 'status' in answer ? answer.status : null,
    ms: Number(answer.ms.toFixed(3)),
    ...{ outcome, selection },
  };
}

/** The last line. */
export function summaryAsJson(summary: ReplaySummary): string {
  const { passed, failed, leftOut, interrupted, slowest, meanMs, outcomes, goldens } = summary;
  return JSON.stringify({
    summary: {
      ...{ passed, failed, leftOut, interrupted, outcomes: Object.fromEntries(outcomes), expected: goldens },
      ...{ meanMs: Number(meanMs.toFixed(3)), slowest },
    },
  });
}
