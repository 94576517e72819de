import { tokenEndpoint } from '../issuers/issuer.js';
import { grantAccess } from '../minting/grant-access.js';
import { prepareTokens } from '../minting/prepare-tokens.js';
import { signTokens } from '../minting/sign-tokens.js';
import type { RunningOrg } from '../running-org.js';
import type { GrantedTokens, GrantRequest } from './grant.js';

const GRANT_TYPE = 'client_credentials';

/** A machine's own token: no user, no ID token, no refresh token (okta/authorization-server.md sections 3.2 and 6.3). */
export async function grantClientCredentials(
  running: RunningOrg,
  { issuer, client, body, request }: GrantRequest,
): Promise<GrantedTokens> {
  const scope = body.get('scope');
  const access = grantAccess(running, issuer, { client, user: null, grantType: GRANT_TYPE, scope });
  const prepared = await prepareTokens(running, {
    issuer,
    client,
    user: null,
    grantType: GRANT_TYPE,
    access,
    authTime: null,
    nonce: null,
    refreshTokenJti: null,
    circumstances: {
      source: tokenEndpoint(issuer),
      request,
      protocolRequest: {
        ...(scope === undefined ? {} : { scope }),
        grant_type: GRANT_TYPE,
        client_id: client.id,
      },
      originalGrant: null,
      session: null,
    },
  });
  const { before, after } = prepared;
  return { response: await signTokens(running, issuer, prepared), user: null, before, after };
}
