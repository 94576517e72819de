import type { ClaimMapping } from '../../claims/claim-mapping.js';
import type { Database } from '../../database/database.js';
import type { Transaction } from '../../database/write-as.js';
import type {
  ClaimMapping as ClaimMappingRow,
  HookCredential as HookCredentialRow,
  HookCredentialIssuer as HookCredentialIssuerRow,
} from '../../generated/prisma/client.js';
import {
  buildControlSnapshot,
  type ControlRows,
  type ControlSnapshot,
  type CredentialControl,
} from './control-snapshot.js';

/** Reads everything that the hook keeps in memory, as of one instant. */
export async function readControlSnapshot(database: Database): Promise<ControlSnapshot> {
  return buildControlSnapshot(await readControlRows(database));
}

/** Reads the rows that a control snapshot is made of, as of one instant and always in the same order. */
export async function readControlRows({ prisma }: Database): Promise<ControlRows> {
  const queries = controlQueries(prisma);
  return controlRows(await prisma.$transaction([...queries], { isolationLevel: 'RepeatableRead' }));
}

/** As `readControlSnapshot`, of what a transaction sees. */
export async function readControlSnapshotIn(tx: ControlTables): Promise<ControlSnapshot> {
  return buildControlSnapshot(controlRows(await Promise.all(controlQueries(tx))));
}

type ControlTables = Pick<Transaction, 'issuer' | 'client' | 'hookCredential' | 'claimMapping'>;

function controlQueries(tables: ControlTables) {
  return [
    tables.issuer.findMany({ include: { aliases: { orderBy: { uri: 'asc' } } }, orderBy: { id: 'asc' } }),
    tables.client.findMany({
      where: { OR: [{ mode: { not: null } }, { failurePolicy: { not: null } }] },
      orderBy: [{ orgId: 'asc' }, { id: 'asc' }],
    }),
    tables.hookCredential.findMany({
      where: { revokedAt: null },
      include: { issuers: { orderBy: { issuerId: 'asc' } } },
      orderBy: { id: 'asc' },
    }),
    tables.claimMapping.findMany({ orderBy: { id: 'asc' } }),
  ] as const;
}

type Read<Queries> = { readonly [Index in keyof Queries]: Awaited<Queries[Index]> };

function controlRows([issuers, clients, credentials, mappings]: Read<
  ReturnType<typeof controlQueries>
>): ControlRows {
  return {
    issuers: issuers.map(({ aliases, ...issuer }) => ({ ...issuer, aliases: aliases.map(({ uri }) => uri) })),
    clients: clients.map(({ orgId, id, mode, failurePolicy }) => ({ orgId, id, mode, failurePolicy })),
    credentials: credentials.flatMap(toCredentialControl),
    mappings: mappings.map(toClaimMapping),
  };
}

function toCredentialControl(
  row: HookCredentialRow & { readonly issuers: readonly HookCredentialIssuerRow[] },
): readonly CredentialControl[] {
  const { id, scheme, failurePolicy, headerName, secretSha256, clientId } = row;
  const issuerIds = new Set(row.issuers.map(({ issuerId }) => issuerId));
  const rights = { id, issuerIds, failurePolicy, expiresAt: row.expiresAt?.getTime() ?? null };
  // A check of the database lets no other row be: one that has not what its scheme needs proves nobody.
  if (scheme === 'bearer') return clientId === null ? [] : [{ ...rights, scheme, clientId }];
  if (headerName === null || secretSha256 === null) return [];
  return [{ ...rights, scheme, headerName, secretSha256 }];
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
