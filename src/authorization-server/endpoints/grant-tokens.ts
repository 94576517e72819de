import { oauthError } from '../errors/oauth-errors.js';
import type { Grant, GrantedTokens } from '../grants/grant.js';
import { GRANTS } from '../grants/grants-by-type.js';
import { tokenEndpoint, type Issuer } from '../issuers/issuer.js';
import type { Client } from '../org/org.js';
import type { RunningOrg } from '../running-org.js';
import { authenticateRequest } from './authenticate-request.js';
import { checkBrowserRequest } from './check-browser-request.js';
import { recordingRefusals, recordTokens } from './record-grant.js';
import type { TokenRequest } from './token-request.js';

/** What the errors list. */
const GRANT_TYPES = [...GRANTS.keys()].join(', ');

/**
 * Answers a token request with tokens. The order of its checks is that of okta/authorization-server.md section 3.7.
 *
 * @throws OAuthError or OktaApiError, after it has been recorded
 */
export async function grantTokens(
  running: RunningOrg,
  issuer: Issuer,
  request: TokenRequest,
): Promise<GrantedTokens> {
  const asking = { issuer, client: null, request: request.request };
  const client = await recordingRefusals(running.log, asking, () =>
    authenticateRequest(running, tokenEndpoint(issuer), request),
  );
  return grantTo(running, { issuer, client, request });
}

/** A token request whose client has proven itself. */
export interface ProvenRequest {
  readonly issuer: Issuer;
  readonly client: Client;
  readonly request: TokenRequest;
}

/** The checks from the grant type on. @throws OAuthError, after it has been recorded */
export async function grantTo(running: RunningOrg, proven: ProvenRequest): Promise<GrantedTokens> {
  const { issuer, client, request } = proven;
  const asking = { issuer, client, request: request.request };
  const granted = await recordingRefusals(running.log, asking, () => grantUnrecorded(running, proven));
  recordTokens(running.log, granted, asking);
  return granted;
}

async function grantUnrecorded(
  running: RunningOrg,
  { issuer, client, request: { body, origin, request } }: ProvenRequest,
): Promise<GrantedTokens> {
  const grant = grantOf(issuer, client, body.get('grant_type'));
  checkBrowserRequest(running, { client, origin, body });
  return grant(running, { issuer, client, body, request });
}

function grantOf({ kind }: Issuer, client: Client, grantType: string | undefined): Grant {
  if (grantType === undefined) throw oauthError('token_request_missing_grant_type', GRANT_TYPES);
  const grant = GRANTS.get(grantType);
  if (grant === undefined) throw oauthError('unsupported_grant_type', GRANT_TYPES);
  if (kind === 'org' && grantType === 'client_credentials') {
    throw oauthError('unsupported_grant_type_client_creds_org_as');
  }
  if (!client.grantTypes.includes(grantType)) {
    throw oauthError('unauthorized_client', client.grantTypes.join(', '));
  }
  return grant;
}
