import type { ClaimMapping } from '../../generated/prisma/client.js';
import { checkMappings, checkPolicies, sentencesOf } from '../files/check-whole-directory.js';
import * as tables from '../files/directory-tables.js';
import { tokensOf } from '../files/to-claim-mapping.js';
import { checkRecordRows } from './check-record.js';
import { afterKey, given } from './record-columns.js';
import type { RecordStore } from './record-store.js';

export interface ClaimMappingRecord {
  readonly id: string;
  readonly claim: string;
  /** CEL. */
  readonly expression: string;
  readonly tokens: readonly ('access' | 'identity')[];
  readonly scopes: readonly string[];
  readonly clients: readonly string[];
  readonly grantTypes: readonly string[];
  readonly issuers: readonly string[];
  readonly required: boolean;
  readonly priority: number;
  readonly overridesProfileClaim: boolean;
}

export type ClaimMappingKey = Pick<ClaimMappingRecord, 'id'>;

export interface ClaimMappingFilter {
  readonly claim?: string;
}

export const CLAIM_MAPPING_RECORDS: RecordStore<ClaimMappingRecord, ClaimMappingKey, ClaimMappingFilter> = {
  noun: 'claim mapping',
  readThroughViews: [],
  takesTurns: true,
  lock: (tx, { id }) => tx.$queryRaw`SELECT 1 FROM claim_mappings WHERE id = ${id} FOR NO KEY UPDATE`,
  find: async (tx, { id }) => {
    const row = await tx.claimMapping.findUnique({ where: { id } });
    return row === null ? undefined : toRecord(row);
  },
  list: async (tx, { filter: { claim }, after, limit }) => {
    const rows = await tx.claimMapping.findMany({
      where: { ...given({ claim }), AND: [afterKey(after === undefined ? [] : [['id', after.id]])] },
      orderBy: { id: 'asc' },
      take: limit,
    });
    return rows.map(toRecord);
  },
  problems: (tx, record) =>
    checkRecordRows(
      tx,
      { claimMappings: [{ row: claimMappingRow(record), path: [] }] },
      { issuers: record.issuers },
    ),
  create: (tx, record) => tables.CLAIM_MAPPINGS.create(tx, [claimMappingRow(record)]),
  update: (tx, record) => tables.CLAIM_MAPPINGS.update(tx, claimMappingRow(record)),
  remove: (tx, { id }) => tx.claimMapping.delete({ where: { id } }),
  brokenRules: async (tx) => sentencesOf([...(await checkPolicies(tx)), ...(await checkMappings(tx))]),
};

/** The row of a mapping, as the table has it. */
export function claimMappingRow(record: ClaimMappingRecord): ClaimMapping {
  const { tokens, clients, issuers, scopes, grantTypes, ...row } = record;
  return {
    ...row,
    inAccessToken: tokens.includes('access'),
    inIdToken: tokens.includes('identity'),
    ...{ scopes: [...scopes], grantTypes: [...grantTypes], clientIds: [...clients], issuerIds: [...issuers] },
  };
}

function toRecord(row: ClaimMapping): ClaimMappingRecord {
  return {
    id: row.id,
    claim: row.claim,
    expression: row.expression,
    tokens: tokensOf(row),
    scopes: row.scopes,
    clients: row.clientIds,
    grantTypes: row.grantTypes,
    issuers: row.issuerIds,
    required: row.required,
    priority: row.priority,
    overridesProfileClaim: row.overridesProfileClaim,
  };
}
