/** Scopes, policies, users and consent (okta/authorization-server.md section 3.8): status, `error`, `error_description`. */
export const ACCESS_ERRORS = {
  no_matching_scope: [
    400,
    'invalid_scope',
    'One or more scopes are not configured for the authorization server resource.',
  ],
  no_default_scopes: [
    400,
    'invalid_scope',
    "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
  ],
  missing_scopes: [400, 'invalid_scope', 'No scopes were requested.'],
  openid_not_allowed_client_creds: [
    400,
    'invalid_scope',
    "Cannot request 'openid' scopes using client credentials.",
  ],
  openid_scope_required: [
    400,
    'invalid_scope',
    "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.",
  ],
  illegal_custom_scope: [400, 'invalid_scope', 'Custom scopes are not allowed for this request.'],
  invalid_scope: [
    400,
    'invalid_scope',
    'The requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource owner.',
  ],
  access_denied: [403, 'access_denied', 'The resource owner or authorization server denied the request.'],
  no_matching_policy: [
    401,
    'access_denied',
    'Policy evaluation failed for this request, please check the policy configurations.',
  ],
  no_scope_allowed: [
    400,
    'access_denied',
    'Policy evaluation succeeded, but all the requested scopes were rejected.',
  ],
  scope_denied: [
    400,
    'access_denied',
    'Some of the requested scopes were denied by the policy. Denied scopes: [{0}].',
  ],
  user_not_assigned: [400, 'access_denied', 'User is not assigned to the client application.'],
  disallowed_network_zone: [
    403,
    'access_denied',
    "The request is made from outside the client's permitted network zones.",
  ],
  consent_required: [400, 'consent_required', 'The following scopes require user consent: [{0}].'],
  consent_required_client_credentials: [
    400,
    'consent_required',
    'The following scopes require user consent and cannot be granted for the client credentials grant type: [{0}].',
  ],
  consent_required_ropf: [
    400,
    'consent_required',
    // In one piece: what is put together is no literal type, and its value would not be asked for.
    "The following scopes require user consent: [{0}]. To access protected scopes using the resource owner password grant type, please uncheck 'Require consent' in the app settings or set the 'consent_method' to 'TRUSTED' through the apps API.",
  ],
  user_rate_limited: [429, 'invalid_grant', 'API call exceeded rate limit due to too many requests.'],
} as const;
