import type { Transaction } from '../../database/write-as.js';
import type { Plan } from '../../generated/prisma/client.js';
import { asFeatureValue } from '../files/feature-value.js';
import * as tables from '../files/directory-tables.js';
import { checkRecordRows, featureTypes } from './check-record.js';
import { afterKey } from './record-columns.js';
import type { RecordStore } from './record-store.js';
import { shownRecords } from './shown-records.js';

export interface PlanRecord {
  readonly id: string;
  readonly rank: number;
  /** Feature id to value. */
  readonly features: Readonly<Record<string, unknown>>;
}

export type PlanKey = Pick<PlanRecord, 'id'>;

export interface PlanFilter {
  /** Plans that have a value for this feature. */
  readonly feature?: string;
}

const WITH_FEATURES = { features: { orderBy: { featureId: 'asc' } } } as const;

const SHOWN = shownRecords<PlanRow, PlanRecord, PlanKey, PlanFilter>({
  through: ['plans', 'plan_features'],
  rows: `SELECT p.id, p.rank, (
      SELECT coalesce(jsonb_agg(jsonb_build_object('featureId', f.feature_id, 'value', f.value) ORDER BY f.feature_id), '[]')
      FROM mintmark_facts_plan_features AS f WHERE f.plan_id = p.id) AS features
    FROM mintmark_facts_plans AS p`,
  key: [['id', 'id']],
  filters: {
    feature:
      'EXISTS (SELECT FROM mintmark_facts_plan_features AS f WHERE f.plan_id = r.id AND f.feature_id = ?)',
  },
  toRecord,
});

export const PLAN_RECORDS: RecordStore<PlanRecord, PlanKey, PlanFilter> = {
  noun: 'plan',
  readThroughViews: ['plans', 'plan_features'],
  shown: SHOWN,
  takesTurns: false,
  lock: (tx, { id }) => tx.$queryRaw`SELECT 1 FROM plans WHERE id = ${id} FOR NO KEY UPDATE`,
  find: async (tx, { id }) => {
    const row = await tx.plan.findUnique({ where: { id }, include: WITH_FEATURES });
    return row === null ? undefined : toRecord(row);
  },
  list: async (tx, { filter: { feature: featureId }, after, limit }) => {
    const rows = await tx.plan.findMany({
      where: {
        AND: [
          afterKey(after === undefined ? [] : [['id', after.id]]),
          featureId === undefined ? {} : { features: { some: { featureId } } },
        ],
      },
      include: WITH_FEATURES,
      orderBy: { id: 'asc' },
      take: limit,
    });
    return rows.map(toRecord);
  },
  problems: (tx, { id: planId, features }) =>
    checkRecordRows(
      tx,
      {
        planFeatures: Object.entries(features).map(([featureId, value]) => ({
          row: { planId, featureId, value },
          path: ['features', featureId],
        })),
      },
      { features: Object.keys(features) },
    ),
  create: async (tx, record) => {
    await tables.PLANS.create(tx, [toRow(record)]);
    await writeFeatures(tx, record);
  },
  update: async (tx, record) => {
    await tables.PLANS.update(tx, toRow(record));
    await writeFeatures(tx, record);
  },
  remove: (tx, { id }) => tx.plan.delete({ where: { id } }),
  brokenRules: () => Promise.resolve([]),
};

async function writeFeatures(tx: Transaction, { id: planId, features }: PlanRecord): Promise<void> {
  const types = await featureTypes(tx, Object.keys(features));
  await tx.planFeature.deleteMany({ where: { planId, featureId: { notIn: Object.keys(features) } } });
  for (const [featureId, value] of Object.entries(features)) {
    const featureType = types.get(featureId) ?? 'boolean';
    const row = { planId, featureId, featureType, value: asFeatureValue(featureType, value) };
    await tx.planFeature.upsert({
      where: { planId_featureId: { planId, featureId } },
      create: row,
      update: row,
    });
  }
}

function toRow({ id, rank }: PlanRecord): Plan {
  return { id, rank };
}

interface PlanRow extends Plan {
  readonly features: readonly { readonly featureId: string; readonly value: unknown }[];
}

function toRecord({ id, rank, features }: PlanRow): PlanRecord {
  return {
    id,
    rank,
    features: Object.fromEntries(features.map(({ featureId, value }) => [featureId, value])),
  };
}
