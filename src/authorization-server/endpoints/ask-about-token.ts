import { oauthError } from '../errors/oauth-errors.js';
import type { Client } from '../org/org.js';
import type { RunningOrg } from '../running-org.js';
import { authenticateRequest } from './authenticate-request.js';
import type { TokenRequest } from './token-request.js';

/** Who asks about a token, and which. */
export interface AskedToken {
  readonly client: Client;
  readonly token: string;
  /** `token_type_hint`. */
  readonly hint: string | undefined;
}

/** Reads what introspection and revocation have in common. @throws OAuthError or OktaApiError */
export async function askAboutToken(
  running: RunningOrg,
  endpoint: string,
  request: TokenRequest,
): Promise<AskedToken> {
  const client = await authenticateRequest(running, endpoint, request);
  const token = request.body.get('token');
  if (token === undefined) throw oauthError('request_missing_token');
  return { client, token, hint: request.body.get('token_type_hint') };
}
