/** Token exchange and JWT bearer (okta/authorization-server.md section 3.8): status, `error`, `error_description`. */
export const EXCHANGE_ERRORS = {
  invalid_subject_token: [400, 'invalid_request', "'subject_token' is invalid."],
  invalid_subject_token_type: [400, 'invalid_request', "'subject_token_type' is invalid or not supported."],
  invalid_actor_token: [400, 'invalid_request', "'actor_token' is invalid."],
  invalid_requested_token_type: [
    400,
    'invalid_request',
    "'requested_token_type' is invalid or not supported.",
  ],
  token_exchange_subject_token_expired: [
    400,
    'invalid_grant',
    "The 'subject_token' either expired or the session associated with it was terminated.",
  ],
  token_exchange_invalid_audience: [
    400,
    'invalid_target',
    'Token Exchange requests must include a valid audience of the authorization server.',
  ],
  on_behalf_invalid_client_type: [
    400,
    'invalid_request',
    'Only service clients may use on-behalf token exchange.',
  ],
  associated_server_not_trusted: [
    403,
    'access_denied',
    "The 'subject_token' issuer isn't a trusted authorization server.",
  ],
  openid_not_allowed_token_exchange: [
    400,
    'invalid_scope',
    "Can't request 'openid' scopes using the Token Exchange flow for a service app.",
  ],
  jwt_bearer_grant_invalid_audience: [
    400,
    'invalid_grant',
    'The audience of the JWT Bearer Grant must match the the issuer of the authorization server.',
  ],
  jwt_bearer_grant_replayed: [400, 'invalid_grant', 'The jti of the JWT Bearer Grant was already used.'],
  jwt_bearer_grant_invalid_issuer: [
    401,
    'invalid_token',
    'The issuer of the token is not permitted to use the JWT Bearer Grant.',
  ],
} as const;
