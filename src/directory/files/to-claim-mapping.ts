import type { ClaimMapping } from '../../claims/claim-mapping.js';
import type { ClaimMapping as ClaimMappingRow } from '../../generated/prisma/client.js';

/** A mapping as the core knows it. */
export function toClaimMapping(row: ClaimMappingRow): ClaimMapping {
  return {
    id: row.id,
    claim: row.claim,
    expression: row.expression,
    tokens: [
      ...(row.inAccessToken ? (['access'] as const) : []),
      ...(row.inIdToken ? (['identity'] as const) : []),
    ],
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
