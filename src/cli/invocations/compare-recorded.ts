import type { Invocation } from '../../invocations/read-invocations.js';
import type { RequestCheck } from '../../stamping/compile-request-check.js';
import type { ComparedCall } from './change-summary.js';
import { changedClaims } from './changed-claims.js';
import { recordedClaims } from './recorded-claims.js';

/**
 * What would become of the tokens of a recorded call if its mode were `enforce`, against what was answered. Undefined where nothing can
 * be said: the call was not recorded in full, or failed before there was a decision.
 */
export function compareRecorded(call: Invocation, isRequest: RequestCheck): ComparedCall | undefined {
  const { issuer, client, user, tenant, reason, decision, wouldAnswer } = call;
  const base = { issuer, client, user, tenant };
  if (decision === null || call.payload === null) return undefined;
  const recorded = recordedClaims(call, isRequest);
  if (recorded === undefined) return undefined;
  const { isDenied, claims, isShortened } = recorded;
  const same = { ...base, becomes: 'unchanged', reason: null, claims: [], hasOtherLifetime: false } as const;
  // What would have been answered was answered.
  if (wouldAnswer === undefined) return same;
  if (isDenied) return { ...same, becomes: 'denied', reason };
  const changed = changedClaims((token) => claims[token]);
  const isSame = changed.length === 0 && !isShortened;
  return isSame ? same : { ...same, becomes: 'changed', claims: changed, hasOtherLifetime: isShortened };
}
