/** Requests and grants (okta/authorization-server.md section 3.8): status, `error`, `error_description`. */
export const GRANT_ERRORS = {
  token_request_missing_grant_type: [
    400,
    'invalid_request',
    "The token request must specify a 'grant_type'. Valid values: [{0}]",
  ],
  unsupported_grant_type: [
    400,
    'unsupported_grant_type',
    'The authorization grant type is not supported by the authorization server. Configured grant types: [{0}].',
  ],
  unsupported_grant_type_client_creds_org_as: [
    400,
    'unsupported_grant_type',
    "'client_credentials' grant type can only be used with a custom authorization server.",
  ],
  unauthorized_client: [
    400,
    'unauthorized_client',
    'The client is not authorized to use the provided grant type. Configured grant types: [{0}].',
  ],
  org_authorization_server_only_client: [
    400,
    'unauthorized_client',
    'This client cannot use a custom authorization server.',
  ],
  invalid_request: [400, 'invalid_request', 'Invalid request'],
  missing_token_request_parameter: [400, 'invalid_request', "The required parameter '{0}' is missing."],
  duplicate_oauth_params: [
    400,
    'invalid_request',
    'The request contained multiple parameters with the same name.',
  ],
  invalid_authorization_server: [400, 'invalid_request', 'The authorization server id is invalid.'],
  mismatched_authorization_server: [
    400,
    'invalid_request',
    'The grant was issued for another authorization server.',
  ],
  invalid_authorization_code: [400, 'invalid_grant', 'The authorization code is invalid or has expired.'],
  mismatched_client: [
    400,
    'invalid_grant',
    "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the authorize request.",
  ],
  mismatched_redirect_uri: [
    400,
    'invalid_grant',
    "The 'redirect_uri' does not match the redirection URI used in the authorization request.",
  ],
  pkce_verification_failed: [400, 'invalid_grant', 'PKCE verification failed.'],
  pkce_verification_failed_with_reason: [400, 'invalid_grant', 'PKCE verification failed: {0}.'],
  pkce_missing_verifier: [400, 'invalid_request', 'PKCE code verifier is required by the application.'],
  pkce_missing_challenge_verifier_present: [
    400,
    'invalid_request',
    'PKCE code challenge should be specified in the authorize request for code verification.',
  ],
  unsupported_auth_method_browser_request: [
    401,
    'invalid_client',
    'Browser requests to the token endpoint must use Proof Key for Code Exchange.',
  ],
  unsupported_grant_type_browser_request: [
    400,
    'unauthorized_client',
    'Browser requests to the token endpoint may only use the authorization_code grant_type.',
  ],
  illegal_origin_browser_request: [
    400,
    'invalid_request',
    'Browser requests to the token endpoint must be part of at least one whitelisted redirect_uri.',
  ],
  invalid_refresh_token: [400, 'invalid_grant', 'The refresh token is invalid or expired.'],
  refresh_scopes_denied: [
    400,
    'access_denied',
    // In one piece: what is put together is no literal type, and its value would not be asked for.
    'Some of the scopes requested for the refresh request were not granted in the original authorize request. Denied scopes: {0}.',
  ],
  invalid_password_credentials: [400, 'invalid_grant', 'The credentials provided were invalid.'],
  expired_password_credentials: [400, 'invalid_grant', 'Password has expired.'],
  password_auth_denied_mfa: [
    400,
    'invalid_grant',
    'Resource owner password credentials cannot be used with MFA enabled.',
  ],
  password_auth_denied_policy: [
    400,
    'invalid_grant',
    'Resource owner password credentials authentication denied by sign on policy.',
  ],
  invalid_device_code: [400, 'invalid_grant', 'The device code is invalid or has expired.'],
  authorization_pending: [
    400,
    'authorization_pending',
    'The device authorization is pending. Please try again later.',
  ],
  slow_down: [400, 'slow_down', 'Slow down the polling frequency. Please try again later.'],
  expired_token: [400, 'expired_token', 'The device code has expired.'],
  invalid_interaction_code: [400, 'invalid_grant', 'The interaction code is invalid or has expired.'],
  interaction_required: [
    400,
    'interaction_required',
    'Your client is configured to use the interaction code flow and user interaction is required to complete the request.',
  ],
  use_dpop_nonce: [400, 'use_dpop_nonce', 'Authorization server requires nonce in DPoP proof.'],
  invalid_dpop_proof_missing_header: [400, 'invalid_dpop_proof', 'The DPoP proof JWT header is missing.'],
} as const;
