import { oauthError } from '../errors/oauth-errors.js';
import type { Parameters } from './parameters.js';

/** What a page of another origin may ask for: single-page apps redeem codes, and refresh since tokens rotate (section 3.3). */
const GRANT_TYPES: ReadonlySet<string> = new Set(['authorization_code', 'refresh_token']);

/**
 * Refuses what a browser must not do at the token endpoint (okta/authorization-server.md section 3.8): a page keeps no secret, so
 * that it needs PKCE.
 *
 * @throws OAuthError
 */
export function checkBrowserRequest(url: string, origin: string | undefined, body: Parameters): void {
  if (origin === undefined || origin === url) return;
  const grantType = body.get('grant_type') ?? '';
  if (!GRANT_TYPES.has(grantType)) throw oauthError('unsupported_grant_type_browser_request');
  if (grantType === 'authorization_code' && body.get('code_verifier') === undefined) {
    throw oauthError('unsupported_auth_method_browser_request');
  }
}
