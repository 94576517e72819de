import * as tables from '../files/directory-tables.js';
import { afterKey, given } from './record-columns.js';
import type { RecordStore } from './record-store.js';

export interface OrgRecord {
  readonly id: string;
  readonly url: string;
}

export type OrgKey = Pick<OrgRecord, 'id'>;

export interface OrgFilter {
  readonly url?: string;
}

export const ORG_RECORDS: RecordStore<OrgRecord, OrgKey, OrgFilter> = {
  noun: 'org',
  readThroughViews: [],
  takesTurns: false,
  lock: (tx, { id }) => tx.$queryRaw`SELECT 1 FROM orgs WHERE id = ${id} FOR NO KEY UPDATE`,
  find: async (tx, { id }) => (await tx.org.findUnique({ where: { id } })) ?? undefined,
  list: (tx, { filter: { url }, after, limit }) =>
    tx.org.findMany({
      where: { ...given({ url }), AND: [afterKey(after === undefined ? [] : [['id', after.id]])] },
      orderBy: { id: 'asc' },
      take: limit,
    }),
  problems: () => Promise.resolve([]),
  create: (tx, record) => tables.ORGS.create(tx, [record]),
  update: (tx, record) => tables.ORGS.update(tx, record),
  remove: (tx, { id }) => tx.org.delete({ where: { id } }),
  brokenRules: () => Promise.resolve([]),
};
