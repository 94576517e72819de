import type { Database } from '../../database/database.js';

/** A credential as it may be shown: without its secret, which nobody has, and without its hash. */
export interface HookCredentialSummary {
  readonly id: string;
  readonly scheme: 'header';
  readonly label: string;
  readonly headerName: string;
  readonly issuerIds: readonly string[];
  readonly failurePolicy: 'omit' | 'deny';
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface NewHookCredential {
  readonly id: string;
  readonly label: string;
  readonly headerName: string;
  readonly secretSha256: Uint8Array<ArrayBuffer>;
  readonly issuerIds: readonly string[];
  readonly failurePolicy: 'omit' | 'deny';
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** A credential cannot be made or changed as asked. */
export class CredentialRefusedError extends Error {
  readonly code = 'REFUSED';

  constructor(message: string) {
    super(message);
    this.name = 'CredentialRefusedError';
  }
}

/** Stores a credential of the header scheme. @throws CredentialRefusedError where an issuer is unknown */
export async function createHookCredential(
  { prisma }: Database,
  credential: NewHookCredential,
): Promise<void> {
  const { issuerIds, ...columns } = credential;
  const known = await prisma.issuer.findMany({ select: { id: true }, orderBy: { id: 'asc' } });
  const unknown = issuerIds.filter((id) => !known.some((issuer) => issuer.id === id));
  if (unknown.length > 0) {
    const names = known.map(({ id }) => id).join(', ') || 'none yet: apply a directory first';
    throw new CredentialRefusedError(`No such issuer: ${unknown.join(', ')}. The directory has: ${names}.`);
  }
  await prisma.hookCredential.create({
    data: {
      ...columns,
      scheme: 'header',
      issuers: { create: [...new Set(issuerIds)].map((issuerId) => ({ issuerId })) },
    },
  });
}

/** All credentials, the newest first. */
export async function listHookCredentials({ prisma }: Database): Promise<readonly HookCredentialSummary[]> {
  const rows = await prisma.hookCredential.findMany({
    omit: { secretSha256: true },
    include: { issuers: { orderBy: { issuerId: 'asc' } } },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
  });
  return rows.map(({ issuers, ...row }) => ({ ...row, issuerIds: issuers.map(({ issuerId }) => issuerId) }));
}

/**
 * Ends a credential; one that is revoked already stays as it is.
 *
 * @throws CredentialRefusedError where there is none with this id
 */
export async function revokeHookCredential({ prisma }: Database, id: string, now: Date): Promise<void> {
  const found = await prisma.hookCredential.count({ where: { id } });
  if (found === 0)
    throw new CredentialRefusedError(`No such credential: ${id}. "mintmark credential list" shows them.`);
  await prisma.hookCredential.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: now } });
}

/** Whether a credential with this hash is in force. */
export async function isCredentialInForce(
  { prisma }: Database,
  secretSha256: Uint8Array<ArrayBuffer>,
  now: Date,
): Promise<boolean> {
  const inForce = { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
  return (await prisma.hookCredential.count({ where: { secretSha256, ...inForce } })) > 0;
}
