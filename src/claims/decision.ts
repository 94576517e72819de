import type { Json, TokenName } from '../okta/token-hook-response.js';
import type { FeatureValue } from './facts.js';
import type { MappingOutcome } from './evaluate-mappings.js';
import type { Source } from './resolve-entitlements.js';
import type { SelectionOutcome } from './select-tenant.js';

/** What is to change in one token. */
export interface TokenChange {
  readonly set: ReadonlyMap<string, Json>;
  /** Owned names that the draft carries and this decision has no value for. */
  readonly remove: readonly string[];
  /** Seconds; null where the draft's own lifetime may stay. */
  readonly lifetimeSeconds: number | null;
}

export type TokenChanges = Readonly<Partial<Record<TokenName, TokenChange>>>;

export type DenyReason =
  | 'identity_conflict'
  | 'selection_refused'
  | 'selection_ambiguous'
  | 'required_claim_absent'
  | 'required_claim_too_large';

/** A tenant to be remembered for a refresh token, before the answer is given. */
export interface ChoiceToRemember {
  readonly tenantId: string;
  readonly refreshTokenJti: string;
}

/** The core's answer, with how it came about. */
export type Decision =
  | {
      readonly kind: 'patch';
      readonly changes: TokenChanges;
      readonly remember: ChoiceToRemember | null;
      readonly trace: Trace;
    }
  | { readonly kind: 'unchanged'; readonly remember: ChoiceToRemember | null; readonly trace: Trace }
  | { readonly kind: 'deny'; readonly reason: DenyReason; readonly detail: string; readonly trace: Trace };

/** How a decision came about: for explain, replay and support. It may hold ids and values of the directory. */
export interface Trace {
  readonly subject: 'user' | 'machine' | 'conflict';
  readonly selection: {
    readonly outcome: SelectionOutcome;
    readonly why: string;
    readonly tenantId: string | null;
    /** Which of the user's memberships or the client's bindings cover the tenant. */
    readonly membership: { readonly roles: readonly string[]; readonly isDefault: boolean } | null;
    readonly binding: { readonly roles: readonly string[] } | null;
  };
  readonly entitlements: readonly {
    readonly featureId: string;
    readonly value: FeatureValue;
    readonly source: Source;
  }[];
  readonly mappings: readonly MappingOutcome[];
  readonly tokens: Readonly<Partial<Record<TokenName, TokenTrace>>>;
}

export interface TokenTrace {
  /** Bytes of JSON that the claims add to the token. */
  readonly bytes: number;
  readonly dropped: readonly string[];
  readonly removed: readonly string[];
  readonly lifetime: {
    readonly draftSeconds: number | null;
    readonly cappedSeconds: number | null;
    /** Milliseconds since the epoch: the first instant at which something stamped would shrink, as far as it matters. */
    readonly shrinksAt: number | null;
  };
}
