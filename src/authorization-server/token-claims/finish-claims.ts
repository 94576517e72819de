import { createHash } from 'node:crypto';
import type { DraftToken } from '../hook/draft-tokens.js';
import type { Scope } from '../org/org.js';
import type { Claims } from './draft-request.js';
import { ACCESS_ORDER, IDENTITY_ORDER, inWireOrder } from './wire-order.js';

/**
 * The claims of an access token as it is signed: what comes after the hook is added (okta/token-inline-hook.md section 2.11).
 *
 * @param issuedAt seconds since the epoch
 */
export function finishAccessClaims(
  draft: DraftToken,
  { issuedAt, scopes }: { readonly issuedAt: number; readonly scopes: readonly Scope[] },
): Claims {
  const scp = scopes.map(({ name }) => name);
  return inWireOrder({ ...draft.claims, ...timesOf(draft, issuedAt), scp }, ACCESS_ORDER);
}

/** What an ID token is issued with. */
export interface IdentityCompany {
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  /** The signed access token, if there is one. */
  readonly accessToken: string | null;
  /** The authorization code, in a hybrid flow. */
  readonly code?: string;
}

/** The claims of an ID token as it is signed: its hashes want the access token signed before (okta/authorization-server.md section 6.4). */
export function finishIdentityClaims(draft: DraftToken, company: IdentityCompany): Claims {
  const { issuedAt, accessToken, code } = company;
  const claims = {
    ...draft.claims,
    ...timesOf(draft, issuedAt),
    ...(accessToken === null ? {} : { at_hash: leftHash(accessToken) }),
    ...(code === undefined ? {} : { c_hash: leftHash(code) }),
  };
  return inWireOrder(claims, IDENTITY_ORDER);
}

function timesOf({ lifetimeSeconds }: DraftToken, issuedAt: number): Claims {
  return { iat: issuedAt, exp: issuedAt + lifetimeSeconds };
}

/** The left half of the SHA-256 (OpenID Connect Core 1.0, section 3.1.3.6). */
function leftHash(text: string): string {
  return createHash('sha256').update(text, 'ascii').digest().subarray(0, 16).toString('base64url');
}
