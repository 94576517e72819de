import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database } from '../database/database.js';
import { writeAs, type Transaction } from '../database/write-as.js';
import { formatScope, holds, parseScope, rightsOf, type AdminRights } from './admin-rights.js';

/** A token as it may be shown: without its secret, which nobody has, and without its hash. */
export interface AdminTokenSummary {
  readonly id: string;
  readonly label: string;
  /** As `formatScope` writes them. */
  readonly scopes: readonly string[];
  /** The actor that made it. */
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Null means no end. */
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Whom a token is for, and what it may do. */
export interface AdminTokenTerms {
  readonly label: string;
  /** At least one, at most 100: see `parseScope`. */
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
}

/** Who makes or ends tokens, and when. */
export interface TokenIssuer {
  /** As the audit shows it. */
  readonly actor: string;
  /** What the issuer holds: no token gets more. Whoever has the database at hand holds everything. */
  readonly rights: AdminRights | 'everything';
  readonly now: Date;
}

/** A token cannot be made or ended as asked. */
export class AdminTokenRefusedError extends Error {
  readonly code = 'REFUSED';

  constructor(
    message: string,
    /** What is wrong: the request, or what the issuer may do. */
    readonly reason: 'invalid' | 'not_held' | 'unknown',
  ) {
    super(message);
    this.name = 'AdminTokenRefusedError';
  }
}

const SECRET_BYTES = 32;

/** 256 bits in base64url, behind a prefix by which scanners for leaked secrets find them. */
const TOKEN = /^mma_[A-Za-z0-9_-]{43}$/;

const SCOPES_LIMIT = 100;

/**
 * Makes a token. Its text is returned here and never again: only the SHA-256 is stored.
 *
 * @throws AdminTokenRefusedError
 */
export async function createAdminToken(
  database: Database,
  terms: AdminTokenTerms,
  issuer: TokenIssuer,
): Promise<{ readonly token: string; readonly summary: AdminTokenSummary }> {
  return writeAs(database, issuer.actor, (tx) => storeAdminToken(tx, terms, issuer));
}

/** The same within a transaction that has its actor already. @throws AdminTokenRefusedError */
export async function storeAdminToken(
  tx: Transaction,
  { label, scopes: wanted, expiresAt }: AdminTokenTerms,
  { actor, rights, now }: TokenIssuer,
): Promise<{ readonly token: string; readonly summary: AdminTokenSummary }> {
  const scopes = checkedScopes(wanted);
  if (rights !== 'everything' && !holds(rights, rightsOf(scopes)))
    throw new AdminTokenRefusedError('Nobody issues more than they hold.', 'not_held');
  if (expiresAt !== null && expiresAt <= now)
    throw new AdminTokenRefusedError(`The end has passed already: ${expiresAt.toISOString()}.`, 'invalid');
  const token = `mma_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const summary = {
    id: `at_${randomBytes(8).toString('hex')}`,
    ...{ label, scopes: [...scopes], createdBy: actor, createdAt: now, expiresAt },
  };
  await tx.adminToken.createMany({ data: { ...summary, secretSha256: digestOf(token) } });
  return { token, summary: { ...summary, revokedAt: null } };
}

/** All tokens, the newest first. */
export async function listAdminTokens({
  prisma,
}: {
  readonly prisma: Transaction;
}): Promise<readonly AdminTokenSummary[]> {
  return prisma.adminToken.findMany({
    omit: { secretSha256: true },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
  });
}

/**
 * Ends a token; one that is revoked already stays as it is.
 *
 * @throws AdminTokenRefusedError where there is none with this id, or where it holds more than the issuer
 */
export async function revokeAdminToken(
  database: Database,
  id: string,
  issuer: TokenIssuer,
): Promise<AdminTokenSummary> {
  return writeAs(database, issuer.actor, (tx) => endAdminToken(tx, id, issuer));
}

/** The same within a transaction that has its actor already. @throws AdminTokenRefusedError */
export async function endAdminToken(
  tx: Transaction,
  id: string,
  { rights, now }: TokenIssuer,
): Promise<AdminTokenSummary> {
  const found = await tx.adminToken.findUnique({ where: { id }, omit: { secretSha256: true } });
  const isWithinReach = rights === 'everything' || (found && holds(rights, rightsOf(found.scopes)));
  if (found === null || isWithinReach !== true)
    throw new AdminTokenRefusedError(`No such token: ${id}.`, 'unknown');
  if (found.revokedAt !== null) return found;
  await tx.adminToken.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: now } });
  return { ...found, revokedAt: now };
}

/** Whoever presented a token that is in force. */
export interface AdminTokenHolder {
  readonly id: string;
  readonly scopes: readonly string[];
}

/** Finds who holds a token; undefined where it is none, or not in force. Looked up each time, so that a revoked one ends at once. */
export async function findAdminToken(
  { prisma }: Pick<Database, 'prisma'>,
  token: string,
  now: Date,
): Promise<AdminTokenHolder | undefined> {
  if (!TOKEN.test(token)) return undefined;
  const presented = digestOf(token);
  const found = await prisma.adminToken.findUnique({ where: { secretSha256: presented } });
  if (found === null || !timingSafeEqual(found.secretSha256, presented)) return undefined;
  const { id, scopes, expiresAt, revokedAt } = found;
  const isInForce = revokedAt === null && (expiresAt === null || now < expiresAt);
  return isInForce ? { id, scopes } : undefined;
}

/** Whether a text has the form of a token: what has not is looked for nowhere. */
export function isAdminToken(text: string): boolean {
  return TOKEN.test(text);
}

function checkedScopes(scopes: readonly string[]): readonly string[] {
  const entries = scopes.map((text) => {
    const entry = parseScope(text);
    if (entry === undefined) throw new AdminTokenRefusedError(`No such scope: ${text}.`, 'invalid');
    return formatScope(entry);
  });
  const once = [...new Set(entries)].toSorted();
  if (once.length === 0 || once.length > SCOPES_LIMIT)
    throw new AdminTokenRefusedError(`A token has 1 to ${String(SCOPES_LIMIT)} scopes.`, 'invalid');
  return once;
}

function digestOf(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hash('sha256', token, 'buffer'));
}
