import * as tables from '../files/directory-tables.js';
import { afterKey, given } from './record-columns.js';
import type { RecordStore } from './record-store.js';

export interface FeatureRecord {
  readonly id: string;
  readonly type: 'boolean' | 'integer' | 'string' | 'string_list';
  readonly description: string;
}

export type FeatureKey = Pick<FeatureRecord, 'id'>;

export interface FeatureFilter {
  readonly type?: FeatureRecord['type'];
}

export const FEATURE_RECORDS: RecordStore<FeatureRecord, FeatureKey, FeatureFilter> = {
  noun: 'feature',
  readThroughViews: [],
  takesTurns: false,
  lock: (tx, { id }) => tx.$queryRaw`SELECT 1 FROM features WHERE id = ${id} FOR NO KEY UPDATE`,
  find: async (tx, { id }) => (await tx.feature.findUnique({ where: { id } })) ?? undefined,
  list: (tx, { filter: { type }, after, limit }) =>
    tx.feature.findMany({
      where: { ...given({ type }), AND: [afterKey(after === undefined ? [] : [['id', after.id]])] },
      orderBy: { id: 'asc' },
      take: limit,
    }),
  problems: () => Promise.resolve([]),
  create: (tx, record) => tables.FEATURES.create(tx, [record]),
  update: (tx, record) => tables.FEATURES.update(tx, record),
  remove: (tx, { id }) => tx.feature.delete({ where: { id } }),
  brokenRules: () => Promise.resolve([]),
};
