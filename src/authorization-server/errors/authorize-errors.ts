/** What `/authorize` and its neighbours refuse (okta/authorization-server.md section 4): status, `error`, `error_description`. */
export const AUTHORIZE_ERRORS = {
  illegal_redirect_uri: [
    400,
    'invalid_request',
    "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.",
  ],
  invalid_state: [400, 'invalid_request', "The authentication request has an invalid 'state' parameter."],
  invalid_nonce: [
    400,
    'invalid_request',
    // Okta's own text ends in two dots.
    "The 'nonce' parameter is required for authorize requests with either the 'id_token' or 'token' response types..",
  ],
  pkce_missing_challenge: [400, 'invalid_request', 'PKCE code challenge is required by the application.'],
  pkce_unsupported_code_challenge_method: [
    400,
    'invalid_request',
    'PKCE code challenge method is not supported. Valid values: [{0}]',
  ],
  pkce_invalid_challenge: [400, 'invalid_request', 'PKCE code challenge contains illegal characters.'],
  invalid_prompt: [400, 'invalid_request', "Invalid value for 'prompt' parameter. Supported values: [{0}]"],
  invalid_max_age: [
    400,
    'invalid_request',
    "Invalid value for 'max_age' parameter. It should be within range 0 - 2^31-1.",
  ],
  invalid_prompt_for_zero_max_age: [
    400,
    'invalid_request',
    "'prompt' parameter must not have the value 'none' for request with 'zero' as max_age.",
  ],
  invalid_client_application_type: [
    400,
    'invalid_request',
    "Clients with 'application_type' of 'service' are not allowed to access the '{0}' endpoint.",
  ],
  unsupported_response_type: [
    400,
    'unsupported_response_type',
    'The response type is not supported by the authorization server. Configured response types: [{0}].',
  ],
  unsupported_response_mode: [
    400,
    'unsupported_response_mode',
    'The response mode is not supported by the authorization server. ' +
      'Valid response modes: [query, fragment, form_post, okta_post_message].',
  ],
  unsupported_response_mode_query_with_tokens: [
    400,
    'unsupported_response_mode',
    "'query' response mode cannot be used with either the 'id_token' or 'token' response types.",
  ],
  unsupported_response_mode_okta_post_message_with_code: [
    400,
    'unsupported_response_mode',
    "'okta_post_message' response mode cannot be used with the 'code' response type.",
  ],
  invalid_request_object: [400, 'invalid_request_object', 'The authorize request object is invalid.'],
  request_not_supported: [
    400,
    'request_not_supported',
    'The authorize request object is not supported by this client.',
  ],
  request_uri_not_supported: [
    400,
    'request_uri_not_supported',
    'The authorize request uri is not supported by this client.',
  ],
  login_required: [
    400,
    'login_required',
    'The client specified not to prompt, but the user is not logged in.',
  ],
  request_missing_token: [400, 'invalid_request', "The 'token' parameter is required."],
  access_token_missing: [401, 'invalid_request', 'The access token is missing.'],
  access_token_in_query: [400, 'invalid_request', 'The access token cannot be presented in a query string.'],
  access_token_duplicate: [
    400,
    'invalid_request',
    'The access token cannot be specified in both the Authorization header and the request-body.',
  ],
  access_token_invalid: [401, 'invalid_token', 'The access token is invalid.'],
  // In the words of the header: the catalogue has no entry for it.
  insufficient_scope: [
    403,
    'insufficient_scope',
    'The access token must provide access to at least one of these scopes - profile, email, address or phone',
  ],
  id_token_invalid: [401, 'invalid_token', 'The id token is invalid.'],
  illegal_post_logout_redirect_uri: [
    400,
    'invalid_request',
    "The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings.",
  ],
} as const;
