import { createHash } from 'node:crypto';
import { isSameSecret } from '../client-authentication/same-secret.js';
import { oauthError } from '../errors/oauth-errors.js';

/**
 * Checks the proof of a code exchange (RFC 7636; S256 only).
 *
 * @param challenge null where `/authorize` was given none
 * @throws OAuthError (okta/authorization-server.md section 3.8)
 */
export function verifyPkce(challenge: string | null, verifier: string | undefined): void {
  if (challenge === null) {
    if (verifier !== undefined) throw oauthError('pkce_missing_challenge_verifier_present');
    return;
  }
  if (verifier === undefined) throw oauthError('pkce_missing_verifier');
  const computed = createHash('sha256').update(verifier).digest('base64url');
  if (!isSameSecret(computed, challenge)) throw oauthError('pkce_verification_failed');
}
