import type { Transaction } from '../../database/write-as.js';
import type { FeatureGrant } from '../../generated/prisma/client.js';
import { asFeatureValue } from '../files/feature-value.js';
import * as tables from '../files/directory-tables.js';
import { checkRecordRows, featureTypes, isTenant, missing } from './check-record.js';
import { afterKey, given, isOf, recordWindow, windowColumns, type RecordWindow } from './record-columns.js';
import type { RecordProblem, RecordStore } from './record-store.js';
import { shownRecords, SHOWN_WINDOW } from './shown-records.js';

/** A feature value for a tenant, or where `org` and `user` are given for that user in it. */
export interface GrantRecord extends RecordWindow {
  readonly id: string;
  readonly tenant: string;
  readonly org?: string | null;
  readonly user?: string | null;
  readonly feature: string;
  readonly value?: unknown;
  readonly reason: string;
}

export type GrantKey = Pick<GrantRecord, 'id'>;

export interface GrantFilter {
  readonly tenant?: string;
  readonly org?: string;
  readonly user?: string;
  readonly feature?: string;
}

/** The view has no reasons: nothing is decided by them. */
const SHOWN = shownRecords<Omit<FeatureGrant, 'featureType'>, GrantRecord, GrantKey, GrantFilter>({
  through: ['feature_grants'],
  rows: `SELECT id, tenant_id AS "tenantId", org_id AS "orgId", user_id AS "userId", feature_id AS "featureId", value,
      '' AS reason, ${SHOWN_WINDOW}
    FROM mintmark_facts_feature_grants`,
  key: [['id', 'id']],
  filters: { tenant: '"tenantId" = ?', org: '"orgId" = ?', user: '"userId" = ?', feature: '"featureId" = ?' },
  ofTenants: '"tenantId" = ANY (?::text[])',
  toRecord,
});

export const GRANT_RECORDS: RecordStore<GrantRecord, GrantKey, GrantFilter> = {
  noun: 'grant',
  readThroughViews: ['feature_grants'],
  shown: SHOWN,
  takesTurns: false,
  lock: (tx, { id }) => tx.$queryRaw`SELECT 1 FROM feature_grants WHERE id = ${id} FOR NO KEY UPDATE`,
  find: async (tx, { id }, tenantIds) => {
    const row = await tx.featureGrant.findUnique({ where: { id } });
    return row !== null && isOf(row.tenantId, tenantIds) ? toRecord(row) : undefined;
  },
  list: async (tx, { filter: { tenant, org, user, feature }, after, limit, tenantIds }) => {
    const rows = await tx.featureGrant.findMany({
      where: {
        ...given({ tenantId: tenant, orgId: org, userId: user, featureId: feature }),
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
    const { tenant, feature, org = null, user = null, value } = record;
    const row = { ...withoutValue(record), value };
    return [
      ...missing(await isTenant(tx, tenant), 'tenant', `no such tenant: ${tenant}`),
      ...halfAUser(org, user),
      ...(await checkRecordRows(
        tx,
        { grants: [{ row, path: [] }] },
        { features: [feature], ...(org === null || user === null ? {} : { user: { orgId: org, id: user } }) },
      )),
    ];
  },
  create: async (tx, record) => tables.GRANTS.create(tx, [await toRow(tx, record)]),
  update: async (tx, record) => tables.GRANTS.update(tx, await toRow(tx, record)),
  remove: (tx, { id }) => tx.featureGrant.delete({ where: { id } }),
  brokenRules: () => Promise.resolve([]),
};

/** A user id means something in its org alone. */
function halfAUser(org: string | null, user: string | null): readonly RecordProblem[] {
  if ((org === null) === (user === null)) return [];
  return [
    { path: [org === null ? 'org' : 'user'], problem: 'org and user belong together: give both, or neither' },
  ];
}

function withoutValue(record: GrantRecord): Omit<FeatureGrant, 'value' | 'featureType'> {
  const { id, tenant: tenantId, org: orgId = null, user: userId = null, feature: featureId, reason } = record;
  return { id, tenantId, orgId, userId, featureId, reason, ...windowColumns(record) };
}

/** The value was checked before. */
async function toRow(tx: Transaction, record: GrantRecord): Promise<tables.FeatureGrantRow> {
  const types = await featureTypes(tx, [record.feature]);
  const featureType = types.get(record.feature) ?? 'boolean';
  return { ...withoutValue(record), featureType, value: asFeatureValue(featureType, record.value) };
}

export function toRecord(row: Omit<FeatureGrant, 'featureType'>): GrantRecord {
  const { id, tenantId: tenant, orgId: org, userId: user, featureId: feature, value, reason } = row;
  return { id, tenant, org, user, feature, value, reason, ...recordWindow(row) };
}
