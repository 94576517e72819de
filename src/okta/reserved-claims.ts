import type { TokenName } from './token-hook-response.js';

/**
 * Claims that a hook may neither add, replace nor remove: touching one voids the whole response.
 * Source: okta/token-inline-hook.md section 2.6 (`payloads/reserved-claims.json`); a test compares them.
 */
export const RESERVED_CLAIMS: Readonly<Record<TokenName, ReadonlySet<string>>> = {
  identity: new Set(
    (
      'acr active aid amr app_id app_type at_hash aud auth_time c_hash cid client_id client_ip client_req_id client_type ' +
      'client_user_agent cnf device_compliance device_id device_known device_managed device_name device_trust did dst exp ' +
      'group groups hotk iat idp idp_iss iss jti mac_key may_act nonce oid okta_emailVerified okta_lastUpdated orig ' +
      'permissions purpose pwd_exp_days pwd_exp_time rid role scope scopes sid sub term token_type user_ip ver'
    ).split(' '),
  ),
  access: new Set(
    (
      'acr as_uri auth_time authorization_details cid cnf exp groups iat iss jti rpt rsi scp sid token_type uid ' +
      'username ver'
    ).split(' '),
  ),
};

/** Standard OpenID Connect profile claims (OpenID Connect Core 1.0, section 5.1): they speak for the person, not for us. */
export const PROFILE_CLAIMS: ReadonlySet<string> = new Set(
  (
    'name given_name family_name middle_name nickname preferred_username profile picture website email email_verified ' +
    'gender birthdate zoneinfo locale phone_number phone_number_verified address updated_at'
  ).split(' '),
);
