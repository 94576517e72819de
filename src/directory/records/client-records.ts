import type { Transaction } from '../../database/write-as.js';
import type { Client, ClientBinding } from '../../generated/prisma/client.js';
import { checkFixedClients, checkPolicies, sentencesOf } from '../files/check-whole-directory.js';
import * as tables from '../files/directory-tables.js';
import { checkRecordRows, isOrg, missing } from './check-record.js';
import { afterKey, given, recordWindow, windowColumns, type RecordWindow } from './record-columns.js';
import type { RecordStore, TenantIds } from './record-store.js';

/** A binding where it is part of its client. */
export interface OwnBinding extends RecordWindow {
  readonly tenant: string;
  readonly roles: readonly string[];
}

export interface ClientRecord {
  readonly org: string;
  readonly id: string;
  readonly name: string;
  readonly tenantMode: 'fixed' | 'choose' | 'any';
  readonly mode?: 'enforce' | 'shadow' | 'off' | null;
  readonly failurePolicy?: 'omit' | 'deny' | null;
  /** All of them; where they are left out of a record that is written, they stay as they are. */
  readonly bindings?: readonly OwnBinding[];
}

export type ClientKey = Pick<ClientRecord, 'org' | 'id'>;

export interface ClientFilter {
  readonly org?: string;
  readonly tenantMode?: ClientRecord['tenantMode'];
  readonly mode?: NonNullable<ClientRecord['mode']>;
  /** Bound to this tenant. */
  readonly tenant?: string;
}

export const CLIENT_RECORDS: RecordStore<ClientRecord, ClientKey, ClientFilter> = {
  noun: 'client',
  // Modes and failure policies are ours, whatever a view shows; bindings are not.
  readThroughViews: [],
  partsReadThroughViews: { bindings: 'client_bindings' },
  takesTurns: true,
  lock: (tx, { org, id }) =>
    tx.$queryRaw`SELECT 1 FROM clients WHERE org_id = ${org} AND id = ${id} FOR NO KEY UPDATE`,
  find: async (tx, { org: orgId, id }, tenantIds) => {
    const row = await tx.client.findFirst({
      where: { orgId, id, ...boundTo(tenantIds) },
      include: withBindings(tenantIds),
    });
    return row === null ? undefined : toRecord(row);
  },
  list: async (tx, { filter: { org: orgId, tenantMode, mode, tenant }, after, limit, tenantIds }) => {
    const rows = await tx.client.findMany({
      where: {
        ...given({ orgId, tenantMode, mode }),
        AND: [
          afterKey(after === undefined ? [] : [['orgId', after.org] as const, ['id', after.id] as const]),
          tenant === undefined ? {} : { bindings: { some: { tenantId: tenant } } },
          boundTo(tenantIds),
        ],
      },
      include: withBindings(tenantIds),
      orderBy: [{ orgId: 'asc' }, { id: 'asc' }],
      take: limit,
    });
    return rows.map(toRecord);
  },
  problems: async (tx, record) => {
    const { org, bindings } = record;
    const own = bindings === undefined ? await currentBindings(tx, record) : bindingRows(record, bindings);
    return [
      ...missing(await isOrg(tx, org), 'org', `no such org: ${org}`),
      ...(await checkRecordRows(
        tx,
        {
          clients: [{ row: toRow(record), path: [] }],
          bindings: own.map((row, index) => ({ row, path: ['bindings', index] })),
        },
        { tenants: own.map(({ tenantId }) => tenantId) },
      )),
    ];
  },
  create: async (tx, record) => {
    await tables.CLIENTS.create(tx, [toRow(record)]);
    await writeBindings(tx, record);
  },
  update: async (tx, record) => {
    await tables.CLIENTS.update(tx, toRow(record));
    await writeBindings(tx, record);
  },
  remove: (tx, { org: orgId, id }) => tx.client.delete({ where: { orgId_id: { orgId, id } } }),
  brokenRules: async (tx, { org: orgId, id }) =>
    sentencesOf([...(await checkPolicies(tx)), ...(await checkFixedClients(tx, { orgId, id }))]),
};

function boundTo(tenantIds: TenantIds) {
  return tenantIds === null ? {} : { bindings: { some: { tenantId: { in: [...tenantIds] } } } };
}

/** Bindings to other tenants are not shown. */
function withBindings(tenantIds: TenantIds) {
  const where = tenantIds === null ? {} : { tenantId: { in: [...tenantIds] } };
  return { bindings: { where, orderBy: { tenantId: 'asc' } } } as const;
}

async function writeBindings(tx: Transaction, record: ClientRecord): Promise<void> {
  const { org: orgId, id: clientId, bindings } = record;
  if (bindings === undefined) return;
  const kept = bindings.map(({ tenant }) => tenant);
  await tx.clientBinding.deleteMany({ where: { orgId, clientId, tenantId: { notIn: kept } } });
  for (const row of bindingRows(record, bindings)) {
    const key = { orgId, clientId, tenantId: row.tenantId };
    await tx.clientBinding.upsert({ where: { orgId_clientId_tenantId: key }, create: row, update: row });
  }
}

function currentBindings(tx: Transaction, { org: orgId, id: clientId }: ClientKey): Promise<ClientBinding[]> {
  return tx.clientBinding.findMany({ where: { orgId, clientId } });
}

function bindingRows(
  { org: orgId, id: clientId }: ClientKey,
  bindings: readonly OwnBinding[],
): readonly ClientBinding[] {
  return bindings.map(({ tenant: tenantId, roles, ...window }) => ({
    ...{ orgId, clientId, tenantId, roles: [...roles] },
    ...windowColumns(window),
  }));
}

function toRow({
  org: orgId,
  id,
  name,
  tenantMode,
  mode = null,
  failurePolicy = null,
}: ClientRecord): Client {
  return { orgId, id, name, tenantMode, mode, failurePolicy };
}

function toRecord({
  orgId: org,
  bindings,
  ...row
}: Client & { readonly bindings: readonly ClientBinding[] }): ClientRecord {
  return {
    org,
    id: row.id,
    name: row.name,
    tenantMode: row.tenantMode,
    mode: row.mode,
    failurePolicy: row.failurePolicy,
    bindings: bindings.map(({ tenantId: tenant, roles, ...window }) => ({
      tenant,
      roles,
      ...recordWindow(window),
    })),
  };
}
