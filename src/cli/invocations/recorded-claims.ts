import { readHookCall } from '../../claims/read-hook-call.js';
import type { Invocation } from '../../invocations/read-invocations.js';
import { LIFETIME_PATH } from '../../okta/limits.js';
import type { TokenHookResponse } from '../../okta/token-hook-response.js';
import type { RequestCheck } from '../../stamping/compile-request-check.js';
import { claimsOf, type Explanation } from '../../stamping/explain.js';

/** What mode `enforce` makes of the tokens of a recorded call. */
export interface RecordedClaims {
  readonly claims: Explanation['claims'];
  readonly isDenied: boolean;
  /** Whether a token is to live shorter than it would. */
  readonly isShortened: boolean;
}

/** Undefined where the call was too large to be recorded in full, or holds no draft. */
export function recordedClaims(
  { payload, answer, wouldAnswer }: Pick<Invocation, 'payload' | 'answer' | 'wouldAnswer'>,
  isRequest: RequestCheck,
): RecordedClaims | undefined {
  const response = (wouldAnswer ?? answer) as TokenHookResponse | null;
  if (response === null || !isRequest(payload)) return undefined;
  const reading = readHookCall(payload);
  if (reading.kind === 'unusable') return undefined;
  const operations = 'commands' in response ? response.commands.flatMap(({ value }) => value) : [];
  return {
    claims: claimsOf(reading.call.drafts, response),
    isDenied: 'error' in response,
    isShortened: operations.some(({ path }) => path === LIFETIME_PATH),
  };
}
