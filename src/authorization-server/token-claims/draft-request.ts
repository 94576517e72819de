import type { Client, CustomServer, Org, Rule, Scope, User } from '../org/org.js';

/** The tokens to draft: who gets them from whom, and which. */
export interface DraftRequest {
  readonly org: Org;
  /** The org server's own tokens have an audience as well, and no claims of its configuration (section 1). */
  readonly server: Pick<CustomServer, 'audience' | 'claims'>;
  /** What `iss` says. */
  readonly issuer: string;
  readonly client: Client;
  /** Null for client credentials. */
  readonly user: User | null;
  readonly rule: Pick<Rule, 'accessTokenLifetimeMinutes'>;
  readonly scopes: readonly Scope[];
  readonly grantType: string;
  /** A thin one has only the claims that are always included (section 6.4). */
  readonly issuesIdToken: 'thin' | 'fat' | 'none';
  readonly issuesAccessToken: boolean;
  readonly nonce: string | null;
  /** Seconds since the epoch; null where nobody signed in. */
  readonly authTime: number | null;
  /** `AT.…`, with the id of the refresh token where a switch says so. */
  readonly accessJti: string;
  /** `ID.…` */
  readonly identityJti: string;
  readonly amr: readonly string[];
}

/** Claims by name, as JSON. */
export type Claims = Readonly<Record<string, unknown>>;
