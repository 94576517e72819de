/** Claims and the hook (okta/authorization-server.md section 3.8): status, `error`, `error_description`. */
export const MINTING_ERRORS = {
  callback_returned_error: [400, 'server_error', '{0}'],
  callback_returned_error_without_description: [
    400,
    'server_error',
    'The callback service returned an error.',
  ],
  user_claim_evaluation_failure: [400, 'server_error', "The '{0}' user claim could not be evaluated."],
  system_claim_evaluation_failure: [400, 'server_error', "The '{0}' system claim could not be evaluated."],
  too_many_groups_in_groups_claim: [
    400,
    'server_error',
    'The groups claim matched too many groups and must be configured to match fewer groups.',
  ],
  id_token_not_generated: [500, 'server_error', 'Failed to create the id_token.'],
  access_token_not_generated: [500, 'server_error', 'Failed to create the access_token.'],
  server_error: [
    500,
    'server_error',
    'The authorization server encountered an unexpected condition that prevented it from fulfilling the request.',
  ],
} as const;
