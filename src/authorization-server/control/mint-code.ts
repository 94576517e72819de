import { createHash } from 'node:crypto';
import { readAuthorizeRequest } from '../authorize/authorize-request.js';
import { accessOf, activeUser, issueCode } from '../authorize/issue-code.js';
import { recipientOf } from '../authorize/recipient.js';
import { readParameters } from '../endpoints/parameters.js';
import { recordCode, recordingRefusals } from '../endpoints/record-grant.js';
import { opaqueText } from '../identifiers.js';
import { authorizeEndpoint, type Issuer } from '../issuers/issuer.js';
import type { Client, User } from '../org/org.js';
import type { RunningOrg } from '../running-org.js';
import { directRequest } from './direct-request.js';

/** Who asks for a code, as whom, and for what. */
export interface CodeRequest {
  readonly issuer: Issuer;
  readonly client: Client;
  readonly user: User;
  readonly scopes: readonly string[];
  readonly tenantHint: string | undefined;
}

/**
 * Goes through `/authorize` as a person who has just signed in.
 *
 * @returns the body of the token request that redeems the code
 * @throws OAuthError or OktaApiError
 */
export async function mintCode(
  running: RunningOrg,
  codeRequest: CodeRequest,
): Promise<Readonly<Record<string, string>>> {
  const { issuer, client, user } = codeRequest;
  const verifier = opaqueText(running.random);
  const query = queryOfRequest(running, codeRequest, verifier);
  const request = directRequest(running, 'GET', { endpoint: authorizeEndpoint(issuer), query });
  const asking = { issuer, client, request };
  const asked = (): Promise<string> => {
    const parameters = readParameters(new URLSearchParams(query).toString());
    const session = running.sessions.begin(activeUser(running, user.id).id);
    const authorizeRequest = readAuthorizeRequest(recipientOf(running.org, parameters), parameters);
    const access = accessOf(running, { issuer, asked: authorizeRequest, user });
    return issueCode(running, { issuer, asked: authorizeRequest, session, user, request }, access);
  };
  const code = await recordingRefusals(running.log, asking, asked);
  recordCode(running.log, user, asking);
  return {
    grant_type: 'authorization_code',
    code,
    redirect_uri: query['redirect_uri'] ?? '',
    code_verifier: verifier,
  };
}

function queryOfRequest(
  { random }: RunningOrg,
  { client, scopes, tenantHint }: CodeRequest,
  verifier: string,
): Readonly<Record<string, string>> {
  return {
    client_id: client.id,
    response_type: 'code',
    redirect_uri: client.redirectUris[0] ?? '',
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    state: opaqueText(random),
    nonce: opaqueText(random),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(tenantHint === undefined ? {} : { tenant: tenantHint }),
  };
}
