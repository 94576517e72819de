import type { Client, CustomServer, Org, Rule, Scope, User } from '../org/org.js';

/** Claims that are asked for: of whom, and on which occasion. */
export interface ClaimRequest {
  readonly org: Org;
  readonly server: Pick<CustomServer, 'claims'>;
  readonly client: Client;
  /** Null for client credentials. */
  readonly user: User | null;
  readonly scopes: readonly Scope[];
  readonly grantType: string;
  /** A thin one has only the claims that are always included (section 6.4). */
  readonly issuesIdToken: 'thin' | 'fat' | 'none';
  readonly amr: readonly string[];
}

/** The tokens to draft: who gets them from whom, and which. */
export interface DraftRequest extends ClaimRequest {
  /** The org server's own tokens have an audience as well, and no claims of its configuration (section 1). */
  readonly server: Pick<CustomServer, 'audience' | 'claims'>;
  /** What `iss` says. */
  readonly issuer: string;
  readonly rule: Pick<Rule, 'accessTokenLifetimeMinutes'>;
  readonly issuesAccessToken: boolean;
  readonly nonce: string | null;
  /** Seconds since the epoch; null where nobody signed in. */
  readonly authTime: number | null;
  /** `AT.…`, with the id of the refresh token where a switch says so. */
  readonly accessJti: string;
  /** `ID.…` */
  readonly identityJti: string;
}

/** Claims by name, as JSON. */
export type Claims = Readonly<Record<string, unknown>>;
