import { explainConstraint } from '../../database/constraints.js';
import type { Transaction } from '../../database/write-as.js';

/** A database, or one transaction of it. */
interface Store {
  readonly prisma: Transaction;
}

/** What every credential has, whatever its scheme. */
interface CredentialTerms {
  readonly id: string;
  readonly label: string;
  /** Issuers that the credential may speak for. */
  readonly issuerIds: readonly string[];
  readonly failurePolicy: 'omit' | 'deny';
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** A credential as it may be shown: without its secret, which nobody has, and without its hash. */
export type HookCredentialSummary = CredentialTerms & { readonly revokedAt: Date | null } & (
    | { readonly scheme: 'header'; readonly headerName: string }
    | { readonly scheme: 'bearer'; readonly clientId: string }
  );

/** A credential of the header scheme. */
export interface NewHookCredential extends CredentialTerms {
  readonly headerName: string;
  readonly secretSha256: Uint8Array<ArrayBuffer>;
}

/** A credential of the bearer scheme: whoever brings a token of this client. */
export interface NewBearerCredential extends CredentialTerms {
  readonly clientId: string;
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
  database: Store,
  { headerName, secretSha256, ...terms }: NewHookCredential,
): Promise<void> {
  await store(database, terms, { scheme: 'header', headerName, secretSha256 });
}

/**
 * Stores a credential of the bearer scheme.
 *
 * @throws CredentialRefusedError where an issuer is unknown, or the client has a credential that is not revoked
 */
export async function createBearerCredential(
  database: Store,
  { clientId, ...terms }: NewBearerCredential,
): Promise<void> {
  await store(database, terms, { scheme: 'bearer', clientId });
}

type ProofColumns =
  | {
      readonly scheme: 'header';
      readonly headerName: string;
      readonly secretSha256: Uint8Array<ArrayBuffer>;
    }
  | { readonly scheme: 'bearer'; readonly clientId: string };

async function store(database: Store, terms: CredentialTerms, proof: ProofColumns): Promise<void> {
  const { issuerIds, ...columns } = terms;
  await refuseUnknownIssuers(database, issuerIds);
  const issuers = { create: [...new Set(issuerIds)].map((issuerId) => ({ issuerId })) };
  try {
    await database.prisma.hookCredential.create({ data: { ...columns, ...proof, issuers } });
  } catch (error) {
    const problem = explainConstraint(error);
    if (problem === undefined) throw error;
    throw new CredentialRefusedError(`The credential is refused: ${problem}.`);
  }
}

async function refuseUnknownIssuers({ prisma }: Store, issuerIds: readonly string[]): Promise<void> {
  const known = await prisma.issuer.findMany({ select: { id: true }, orderBy: { id: 'asc' } });
  const unknown = issuerIds.filter((id) => !known.some((issuer) => issuer.id === id));
  if (unknown.length > 0) {
    const names = known.map(({ id }) => id).join(', ') || 'none yet: apply a directory first';
    throw new CredentialRefusedError(`No such issuer: ${unknown.join(', ')}. The directory has: ${names}.`);
  }
}

/** All credentials, the newest first. */
export async function listHookCredentials({ prisma }: Store): Promise<readonly HookCredentialSummary[]> {
  const rows = await prisma.hookCredential.findMany({
    omit: { secretSha256: true },
    include: { issuers: { orderBy: { issuerId: 'asc' } } },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
  });
  return rows.flatMap<HookCredentialSummary>(({ issuers, scheme, headerName, clientId, ...row }) => {
    const terms = { ...row, issuerIds: issuers.map(({ issuerId }) => issuerId) };
    // A check of the database lets no other row be.
    if (scheme === 'header') return headerName === null ? [] : [{ ...terms, scheme, headerName }];
    return clientId === null ? [] : [{ ...terms, scheme, clientId }];
  });
}

/**
 * Ends a credential; one that is revoked already stays as it is.
 *
 * @throws CredentialRefusedError where there is none with this id
 */
export async function revokeHookCredential({ prisma }: Store, id: string, now: Date): Promise<void> {
  const found = await prisma.hookCredential.count({ where: { id } });
  if (found === 0)
    throw new CredentialRefusedError(`No such credential: ${id}. "mintmark credential list" shows them.`);
  await prisma.hookCredential.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: now } });
}

/** Whether a credential with this hash is in force. */
export async function isCredentialInForce(
  { prisma }: Store,
  secretSha256: Uint8Array<ArrayBuffer>,
  now: Date,
): Promise<boolean> {
  const inForce = { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
  return (await prisma.hookCredential.count({ where: { secretSha256, ...inForce } })) > 0;
}
