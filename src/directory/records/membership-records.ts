import type { Membership } from '../../generated/prisma/client.js';
import { checkCrowdedUsers, sentencesOf } from '../files/check-whole-directory.js';
import * as tables from '../files/directory-tables.js';
import { checkRecordRows, isUser, missing } from './check-record.js';
import { afterKey, given, isOf, recordWindow, windowColumns, type RecordWindow } from './record-columns.js';
import type { RecordStore } from './record-store.js';
import { shownRecords, SHOWN_WINDOW } from './shown-records.js';
import { USER_RECORDS } from './user-records.js';

export interface MembershipRecord extends RecordWindow {
  readonly org: string;
  readonly user: string;
  readonly tenant: string;
  readonly roles: readonly string[];
  readonly default: boolean;
}

export type MembershipKey = Pick<MembershipRecord, 'org' | 'user' | 'tenant'>;

export interface MembershipFilter {
  readonly org?: string;
  readonly user?: string;
  readonly tenant?: string;
  readonly role?: string;
}

const SHOWN = shownRecords<Membership, MembershipRecord, MembershipKey, MembershipFilter>({
  through: ['memberships'],
  rows: `SELECT org_id AS "orgId", user_id AS "userId", tenant_id AS "tenantId", roles, is_default AS "isDefault", ${SHOWN_WINDOW}
    FROM mintmark_facts_memberships`,
  key: [
    ['org', '"orgId"'],
    ['user', '"userId"'],
    ['tenant', '"tenantId"'],
  ],
  filters: { org: '"orgId" = ?', user: '"userId" = ?', tenant: '"tenantId" = ?', role: '? = ANY (roles)' },
  ofTenants: '"tenantId" = ANY (?::text[])',
  toRecord,
});

export const MEMBERSHIP_RECORDS: RecordStore<MembershipRecord, MembershipKey, MembershipFilter> = {
  noun: 'membership',
  readThroughViews: ['memberships'],
  shown: SHOWN,
  takesTurns: false,
  lock: async (tx, { org, user, tenant }) => {
    // All memberships of one user take turns: how many there are is limited.
    await USER_RECORDS.lock(tx, { org, id: user });
    await tx.$queryRaw`
      SELECT 1 FROM memberships WHERE org_id = ${org} AND user_id = ${user} AND tenant_id = ${tenant} FOR NO KEY UPDATE`;
  },
  find: async (tx, key, tenantIds) => {
    if (!isOf(key.tenant, tenantIds)) return undefined;
    const row = await tx.membership.findUnique({ where: whereKey(key) });
    return row === null ? undefined : toRecord(row);
  },
  list: async (tx, { filter: { org, user, tenant, role }, after, limit, tenantIds }) => {
    const rows = await tx.membership.findMany({
      where: {
        ...given({ orgId: org, userId: user, tenantId: tenant }),
        AND: [
          afterKey(
            after === undefined
              ? []
              : [
                  ['orgId', after.org] as const,
                  ['userId', after.user] as const,
                  ['tenantId', after.tenant] as const,
                ],
          ),
          role === undefined ? {} : { roles: { has: role } },
          tenantIds === null ? {} : { tenantId: { in: [...tenantIds] } },
        ],
      },
      orderBy: [{ orgId: 'asc' }, { userId: 'asc' }, { tenantId: 'asc' }],
      take: limit,
    });
    return rows.map(toRecord);
  },
  problems: async (tx, record) => {
    const { org: orgId, user: id, tenant } = record;
    return [
      ...missing(await isUser(tx, { orgId, id }), 'user', `no such user in this org: ${id}`),
      ...(await checkRecordRows(
        tx,
        { memberships: [{ row: toRow(record), path: [] }] },
        { tenants: [tenant] },
      )),
    ];
  },
  create: (tx, record) => tables.MEMBERSHIPS.create(tx, [toRow(record)]),
  update: (tx, record) => tables.MEMBERSHIPS.update(tx, toRow(record)),
  remove: (tx, key) => tx.membership.delete({ where: whereKey(key) }),
  brokenRules: async (tx, { org: orgId, user: userId }) =>
    sentencesOf(await checkCrowdedUsers(tx, { orgId, userId })),
};

function whereKey({ org: orgId, user: userId, tenant: tenantId }: MembershipKey) {
  return { orgId_userId_tenantId: { orgId, userId, tenantId } };
}

function toRow(record: MembershipRecord): Membership {
  const { org: orgId, user: userId, tenant: tenantId, roles, default: isDefault } = record;
  return { orgId, userId, tenantId, roles: [...roles], isDefault, ...windowColumns(record) };
}

export function toRecord(row: Membership): MembershipRecord {
  const { orgId: org, userId: user, tenantId: tenant, roles, isDefault } = row;
  return { org, user, tenant, roles, default: isDefault, ...recordWindow(row) };
}
