import type { HookFault } from './hook-faults.js';

/** One request to a hook, or to where its token comes from, ready to be sent. */
export interface HookRequest {
  readonly uri: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** What came back of one call. */
export type HookAnswer = (
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly contentType: string | null;
      /** Smaller than 256 KB. */
      readonly body: Uint8Array;
    }
  | { readonly kind: 'oversize'; readonly status: number; readonly contentType: string | null }
  | { readonly kind: 'timeout'; readonly afterMs: number }
  /** No connection, none that can be trusted, or no answer that is HTTP; `code` is Node's or OpenSSL's. */
  | { readonly kind: 'unreachable'; readonly code: string }
) & { readonly durationMs: number };

/**
 * Makes one call, once: no retry, no redirects, everything within the deadline (section 5). It never throws.
 *
 * @param spentMs how much of the deadline is over already; nothing where it is left out
 */
export type CallHook = (
  request: HookRequest,
  fault: HookFault | null,
  spentMs?: number,
) => Promise<HookAnswer>;
