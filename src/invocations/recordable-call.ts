import type { TokenHookRequest } from '../okta/token-hook-request.js';

/** How a decision came about, as far as it is recorded: words of ours, and ids and values of the directory. */
export interface RecordableTrace {
  readonly subject: string;
  readonly selection: {
    readonly outcome: string;
    readonly why: string;
    readonly tenantId: string | null;
    readonly membership: { readonly roles: readonly string[]; readonly isDefault: boolean } | null;
    readonly binding: { readonly roles: readonly string[] } | null;
  };
  readonly entitlements: readonly {
    readonly featureId: string;
    readonly value: boolean | number | string | readonly string[];
    readonly source: { readonly level: string; readonly ids: readonly string[] };
  }[];
  readonly mappings: readonly {
    readonly mappingId: string;
    readonly claim: string;
    readonly kind: 'produced' | 'absent' | 'skipped';
    readonly why?: string;
  }[];
  /** By token: bytes, claims dropped and removed, lifetimes. */
  readonly tokens: Readonly<Record<string, object | undefined>>;
}

/** The steps of a call, each with how many milliseconds it took. */
export interface RecordableTiming {
  readonly durationMs: number;
  eachStep(visit: (step: string, milliseconds: number) => void): void;
}

/** One answered call of a known issuer. Nothing of it is kept as it is: see `redactCall`. */
export interface RecordableCall {
  /** When it was answered, in milliseconds since the epoch. */
  readonly at: number;
  readonly request: TokenHookRequest;
  readonly issuerId: string;
  readonly credentialId: string;
  readonly mode: 'enforce' | 'shadow' | 'off' | null;
  readonly outcome: string;
  readonly reason: string | null;
  /** Free of personal data. */
  readonly detail: string | null;
  /** Null where it is not spelled as Okta's are. */
  readonly clientId: string | null;
  readonly userId: string | null;
  readonly grantType: string | null;
  readonly selection: string | null;
  readonly tenantId: string | null;
  readonly decision: 'patch' | 'unchanged' | 'deny' | null;
  readonly dropped: readonly string[];
  readonly facts: string | null;
  readonly factsAgeMs: number;
  /** JSON of what was answered, and of what mode `enforce` would have answered. */
  readonly answer: string;
  readonly wouldAnswer: string;
  readonly trace: RecordableTrace | null;
  readonly traceId: string | undefined;
  readonly timing: RecordableTiming;
}
