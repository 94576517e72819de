import type { ClientBinding } from '../../generated/prisma/client.js';
import { checkFixedClients, sentencesOf } from '../files/check-whole-directory.js';
import * as tables from '../files/directory-tables.js';
import { checkRecordRows, isClient, missing } from './check-record.js';
import { afterKey, given, isOf, recordWindow, windowColumns, type RecordWindow } from './record-columns.js';
import type { RecordStore } from './record-store.js';
import { shownRecords, SHOWN_WINDOW } from './shown-records.js';

export interface BindingRecord extends RecordWindow {
  readonly org: string;
  readonly client: string;
  readonly tenant: string;
  readonly roles: readonly string[];
}

export type BindingKey = Pick<BindingRecord, 'org' | 'client' | 'tenant'>;

export interface BindingFilter {
  readonly org?: string;
  readonly client?: string;
  readonly tenant?: string;
}

const SHOWN = shownRecords<ClientBinding, BindingRecord, BindingKey, BindingFilter>({
  through: ['client_bindings'],
  rows: `SELECT org_id AS "orgId", client_id AS "clientId", tenant_id AS "tenantId", roles, ${SHOWN_WINDOW}
    FROM mintmark_facts_client_bindings`,
  key: [
    ['org', '"orgId"'],
    ['client', '"clientId"'],
    ['tenant', '"tenantId"'],
  ],
  filters: { org: '"orgId" = ?', client: '"clientId" = ?', tenant: '"tenantId" = ?' },
  ofTenants: '"tenantId" = ANY (?::text[])',
  toRecord,
});

export const BINDING_RECORDS: RecordStore<BindingRecord, BindingKey, BindingFilter> = {
  noun: 'binding',
  readThroughViews: ['client_bindings'],
  shown: SHOWN,
  takesTurns: true,
  lock: (tx, { org, client, tenant }) => tx.$queryRaw`
    SELECT 1 FROM client_bindings WHERE org_id = ${org} AND client_id = ${client} AND tenant_id = ${tenant}
    FOR NO KEY UPDATE`,
  find: async (tx, key, tenantIds) => {
    if (!isOf(key.tenant, tenantIds)) return undefined;
    const row = await tx.clientBinding.findUnique({ where: whereKey(key) });
    return row === null ? undefined : toRecord(row);
  },
  list: async (tx, { filter: { org, client, tenant }, after, limit, tenantIds }) => {
    const rows = await tx.clientBinding.findMany({
      where: {
        ...given({ orgId: org, clientId: client, tenantId: tenant }),
        AND: [
          afterKey(
            after === undefined
              ? []
              : [
                  ['orgId', after.org] as const,
                  ['clientId', after.client] as const,
                  ['tenantId', after.tenant] as const,
                ],
          ),
          tenantIds === null ? {} : { tenantId: { in: [...tenantIds] } },
        ],
      },
      orderBy: [{ orgId: 'asc' }, { clientId: 'asc' }, { tenantId: 'asc' }],
      take: limit,
    });
    return rows.map(toRecord);
  },
  problems: async (tx, record) => {
    const { org: orgId, client: id, tenant } = record;
    return [
      ...missing(await isClient(tx, { orgId, id }), 'client', `no such client in this org: ${id}`),
      ...(await checkRecordRows(tx, { bindings: [{ row: toRow(record), path: [] }] }, { tenants: [tenant] })),
    ];
  },
  create: (tx, record) => tables.BINDINGS.create(tx, [toRow(record)]),
  update: (tx, record) => tables.BINDINGS.update(tx, toRow(record)),
  remove: (tx, key) => tx.clientBinding.delete({ where: whereKey(key) }),
  brokenRules: async (tx, { org: orgId, client: id }) =>
    sentencesOf(await checkFixedClients(tx, { orgId, id })),
};

function whereKey({ org: orgId, client: clientId, tenant: tenantId }: BindingKey) {
  return { orgId_clientId_tenantId: { orgId, clientId, tenantId } };
}

function toRow(record: BindingRecord): ClientBinding {
  const { org: orgId, client: clientId, tenant: tenantId, roles } = record;
  return { orgId, clientId, tenantId, roles: [...roles], ...windowColumns(record) };
}

export function toRecord(row: ClientBinding): BindingRecord {
  const { orgId: org, clientId: client, tenantId: tenant, roles } = row;
  return { org, client, tenant, roles, ...recordWindow(row) };
}
