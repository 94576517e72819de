import type { RecordableCall } from '../invocations/recordable-call.js';
import type { CallClock } from '../stamping/call-clock.js';
import type { HookAnswer } from './answer-token-hook.js';

interface Circumstances {
  readonly clock: CallClock;
  readonly traceId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A call as it is handed over to be recorded; undefined where its issuer is not known. */
export function recordableCall(
  { answer, record, request, stamped }: HookAnswer,
  { clock, traceId, at }: Circumstances,
): RecordableCall | undefined {
  const { issuerId } = record;
  if (request === null || issuerId === null) return undefined;
  return {
    ...{ at, request, issuerId, traceId, timing: clock },
    credentialId: record.credentialId,
    mode: record.mode,
    outcome: record.outcome,
    reason: record.reason,
    detail: record.detail,
    clientId: record.clientId,
    userId: record.userId,
    grantType: record.grantType,
    selection: record.selection,
    tenantId: record.tenantId,
    decision: stamped?.decision?.kind ?? null,
    dropped: record.dropped,
    facts: record.facts,
    factsAgeMs: record.factsAgeMs,
    answer: answer.text,
    wouldAnswer: stamped?.wouldAnswer.text ?? answer.text,
    trace: stamped?.trace ?? null,
  };
}
