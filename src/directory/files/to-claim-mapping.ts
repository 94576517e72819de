import type { ClaimMapping } from '../../claims/claim-mapping.js';
import type { ClaimMapping as ClaimMappingRow } from '../../generated/prisma/client.js';
import type { TokenName } from '../../okta/token-hook-response.js';

/** A mapping as the core knows it. */
export function toClaimMapping(row: ClaimMappingRow): ClaimMapping {
  return {
    id: row.id,
    claim: row.claim,
    expression: row.expression,
    tokens: tokensOf(row),
    conditions: {
      scopes: row.scopes,
      clientIds: row.clientIds,
      grantTypes: row.grantTypes,
      issuerIds: row.issuerIds,
    },
    required: row.required,
    priority: row.priority,
    overridesProfileClaim: row.overridesProfileClaim,
  };
}

/** The tokens that a mapping is for. */
export function tokensOf({ inAccessToken, inIdToken }: ClaimMappingRow): TokenName[] {
  return [...(inAccessToken ? (['access'] as const) : []), ...(inIdToken ? (['identity'] as const) : [])];
}
