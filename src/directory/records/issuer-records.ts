import type { Transaction } from '../../database/write-as.js';
import type { Issuer } from '../../generated/prisma/client.js';
import { checkPolicies, sentencesOf } from '../files/check-whole-directory.js';
import * as tables from '../files/directory-tables.js';
import { isOrg, missing } from './check-record.js';
import { afterKey, given } from './record-columns.js';
import type { RecordStore } from './record-store.js';

export interface IssuerRecord {
  readonly id: string;
  readonly org: string;
  readonly uri: string;
  readonly aliases: readonly string[];
  readonly mode: 'enforce' | 'shadow' | 'off';
  readonly failurePolicy: 'omit' | 'deny';
  readonly onRefused: 'stamp' | 'deny';
  readonly onAmbiguous: 'stamp' | 'deny';
  readonly claimsBudgetBytes: number;
  readonly rememberChoiceDays: number;
}

export type IssuerKey = Pick<IssuerRecord, 'id'>;

export interface IssuerFilter {
  readonly org?: string;
  /** Its own, or an alias. */
  readonly uri?: string;
  readonly mode?: IssuerRecord['mode'];
}

const WITH_ALIASES = { aliases: { orderBy: { uri: 'asc' } } } as const;

export const ISSUER_RECORDS: RecordStore<IssuerRecord, IssuerKey, IssuerFilter> = {
  noun: 'issuer',
  readThroughViews: [],
  takesTurns: true,
  lock: (tx, { id }) => tx.$queryRaw`SELECT 1 FROM issuers WHERE id = ${id} FOR NO KEY UPDATE`,
  find: async (tx, { id }) => {
    const row = await tx.issuer.findUnique({ where: { id }, include: WITH_ALIASES });
    return row === null ? undefined : toRecord(row);
  },
  list: async (tx, { filter: { org: orgId, uri, mode }, after, limit }) => {
    const rows = await tx.issuer.findMany({
      where: {
        ...given({ orgId, mode }),
        AND: [
          afterKey(after === undefined ? [] : [['id', after.id]]),
          uri === undefined ? {} : { OR: [{ uri }, { aliases: { some: { uri } } }] },
        ],
      },
      include: WITH_ALIASES,
      orderBy: { id: 'asc' },
      take: limit,
    });
    return rows.map(toRecord);
  },
  problems: async (tx, { org }) => missing(await isOrg(tx, org), 'org', `no such org: ${org}`),
  create: async (tx, record) => {
    await tables.ISSUERS.create(tx, [toRow(record)]);
    await writeAliases(tx, record);
  },
  update: async (tx, record) => {
    const { id: issuerId, aliases } = record;
    // An alias that goes makes room for a URI.
    await tx.issuerAlias.deleteMany({ where: { issuerId, uri: { notIn: [...aliases] } } });
    await tables.ISSUERS.update(tx, toRow(record));
    await writeAliases(tx, record);
  },
  remove: (tx, { id }) => tx.issuer.delete({ where: { id } }),
  brokenRules: async (tx) => sentencesOf(await checkPolicies(tx)),
};

async function writeAliases(tx: Transaction, { id: issuerId, aliases }: IssuerRecord): Promise<void> {
  const existing = await tx.issuerAlias.findMany({ where: { issuerId } });
  const missing = aliases.filter((uri) => !existing.some((alias) => alias.uri === uri));
  await tx.issuerAlias.createMany({ data: missing.map((uri) => ({ uri, issuerId })) });
}

function toRow({ org: orgId, aliases: _aliases, ...row }: IssuerRecord): Issuer {
  return { ...row, orgId };
}

function toRecord({
  orgId,
  aliases,
  ...row
}: Issuer & { readonly aliases: readonly { readonly uri: string }[] }): IssuerRecord {
  return {
    id: row.id,
    org: orgId,
    uri: row.uri,
    aliases: aliases.map(({ uri }) => uri),
    mode: row.mode,
    failurePolicy: row.failurePolicy,
    onRefused: row.onRefused,
    onAmbiguous: row.onAmbiguous,
    claimsBudgetBytes: row.claimsBudgetBytes,
    rememberChoiceDays: row.rememberChoiceDays,
  };
}
