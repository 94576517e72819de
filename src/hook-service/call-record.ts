import type { DenyReason } from '../claims/decision.js';
import type { SelectionOutcome } from '../claims/select-tenant.js';
import type { StampingMode } from '../directory/control/control-snapshot.js';
import type { FactsOrigin } from '../directory/facts/facts-lookup.js';
import type { StampingFailure } from '../stamping/stamp.js';

/** What cannot be stamped at all: the credential's failure policy answers it. */
export type RefusalReason =
  | 'body_too_large'
  | 'not_json'
  | 'not_this_event'
  | 'unusable_payload'
  | 'unknown_issuer'
  | 'issuer_not_allowed'
  | 'caller_gone'
  | 'internal';

/** How a call ended. */
export type CallOutcome = 'stamped' | 'unchanged' | 'denied' | 'failed' | 'shadow' | 'off';

/** One hook call as it is logged: no secret, no token, no login, no address, and no user id. */
export interface CallRecord {
  readonly outcome: CallOutcome;
  /** Why the failure policy answered, or why the decision denied. */
  readonly reason: RefusalReason | StampingFailure | DenyReason | null;
  readonly detail: string | null;
  readonly credentialId: string;
  readonly issuerId: string | null;
  /** The mode that was in force for the call; null where the issuer is not known. */
  readonly mode: StampingMode | null;
  /** Null where it is not spelled as Okta's are. */
  readonly clientId: string | null;
  readonly userId: string | null;
  /** One of Okta's, or `other`. */
  readonly grantType: string | null;
  readonly selection: SelectionOutcome | null;
  readonly tenantId: string | null;
  /** Claims that the budget dropped, of both tokens. */
  readonly dropped: readonly string[];
  readonly facts: FactsOrigin | null;
  readonly factsAgeMs: number;
}
