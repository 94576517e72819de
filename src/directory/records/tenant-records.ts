import * as tables from '../files/directory-tables.js';
import { afterKey, given, isOf } from './record-columns.js';
import type { RecordStore } from './record-store.js';
import { shownRecords } from './shown-records.js';

export interface TenantRecord {
  readonly id: string;
  readonly name: string;
  readonly status: 'active' | 'suspended';
}

export type TenantKey = Pick<TenantRecord, 'id'>;

export interface TenantFilter {
  readonly status?: TenantRecord['status'];
}

const SHOWN = shownRecords<TenantRecord, TenantRecord, TenantKey, TenantFilter>({
  through: ['tenants'],
  rows: 'SELECT id, name, status::text AS status FROM mintmark_facts_tenants',
  key: [['id', 'id']],
  filters: { status: 'status = ?' },
  ofTenants: 'id = ANY (?::text[])',
  toRecord: (row) => row,
});

export const TENANT_RECORDS: RecordStore<TenantRecord, TenantKey, TenantFilter> = {
  noun: 'tenant',
  readThroughViews: ['tenants'],
  shown: SHOWN,
  takesTurns: false,
  lock: (tx, { id }) => tx.$queryRaw`SELECT 1 FROM tenants WHERE id = ${id} FOR NO KEY UPDATE`,
  find: async (tx, { id }, tenantIds) =>
    isOf(id, tenantIds) ? ((await tx.tenant.findUnique({ where: { id } })) ?? undefined) : undefined,
  list: (tx, { filter: { status }, after, limit, tenantIds }) =>
    tx.tenant.findMany({
      where: {
        ...given({ status }),
        AND: [
          afterKey(after === undefined ? [] : [['id', after.id]]),
          tenantIds === null ? {} : { id: { in: [...tenantIds] } },
        ],
      },
      orderBy: { id: 'asc' },
      take: limit,
    }),
  problems: () => Promise.resolve([]),
  create: (tx, record) => tables.TENANTS.create(tx, [record]),
  update: (tx, record) => tables.TENANTS.update(tx, record),
  remove: (tx, { id }) => tx.tenant.delete({ where: { id } }),
  brokenRules: () => Promise.resolve([]),
};
