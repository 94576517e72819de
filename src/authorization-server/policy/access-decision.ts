import type { OAuthError } from '../errors/oauth-errors.js';
import type { Client, Policy, Rule, Scope, User } from '../org/org.js';

/** Who asks a custom authorization server for what. */
export interface AccessRequest {
  readonly client: Client;
  /** Null for client credentials. */
  readonly user: User | null;
  /** As rules name it; on a refresh that of the request which began the chain (section 7). */
  readonly grantType: string;
  /** As it was sent; undefined or empty asks for the default scopes. */
  readonly scope: string | undefined;
  /** Whether it is a refresh, which may name more scopes (section 3.6). */
  readonly isRefresh?: boolean;
}

/** What the policies of a server make of a request (okta/authorization-server.md section 7). */
export type AccessDecision = GrantedAccess | RefusedAccess;

export interface GrantedAccess {
  readonly kind: 'granted';
  readonly policy: Policy;
  readonly rule: Rule;
  /** In the order of the request. */
  readonly scopes: readonly Scope[];
  /** Whether they are the default scopes, since the request named none. */
  readonly isDefaulted: boolean;
}

export interface RefusedAccess {
  readonly kind: 'refused';
  readonly error: OAuthError;
  /** For people: what was wrong, or why each policy and rule did not match, in the order of evaluation. */
  readonly why: readonly string[];
}

/** A refusal with its reasons, which the error carries along for logs. */
export function refusedAccess(error: OAuthError, why: readonly string[]): RefusedAccess {
  return { kind: 'refused', error: error.withDetail(why.join('; ')), why };
}
