import type { Decision, DenyReason } from '../claims/decision.js';
import type { SelectionOutcome } from '../claims/select-tenant.js';

/** What is said of a decision where it is counted and logged. */
export interface DecisionSummary {
  readonly kind: Decision['kind'];
  /** Why it denies; null unless it does. */
  readonly reason: DenyReason | null;
  readonly detail: string | null;
  readonly selection: SelectionOutcome;
  readonly tenantId: string | null;
  /** Claims that the budget dropped, of both tokens. */
  readonly dropped: readonly string[];
}

export function summarizeDecision(decision: Decision): DecisionSummary {
  const { selection, tokens } = decision.trace;
  const denial = decision.kind === 'deny' ? decision : null;
  return {
    kind: decision.kind,
    reason: denial?.reason ?? null,
    detail: denial?.detail ?? null,
    selection: selection.outcome,
    tenantId: selection.tenantId,
    dropped: Object.values(tokens).flatMap(({ dropped }) => dropped),
  };
}
