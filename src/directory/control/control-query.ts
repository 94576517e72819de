/**
 * Everything that the hook keeps in memory, as one row of JSON columns in the form of `ControlRowsDto`: "issuers", "clients" (those
 * that override something), "credentials" (those not revoked), "mappings"; always in the same order. One statement sees one instant.
 */
export const CONTROL_QUERY = `
  SELECT (
    SELECT coalesce(json_agg(json_build_object(
      'id', id, 'orgId', org_id, 'uri', uri,
      'aliases', ARRAY(SELECT a.uri FROM issuer_aliases a WHERE a.issuer_id = issuers.id ORDER BY a.uri),
      'mode', mode, 'failurePolicy', failure_policy, 'onRefused', on_refused, 'onAmbiguous', on_ambiguous,
      'claimsBudgetBytes', claims_budget_bytes, 'rememberChoiceDays', remember_choice_days
    ) ORDER BY id), '[]') FROM issuers
  ) AS issuers, (
    SELECT coalesce(json_agg(json_build_object(
      'orgId', org_id, 'id', id, 'mode', mode, 'failurePolicy', failure_policy
    ) ORDER BY org_id, id), '[]') FROM clients WHERE mode IS NOT NULL OR failure_policy IS NOT NULL
  ) AS clients, (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
      'id', id, 'scheme', scheme, 'failurePolicy', failure_policy,
      'issuerIds', ARRAY(
        SELECT i.issuer_id FROM hook_credential_issuers i
        WHERE i.credential_id = hook_credentials.id ORDER BY i.issuer_id
      ),
      'expiresAt', to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    ) || CASE scheme
      WHEN 'bearer' THEN jsonb_build_object('clientId', client_id)
      ELSE jsonb_build_object('headerName', header_name, 'secretSha256', encode(secret_sha256, 'hex'))
    END ORDER BY id), '[]') FROM hook_credentials WHERE revoked_at IS NULL
  ) AS credentials, (
    SELECT coalesce(json_agg(json_build_object(
      'id', id, 'claim', claim, 'expression', expression,
      'tokens', array_remove(ARRAY[
        CASE WHEN in_access_token THEN 'access' END, CASE WHEN in_id_token THEN 'identity' END
      ], NULL),
      'conditions', json_build_object(
        'scopes', scopes, 'clientIds', client_ids, 'grantTypes', grant_types, 'issuerIds', issuer_ids
      ),
      'required', required, 'priority', priority, 'overridesProfileClaim', overrides_profile_claim
    ) ORDER BY id), '[]') FROM claim_mappings
  ) AS mappings`;
