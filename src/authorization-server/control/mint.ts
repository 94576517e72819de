import { checkActive } from '../client-authentication/check-active.js';
import { grantTo } from '../endpoints/grant-tokens.js';
import { notFoundError, unknownClientError, validationError } from '../errors/okta-api-error.js';
import type { GrantedTokens } from '../grants/grant.js';
import { namedIssuer } from '../issuers/find-issuer.js';
import { tokenEndpoint, type Issuer } from '../issuers/issuer.js';
import { decodeToken } from '../minting/decode-token.js';
import type { Client, Org, User } from '../org/org.js';
import type { RunningOrg } from '../running-org.js';
import { directRequest, directTokenRequest } from './direct-request.js';
import { findUser } from './find-user.js';
import { mintCode } from './mint-code.js';
import type { Minted, MintRequest } from './mint-request.js';

/**
 * Mints tokens through the very code that the endpoints run: policies, claims, the hook, signatures.
 *
 * @throws OAuthError where an endpoint would refuse, OktaApiError where a client, user or server is not there
 */
export async function mint(running: RunningOrg, request: MintRequest): Promise<Minted> {
  const issuer = namedIssuer(running, request.server ?? usualServer(running.org));
  const client = running.org.clients.get(request.client);
  if (client === undefined) throw unknownClientError();
  checkActive(client);
  const { result, events } = await running.log.collect(() => grant(running, { issuer, client, request }));
  const { response, before, after } = result;
  const identity = response.id_token;
  return {
    accessToken: response.access_token,
    idToken: identity ?? null,
    refreshToken: response.refresh_token ?? null,
    expiresIn: response.expires_in,
    scope: response.scope,
    decoded: {
      access: decodeToken(response.access_token),
      identity: identity === undefined ? null : decodeToken(identity),
    },
    before,
    after,
    events,
  };
}

function usualServer({ servers }: Org): string {
  const [first = 'default', ...others] = servers.keys();
  return others.length === 0 ? first : 'default';
}

interface Wanted {
  readonly issuer: Issuer;
  readonly client: Client;
  readonly request: MintRequest;
}

async function grant(running: RunningOrg, wanted: Wanted): Promise<GrantedTokens> {
  switch (wanted.request.grant) {
    case 'client_credentials':
      return grantToMachine(running, wanted);
    case 'authorization_code':
      return grantToUser(running, wanted, wanted.request.scopes ?? []);
    case 'refresh_token':
      return refresh(running, wanted);
    case 'password':
      return grantForPassword(running, wanted);
  }
}

function grantToMachine(running: RunningOrg, wanted: Wanted): Promise<GrantedTokens> {
  const { request } = wanted;
  const body = { grant_type: 'client_credentials', ...scopeOf(request) };
  return redeem(running, wanted, { body, tenantHint: request.tenantHint });
}

function grantForPassword(running: RunningOrg, wanted: Wanted): Promise<GrantedTokens> {
  const { request } = wanted;
  const { login: username } = wantedUser(running.org, request).profile;
  const { password = '', tenantHint } = request;
  return redeem(running, wanted, {
    body: { grant_type: 'password', username, password, ...scopeOf(request) },
    tenantHint,
  });
}

async function grantToUser(
  running: RunningOrg,
  wanted: Wanted,
  scopes: readonly string[],
): Promise<GrantedTokens> {
  const { issuer, client, request } = wanted;
  const { tenantHint } = request;
  const user = wantedUser(running.org, request);
  const body = await mintCode(running, { issuer, client, user, scopes, tenantHint });
  return redeem(running, wanted, { body });
}

async function refresh(running: RunningOrg, wanted: Wanted): Promise<GrantedTokens> {
  const { refreshToken, tenantHint, scopes = [] } = wanted.request;
  if (refreshToken !== undefined) {
    const body = { grant_type: 'refresh_token', refresh_token: refreshToken, ...scopeOf(wanted.request) };
    return redeem(running, wanted, { body, tenantHint });
  }
  const { response } = await grantToUser(running, wanted, [...new Set([...scopes, 'offline_access'])]);
  const body = { grant_type: 'refresh_token', refresh_token: response.refresh_token ?? '' };
  // A client does not send its hint again.
  return redeem(running, wanted, { body });
}

interface Redeeming {
  readonly body: Readonly<Record<string, string>>;
  readonly tenantHint?: string | undefined;
}

/** The token request itself, with the client's proof taken for granted. */
function redeem(
  running: RunningOrg,
  { issuer, client }: Wanted,
  { body, tenantHint }: Redeeming,
): Promise<GrantedTokens> {
  const query: Readonly<Record<string, string>> = tenantHint === undefined ? {} : { tenant: tenantHint };
  const request = directRequest(running, 'POST', { endpoint: tokenEndpoint(issuer), query });
  return grantTo(running, { issuer, client, request: directTokenRequest(request, body) });
}

function scopeOf({ scopes = [] }: MintRequest): { readonly scope?: string } {
  return scopes.length === 0 ? {} : { scope: scopes.join(' ') };
}

/** @throws OktaApiError */
function wantedUser(org: Org, { user: name, grant: grantType }: MintRequest): User {
  if (name === undefined) throw validationError('user', [`user: ${grantType} needs one`]);
  const user = findUser(org, name);
  if (user === undefined) throw notFoundError(name, 'User');
  return user;
}
