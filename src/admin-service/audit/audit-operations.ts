import { isId } from '../../claims/identifiers.js';
import type { Database } from '../../database/database.js';
import { keyLengthOf, readAudit, type AuditRecord } from '../../directory/audit/read-audit.js';
import { reachOf, requireTenant, tenantIdsOf } from '../authentication/admin-caller.js';
import { invalidFields, type Problem } from '../problems/problem.js';
import { formatCursor, parseCursor } from '../requests/cursor.js';
import type { Operation } from '../requests/operation.js';
import { READING_PROBLEMS } from '../requests/reading-problems.js';
import { validateQuery } from '../requests/validate-document.js';
import { AuditQueryDto, AuditRecordDto } from './audit.dto.js';

/** Who changed what, and when. */
export function auditOperations({ prisma }: Database): readonly Operation[] {
  return [
    {
      ...{ id: 'listAudit', method: 'GET', path: '/v1/audit', tag: 'audit' },
      ...{ scope: 'directory:read', isForTenants: true, query: AuditQueryDto },
      summary: 'List changes of the directory, the newest first',
      description:
        'One record for each row that was changed, by whatever way: this API, a file, an import, plain SQL. Written in the ' +
        'transaction of the change, and only ever appended to.',
      answers: { 200: { description: 'One page.', body: AuditRecordDto, isList: true } },
      problems: [...READING_PROBLEMS, 'invalid-fields'],
      handle: async ({ caller, query }) => {
        const reach = reachOf(caller, 'directory:read');
        const { limit, cursor, id, from, until, ...filter } = validateQuery(AuditQueryDto, query);
        if (filter.tenant !== undefined) requireTenant(reach, 'directory:read', filter.tenant);
        const records = await readAudit(prisma, {
          ...filter,
          key: id === undefined ? undefined : keyParts(id, filter.noun),
          from: from === undefined ? undefined : new Date(from),
          until: until === undefined ? undefined : new Date(until),
          before: cursor === undefined ? undefined : sequenceNumber(cursor),
          limit: limit + 1,
          tenantIds: tenantIdsOf(reach),
        });
        return { status: 200, body: pageOf(records, limit) };
      },
    },
  ];
}

function pageOf(records: readonly AuditRecord[], limit: number) {
  const items = records.slice(0, limit);
  const last = items.at(-1);
  const isMore = records.length > limit && last !== undefined;
  return { items, nextCursor: isMore ? formatCursor([last.id]) : null };
}

/** The parts of a key, percent-encoded and with slashes between, as in paths. @throws Problem */
function keyParts(text: string, noun: AuditQueryDto['noun']): readonly string[] {
  if (noun === undefined) throw wrong('id', 'needs "noun"');
  const parts = text.split('/').map(decoded);
  if (parts.length !== keyLengthOf(noun) || !parts.every(isId)) {
    throw wrong(
      'id',
      `must have ${String(keyLengthOf(noun))} parts with slashes between, each percent-encoded`,
    );
  }
  return parts;
}

/** The largest that the database counts to has 19 digits. */
const SEQUENCE_NUMBER = /^\d{1,18}$/;

function sequenceNumber(cursor: string): bigint {
  const [id = ''] = parseCursor(cursor, 1);
  if (!SEQUENCE_NUMBER.test(id)) throw wrong('cursor', 'must be a "nextCursor" of this list');
  return BigInt(id);
}

function wrong(parameter: string, detail: string): Problem {
  return invalidFields([{ parameter, detail }]);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
