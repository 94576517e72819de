import type { Subscription } from '../../generated/prisma/client.js';
import * as tables from '../files/directory-tables.js';
import { checkRecordRows, isTenant, missing } from './check-record.js';
import { afterKey, given, isOf, recordWindow, windowColumns, type RecordWindow } from './record-columns.js';
import type { RecordStore } from './record-store.js';
import { shownRecords, SHOWN_WINDOW } from './shown-records.js';

export interface SubscriptionRecord extends RecordWindow {
  readonly id: string;
  readonly tenant: string;
  readonly plan: string;
}

export type SubscriptionKey = Pick<SubscriptionRecord, 'id'>;

export interface SubscriptionFilter {
  readonly tenant?: string;
  readonly plan?: string;
}

const SHOWN = shownRecords<Subscription, SubscriptionRecord, SubscriptionKey, SubscriptionFilter>({
  through: ['subscriptions'],
  rows: `SELECT id, tenant_id AS "tenantId", plan_id AS "planId", ${SHOWN_WINDOW} FROM mintmark_facts_subscriptions`,
  key: [['id', 'id']],
  filters: { tenant: '"tenantId" = ?', plan: '"planId" = ?' },
  ofTenants: '"tenantId" = ANY (?::text[])',
  toRecord,
});

export const SUBSCRIPTION_RECORDS: RecordStore<SubscriptionRecord, SubscriptionKey, SubscriptionFilter> = {
  noun: 'subscription',
  readThroughViews: ['subscriptions'],
  shown: SHOWN,
  takesTurns: false,
  lock: (tx, { id }) => tx.$queryRaw`SELECT 1 FROM subscriptions WHERE id = ${id} FOR NO KEY UPDATE`,
  find: async (tx, { id }, tenantIds) => {
    const row = await tx.subscription.findUnique({ where: { id } });
    return row !== null && isOf(row.tenantId, tenantIds) ? toRecord(row) : undefined;
  },
  list: async (tx, { filter: { tenant, plan }, after, limit, tenantIds }) => {
    const rows = await tx.subscription.findMany({
      where: {
        ...given({ tenantId: tenant, planId: plan }),
        AND: [
          afterKey(after === undefined ? [] : [['id', after.id]]),
          tenantIds === null ? {} : { tenantId: { in: [...tenantIds] } },
        ],
      },
      orderBy: { id: 'asc' },
      take: limit,
    });
    return rows.map(toRecord);
  },
  problems: async (tx, record) => {
    const { tenant, plan } = record;
    return [
      ...missing(await isTenant(tx, tenant), 'tenant', `no such tenant: ${tenant}`),
      ...(await checkRecordRows(
        tx,
        { subscriptions: [{ row: toRow(record), path: [] }] },
        { plans: [plan] },
      )),
    ];
  },
  create: (tx, record) => tables.SUBSCRIPTIONS.create(tx, [toRow(record)]),
  update: (tx, record) => tables.SUBSCRIPTIONS.update(tx, toRow(record)),
  remove: (tx, { id }) => tx.subscription.delete({ where: { id } }),
  brokenRules: () => Promise.resolve([]),
};

function toRow(record: SubscriptionRecord): Subscription {
  const { id, tenant: tenantId, plan: planId } = record;
  return { id, tenantId, planId, ...windowColumns(record) };
}

function toRecord(row: Subscription): SubscriptionRecord {
  const { id, tenantId: tenant, planId: plan } = row;
  return { id, tenant, plan, ...recordWindow(row) };
}
