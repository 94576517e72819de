/** What came back of a call, as Okta would see it. Times are milliseconds. */
export type HookAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly contentType: string | null;
      readonly text: string;
      /** Of the body. */
      readonly bytes: number;
      readonly ms: number;
      /** What our own code says of its decision; null where a hook answered over HTTP. */
      readonly decided: DecidedLocally | null;
    }
  /** A body that is not read any further: it is not smaller than Okta's limit. */
  | { readonly kind: 'oversize'; readonly status: number; readonly bytes: number; readonly ms: number }
  | { readonly kind: 'timeout'; readonly ms: number }
  | { readonly kind: 'unreachable'; readonly code: string; readonly ms: number };

export interface DecidedLocally {
  readonly outcome: string;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly mode: string | null;
  readonly selection: string | null;
  readonly tenantId: string | null;
}

/** A way to answer calls, with what it holds open. */
export interface Answerer {
  /** How results name it. */
  readonly name: string;
  readonly answer: (body: string, payload: unknown) => Promise<HookAnswer>;
  readonly close: () => void;
}
