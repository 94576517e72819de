import { authorizeEndpoint, endpointOf, tokenEndpoint, type Issuer } from '../issuers/issuer.js';
import { GRANTS } from '../grants/grants-by-type.js';

const AUTHENTICATION_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
];

const ACCESS_CLAIMS = 'ver jti iss aud iat exp cid uid scp sub'.split(' ');

const IDENTITY_CLAIMS = (
  'iss ver sub aud iat exp jti auth_time amr idp nonce name nickname preferred_username given_name middle_name ' +
  'family_name email email_verified profile zoneinfo locale address phone_number picture website gender birthdate ' +
  'updated_at at_hash c_hash'
).split(' ');

/** A discovery document; its members are in the order of the recorded ones. */
export type DiscoveryDocument = Readonly<Record<string, unknown>>;

/**
 * `/.well-known/oauth-authorization-server` (okta/authorization-server.md section 2.1): Okta's members and their values, as far as
 * this emulator serves what they promise.
 */
export function oauthMetadata(issuer: Issuer): DiscoveryDocument {
  const grantTypes = [...GRANTS.keys()].filter((grantType) => isServed(issuer, grantType));
  return documentOf(issuer, { grantTypes, claims: ACCESS_CLAIMS, ofPeople: {}, ofIdTokens: {} });
}

/** `/.well-known/openid-configuration` (section 2.1); recorded ones list no client_credentials. */
export function openidMetadata(issuer: Issuer): DiscoveryDocument {
  const grantTypes = [...GRANTS.keys()].filter((grantType) => grantType !== 'client_credentials');
  const ofIdTokens = { id_token_signing_alg_values_supported: ['RS256'] };
  const ofPeople = { userinfo_endpoint: endpointOf(issuer, 'userinfo') };
  return documentOf(issuer, { grantTypes, claims: IDENTITY_CLAIMS, ofPeople, ofIdTokens });
}

interface Differences {
  readonly grantTypes: readonly string[];
  readonly claims: readonly string[];
  readonly ofPeople: DiscoveryDocument;
  readonly ofIdTokens: DiscoveryDocument;
}

function documentOf(
  issuer: Issuer,
  { grantTypes, claims, ofPeople, ofIdTokens }: Differences,
): DiscoveryDocument {
  return {
    issuer: issuer.uri,
    authorization_endpoint: authorizeEndpoint(issuer),
    token_endpoint: tokenEndpoint(issuer),
    ...ofPeople,
    jwks_uri: endpointOf(issuer, 'keys'),
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment', 'form_post', 'okta_post_message'],
    grant_types_supported: grantTypes,
    subject_types_supported: ['public'],
    ...ofIdTokens,
    scopes_supported: publishedScopes(issuer),
    token_endpoint_auth_methods_supported: AUTHENTICATION_METHODS,
    claims_supported: claims,
    code_challenge_methods_supported: ['S256'],
    introspection_endpoint: endpointOf(issuer, 'introspect'),
    introspection_endpoint_auth_methods_supported: AUTHENTICATION_METHODS,
    revocation_endpoint: endpointOf(issuer, 'revoke'),
    revocation_endpoint_auth_methods_supported: AUTHENTICATION_METHODS,
    end_session_endpoint: endpointOf(issuer, 'logout'),
    request_parameter_supported: false,
  };
}

/** Client credentials are for custom servers (section 1). */
function isServed({ kind }: Issuer, grantType: string): boolean {
  return kind === 'custom' || grantType !== 'client_credentials';
}

/** Custom scopes first, and only those that are published to all clients. */
function publishedScopes({ server }: Issuer): readonly string[] {
  const published = [...server.scopes.values()].filter(
    ({ metadataPublish }) => metadataPublish === 'ALL_CLIENTS',
  );
  const ofSystem = published.filter(({ system }) => system);
  return [...published.filter(({ system }) => !system), ...ofSystem].map(({ name }) => name);
}
