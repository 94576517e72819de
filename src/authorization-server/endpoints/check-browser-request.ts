import { oauthError } from '../errors/oauth-errors.js';
import type { Client } from '../org/org.js';
import type { RunningOrg } from '../running-org.js';
import { originsOf } from './allowed-origins.js';
import type { Parameters } from './parameters.js';

/** What a page of another origin may ask for: single-page apps redeem codes, and refresh since tokens rotate (section 3.3). */
const GRANT_TYPES: ReadonlySet<string> = new Set(['authorization_code', 'refresh_token']);

export interface BrowserRequest {
  readonly client: Client;
  /** The `Origin` header; only a browser sends one. */
  readonly origin: string | undefined;
  readonly body: Parameters;
}

/**
 * Refuses what a browser must not do at the token endpoint (okta/authorization-server.md section 3.8): a page keeps no secret, so
 * that it needs PKCE, and it is one of the client's own.
 *
 * @throws OAuthError
 */
export function checkBrowserRequest(
  { url, org }: RunningOrg,
  { client, origin, body }: BrowserRequest,
): void {
  if (origin === undefined || origin === url) return;
  const grantType = body.get('grant_type') ?? '';
  if (!GRANT_TYPES.has(grantType)) throw oauthError('unsupported_grant_type_browser_request');
  if (grantType === 'authorization_code' && body.get('code_verifier') === undefined) {
    throw oauthError('unsupported_auth_method_browser_request');
  }
  if (!originsOf(org, [client]).has(origin)) throw oauthError('illegal_origin_browser_request');
}
