import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyHookResponse } from '../../src/authorization-server/hook/apply-hook-response.js';
import type { DraftTokens } from '../../src/authorization-server/hook/draft-tokens.js';
import { DEFAULT_SWITCHES } from '../../src/authorization-server/org/switches.js';
import { judgeAnswer } from '../../src/cli/replay/judge-answer.js';
import { responseCases, TRICKY, type MergeCase } from '../support/hook-response-arbitraries.js';

// What a replay says of an answer, beside what the mini authorization server does with it: both follow the same reference, and
// were written apart.

const OUTCOMES = {
  ...{ patched: 'stamped', unchanged: 'unchanged', denied: 'denied' },
  ...{ invalid: 'dropped', misshapen: 'dropped' },
} as const;

function payloadOf(drafts: DraftTokens): unknown {
  const tokens = Object.entries(drafts).map(([name, { claims, lifetimeSeconds: expiration }]) => [
    name,
    { claims, token: { lifetime: { expiration } } },
  ]);
  return { eventType: 'com.okta.oauth2.tokens.transform', data: Object.fromEntries(tokens) as object };
}

function judged({ drafts, body }: MergeCase) {
  const text = JSON.stringify(body);
  const answer = {
    status: 200,
    contentType: 'application/json',
    text,
    bytes: text.length,
    ms: 1,
    decided: null,
  };
  return judgeAnswer({ kind: 'answered', ...answer }, payloadOf(drafts), 3_000);
}

describe('the verdict of a replay', () => {
  it('is what the authorization server makes of the answer, token by token', () => {
    fc.assert(
      fc.property(responseCases(TRICKY), (one) => {
        const merge = applyHookResponse(one.drafts, one.body, DEFAULT_SWITCHES);
        const { outcome, after, findings } = judged(one);
        expect(outcome).toBe(OUTCOMES[merge.kind]);
        expect(after).toEqual(merge.kind === 'patched' ? merge.drafts : one.drafts);
        expect(findings.some(({ level }) => level === 'error')).toBe(outcome === 'dropped');
      }),
      { numRuns: 3_000 },
    );
  });
});
