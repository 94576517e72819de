import type { ClaimMapping } from '../../claims/claim-mapping.js';
import type { Database } from '../../database/database.js';
import type { ClaimMapping as ClaimMappingRow } from '../../generated/prisma/client.js';
import { buildControlSnapshot, type ControlSnapshot } from './control-snapshot.js';

/** Reads everything that the hook keeps in memory, as of one instant. */
export async function readControlSnapshot({ prisma }: Database): Promise<ControlSnapshot> {
  const [issuers, clients, credentials, mappings] = await prisma.$transaction(
    [
      prisma.issuer.findMany({ include: { aliases: true }, orderBy: { id: 'asc' } }),
      prisma.client.findMany({ where: { OR: [{ mode: { not: null } }, { failurePolicy: { not: null } }] } }),
      prisma.hookCredential.findMany({
        where: { revokedAt: null },
        include: { issuers: true },
        orderBy: { id: 'asc' },
      }),
      prisma.claimMapping.findMany({ orderBy: { id: 'asc' } }),
    ],
    { isolationLevel: 'RepeatableRead' },
  );
  return buildControlSnapshot({
    issuers: issuers.map(({ aliases, ...issuer }) => ({ ...issuer, aliases: aliases.map(({ uri }) => uri) })),
    clients,
    credentials: credentials.map((credential) => ({
      ...credential,
      issuerIds: new Set(credential.issuers.map(({ issuerId }) => issuerId)),
      expiresAt: credential.expiresAt?.getTime() ?? null,
    })),
    mappings: mappings.map(toClaimMapping),
  });
}

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
