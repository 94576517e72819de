import type { User } from '../../generated/prisma/client.js';
import * as tables from '../files/directory-tables.js';
import { isOrg, missing } from './check-record.js';
import { afterKey, given } from './record-columns.js';
import type { RecordStore } from './record-store.js';
import { shownRecords } from './shown-records.js';

export interface UserRecord {
  readonly org: string;
  readonly id: string;
  readonly login?: string | null;
  readonly status: 'active' | 'suspended';
}

export type UserKey = Pick<UserRecord, 'org' | 'id'>;

export interface UserFilter {
  readonly org?: string;
  readonly login?: string;
  readonly status?: UserRecord['status'];
  /** Members of this tenant. */
  readonly tenant?: string;
}

/** Whoever is a member, or was granted something, in one of the tenants. */
const SHOWN_OF_TENANTS = `(
  EXISTS (SELECT FROM mintmark_facts_memberships AS m WHERE m.org_id = r."orgId" AND m.user_id = r.id AND m.tenant_id = ANY (?::text[]))
  OR EXISTS (SELECT FROM mintmark_facts_feature_grants AS g WHERE g.org_id = r."orgId" AND g.user_id = r.id AND g.tenant_id = ANY (?::text[])))`;

const SHOWN = shownRecords<User, UserRecord, UserKey, UserFilter>({
  through: ['users', 'memberships', 'feature_grants'],
  rows: 'SELECT org_id AS "orgId", id, login, status::text AS status FROM mintmark_facts_users',
  key: [
    ['org', '"orgId"'],
    ['id', 'id'],
  ],
  filters: {
    org: '"orgId" = ?',
    login: 'login = ?',
    status: 'status = ?',
    tenant: `EXISTS (
      SELECT FROM mintmark_facts_memberships AS m WHERE m.org_id = r."orgId" AND m.user_id = r.id AND m.tenant_id = ?)`,
  },
  ofTenants: SHOWN_OF_TENANTS,
  toRecord,
});

export const USER_RECORDS: RecordStore<UserRecord, UserKey, UserFilter> = {
  noun: 'user',
  readThroughViews: ['users'],
  shown: SHOWN,
  takesTurns: false,
  lock: (tx, { org, id }) =>
    tx.$queryRaw`SELECT 1 FROM users WHERE org_id = ${org} AND id = ${id} FOR NO KEY UPDATE`,
  find: async (tx, { org: orgId, id }, tenantIds) => {
    const reach = tenantIds === null ? {} : ofTenants(tenantIds);
    const row = await tx.user.findFirst({ where: { orgId, id, ...reach } });
    return row === null ? undefined : toRecord(row);
  },
  list: async (tx, { filter: { org: orgId, login, status, tenant }, after, limit, tenantIds }) => {
    const rows = await tx.user.findMany({
      where: {
        ...given({ orgId, login, status }),
        AND: [
          afterKey(after === undefined ? [] : [['orgId', after.org] as const, ['id', after.id] as const]),
          tenant === undefined ? {} : { memberships: { some: { tenantId: tenant } } },
          tenantIds === null ? {} : ofTenants(tenantIds),
        ],
      },
      orderBy: [{ orgId: 'asc' }, { id: 'asc' }],
      take: limit,
    });
    return rows.map(toRecord);
  },
  problems: async (tx, { org }) => missing(await isOrg(tx, org), 'org', `no such org: ${org}`),
  create: (tx, record) => tables.USERS.create(tx, [toRow(record)]),
  update: (tx, record) => tables.USERS.update(tx, toRow(record)),
  remove: (tx, { org: orgId, id }) => tx.user.delete({ where: { orgId_id: { orgId, id } } }),
  brokenRules: () => Promise.resolve([]),
};

/** Whoever is a member, or was granted something, in one of the tenants. */
function ofTenants(tenantIds: readonly string[]) {
  const some = { tenantId: { in: [...tenantIds] } };
  return { OR: [{ memberships: { some } }, { grants: { some } }] };
}

function toRow({ org: orgId, id, login = null, status }: UserRecord): User {
  return { orgId, id, login, status };
}

function toRecord({ orgId: org, id, login, status }: User): UserRecord {
  return { org, id, login, status };
}
