/** The events of Okta's System Log that an authorization server writes, and how Okta words them (H 5, A 3.3). */
export const EVENT_TYPES = {
  'app.oauth2.as.authorize': 'OIDC authorization request',
  'app.oauth2.as.authorize.code': 'OIDC authorization code request',
  'app.oauth2.as.authorize.scope_denied': 'OAuth2 scope is denied by the authorization server',
  'app.oauth2.as.consent.grant': 'User granted consent to app',
  'app.oauth2.as.evaluate.claim': 'OAuth2 claim evaluation',
  'app.oauth2.as.key.rollover': 'OAuth2 authorization server key rollover',
  'app.oauth2.as.token.detect_reuse': 'OAuth2 refresh token reuse detected',
  'app.oauth2.as.token.grant': 'OIDC token request',
  'app.oauth2.as.token.grant.access_token': 'OIDC access token is granted',
  'app.oauth2.as.token.grant.id_token': 'OIDC id token is granted',
  'app.oauth2.as.token.grant.refresh_token': 'OIDC refresh token is granted',
  'app.oauth2.as.token.revoke': 'OIDC token is revoked',
  'inline_hook.executed': 'Inline hook executed',
  'inline_hook.response.processed': 'Inline hook response processed',
  'user.session.end': 'User logout from Okta',
  'user.session.start': 'User login to Okta',
} as const;

export type EventType = keyof typeof EVENT_TYPES;
