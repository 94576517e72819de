import type { InlineHook } from '../org/inline-hook.js';
import type { Client, Policy, Rule, Scope, User } from '../org/org.js';
import type { DraftTokens } from './draft-tokens.js';

/** The members of an OAuth request that a hook is shown (okta/token-inline-hook.md section 1.4): only those that apply. */
export interface ProtocolRequest {
  readonly scope?: string;
  readonly state?: string;
  readonly redirect_uri?: string;
  readonly response_mode?: string;
  readonly response_type?: string;
  readonly client_id?: string;
  readonly grant_type?: string;
}

/** A person's session at the org (section 1.5). Instants are milliseconds since the epoch. */
export interface Session {
  /** `102…`. */
  readonly id: string;
  readonly userId: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastPasswordVerificationAt: number;
}

/** The moment at which tokens are minted: everything that the payload of a hook call is made of. */
export interface HookOccasion {
  readonly hook: InlineHook;
  /** The issuer's URI. */
  readonly issuer: string;
  /** `00o…`, the org's id. */
  readonly orgId: string;
  /** The endpoint that mints, without a query. */
  readonly source: string;
  readonly request: {
    readonly id: string;
    readonly method: 'GET' | 'POST';
    /** With its query, extra parameters among it. */
    readonly url: string;
    readonly ipAddress: string;
    /** Of a request for a hook's own token: see `HookTokens`. */
    readonly hookTokenMarker?: string | undefined;
  };
  readonly protocolRequest: ProtocolRequest;
  /** On a refresh: the request that began the chain, and the id (`oar…`) of the refresh token presented. */
  readonly originalGrant: {
    readonly authorization: ProtocolRequest;
    readonly refreshTokenJti: string;
  } | null;
  readonly client: Client;
  readonly session: Session | null;
  readonly user: User | null;
  readonly policy: Policy;
  readonly rule: Rule;
  readonly drafts: DraftTokens;
  readonly grantedScopes: readonly Scope[];
  /** `oar…`; null where no refresh token is issued. */
  readonly refreshTokenJti: string | null;
}
