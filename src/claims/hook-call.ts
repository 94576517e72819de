import type { TokenName } from '../okta/token-hook-response.js';
import type { TenantHint } from './tenant-hint.js';

/** One draft token as the decision needs it. */
export interface Draft {
  readonly claims: Readonly<Record<string, unknown>>;
  /** Seconds; `undefined` where the draft does not say. */
  readonly lifetimeSeconds: number | undefined;
}

/** The drafts that are being minted; a token that is not here must not be patched. */
export type Drafts = Readonly<Partial<Record<TokenName, Draft>>>;

/**
 * Who the token is for, as the draft tokens say. A `conflict` is a payload that names two different parties: the call
 * is denied.
 */
export type Subject =
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'machine' }
  | { readonly kind: 'conflict'; readonly why: string };

/** One hook call, read from the payload: everything of the request that may influence the decision. */
export interface HookCall {
  readonly subject: Subject;
  readonly clientId: string;
  /** The grant type, or for calls at `/authorize` the one that the response type implies. */
  readonly grantType: string;
  readonly scopes: readonly string[];
  readonly hint: TenantHint;
  /** True for calls at `/authorize`, where the token may be issued up to 300 s later. */
  readonly atAuthorize: boolean;
  readonly refresh: {
    /** The id of the refresh token that was presented; null unless this is a refresh call. */
    readonly presentedJti: string | null;
    /** The id of the refresh token that is issued or carried on by this call. */
    readonly issuedJti: string | null;
  };
  readonly drafts: Drafts;
}

export type HookCallReading =
  { readonly kind: 'call'; readonly call: HookCall } | { readonly kind: 'unusable'; readonly why: string };
