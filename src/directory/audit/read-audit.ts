import type { Transaction } from '../../database/write-as.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { given } from '../records/record-columns.js';
import type { TenantIds } from '../records/record-store.js';

/** One change of one row. Names, logins and addresses are withheld: see the migration. */
export interface AuditRecord {
  /** Counts up; a decimal number as text. */
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  /** `tenant`, `membership` and so on. */
  readonly noun: string;
  /** The columns of the row's key. */
  readonly key: unknown;
  /** The tenant that the row belongs to, where it belongs to one. */
  readonly tenant: string | null;
  readonly action: 'create' | 'change' | 'remove';
  /** The row as it was; null where it was not there. */
  readonly before: unknown;
  readonly after: unknown;
}

/** The columns of the key of each noun, in the order in which people write them. */
const KEY_COLUMNS = {
  org: ['id'],
  issuer: ['id'],
  'issuer alias': ['uri'],
  tenant: ['id'],
  user: ['org_id', 'id'],
  client: ['org_id', 'id'],
  membership: ['org_id', 'user_id', 'tenant_id'],
  binding: ['org_id', 'client_id', 'tenant_id'],
  feature: ['id'],
  plan: ['id'],
  'plan feature': ['plan_id', 'feature_id'],
  subscription: ['id'],
  'feature grant': ['id'],
  'claim mapping': ['id'],
  credential: ['id'],
  'credential issuer': ['credential_id', 'issuer_id'],
  'admin token': ['id'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type AuditNoun = keyof typeof KEY_COLUMNS;

export const AUDIT_NOUNS = Object.keys(KEY_COLUMNS) as readonly AuditNoun[];

export interface AuditQuery {
  readonly actor?: string | undefined;
  readonly noun?: AuditNoun | undefined;
  /** The parts of one row's key; only with a noun. */
  readonly key?: readonly string[] | undefined;
  readonly tenant?: string | undefined;
  readonly action?: AuditRecord['action'] | undefined;
  /** From this instant (included) until that (excluded). */
  readonly from?: Date | undefined;
  readonly until?: Date | undefined;
  /** Older than this one. */
  readonly before?: bigint | undefined;
  readonly limit: number;
  /** Only what belongs to these tenants; null for everything. */
  readonly tenantIds: TenantIds;
}

/** How many parts the key of a noun has. */
export function keyLengthOf(noun: AuditNoun): number {
  return KEY_COLUMNS[noun].length;
}

/** Reads what was changed, the newest first. */
export async function readAudit(
  tx: Pick<Transaction, 'audit'>,
  query: AuditQuery,
): Promise<readonly AuditRecord[]> {
  const rows = await tx.audit.findMany({
    where: conditions(query),
    orderBy: { id: 'desc' },
    take: query.limit,
  });
  return rows.map(({ id, at, tenantId, ...row }) => ({
    id: String(id),
    at: at.toISOString(),
    actor: row.actor,
    noun: row.noun,
    key: row.key,
    tenant: tenantId,
    action: row.action,
    before: row.before,
    after: row.after,
  }));
}

function conditions(query: AuditQuery): Prisma.AuditWhereInput {
  const { actor, noun, key, tenant, action, from, until, before, tenantIds } = query;
  return {
    ...given({ actor, noun, action, tenantId: tenant }),
    AND: [
      key === undefined || noun === undefined ? {} : { key: { equals: keyObject(noun, key) } },
      from === undefined && until === undefined ? {} : { at: given({ gte: from, lt: until }) },
      before === undefined ? {} : { id: { lt: before } },
      tenantIds === null ? {} : { tenantId: { in: [...tenantIds] } },
    ],
  };
}

function keyObject(noun: AuditNoun, parts: readonly string[]): Record<string, string> {
  return Object.fromEntries(KEY_COLUMNS[noun].map((column, index) => [column, parts[index] ?? '']));
}
