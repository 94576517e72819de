import type { Database } from '../../database/database.js';
import {
  listInvocations,
  positionOf,
  readInvocation,
  type InvocationPosition,
  type InvocationQuery,
  type InvocationSummary,
} from '../../invocations/read-invocations.js';
import { reachOf, requireTenant, tenantIdsOf } from '../authentication/admin-caller.js';
import { invalidFields, Problem } from '../problems/problem.js';
import { formatCursor, parseCursor } from '../requests/cursor.js';
import type { Operation } from '../requests/operation.js';
import { READING_PROBLEMS } from '../requests/reading-problems.js';
import { validateQuery } from '../requests/validate-document.js';
import { InvocationDto, InvocationQueryDto, InvocationSummaryDto } from './invocation.dto.js';

const COMMON = { tag: 'invocations', method: 'GET', scope: 'directory:read', isForTenants: true } as const;

/** Hook calls as they were recorded. A token for some tenants sees the calls that were decided for those. */
export function invocationOperations(database: Database): readonly Operation[] {
  return [
    {
      ...COMMON,
      ...{ id: 'listInvocations', path: '/v1/invocations', query: InvocationQueryDto },
      summary: 'List recorded hook calls, the newest or the slowest first',
      description:
        'Recorded where MINTMARK_RECORD_ISSUERS of the hook says so: with secrets removed, and people replaced by pseudonyms.',
      answers: { 200: { description: 'One page.', body: InvocationSummaryDto, isList: true } },
      problems: [...READING_PROBLEMS, 'invalid-fields'],
      handle: async ({ caller, query }) => {
        const reach = reachOf(caller, 'directory:read');
        const { limit, cursor, from, until, order, ...filter } = validateQuery(InvocationQueryDto, query);
        if (filter.tenant !== undefined) requireTenant(reach, 'directory:read', filter.tenant);
        const calls = await listInvocations(database, {
          ...{ ...filter, order, limit: limit + 1, tenantIds: tenantIdsOf(reach) },
          from: from === undefined ? undefined : new Date(from),
          until: until === undefined ? undefined : new Date(until),
          after: cursor === undefined ? undefined : parsePosition(cursor, order),
        });
        return { status: 200, body: pageOf(calls, limit, order) };
      },
    },
    {
      ...COMMON,
      ...{ id: 'readInvocation', path: '/v1/invocations/{id}' },
      summary: 'Read one recorded hook call',
      answers: { 200: { description: 'The call.', body: InvocationDto } },
      problems: [...READING_PROBLEMS, 'not-found'],
      handle: async ({ caller, params }) => {
        const reach = reachOf(caller, 'directory:read');
        const { id = '' } = params;
        const call = NUMBER.test(id)
          ? await readInvocation(database, BigInt(id), tenantIdsOf(reach))
          : undefined;
        if (call === undefined) throw new Problem('not-found', 'there is no such invocation');
        return { status: 200, body: call };
      },
    },
  ];
}

type Order = InvocationQuery['order'];

/** The largest that the database counts to has 19 digits. */
const NUMBER = /^\d{1,18}$/;

/** The largest duration that the database holds, in microseconds. */
const DURATION = /^\d{1,9}$/;

function pageOf(calls: readonly InvocationSummary[], limit: number, order: Order) {
  const items = calls.slice(0, limit);
  const last = items.at(-1);
  const isMore = calls.length > limit && last !== undefined;
  return { items, nextCursor: isMore ? formatPosition(last, order) : null };
}

function formatPosition(call: InvocationSummary, order: Order): string {
  const { id, durationUs } = positionOf(call);
  return formatCursor(order === 'newest' ? [String(id)] : [String(id), String(durationUs)]);
}

/** @throws Problem where the cursor is of another list */
function parsePosition(cursor: string, order: Order): InvocationPosition {
  const [id = '', durationUs = '0'] = parseCursor(cursor, order === 'newest' ? 1 : 2);
  if (!NUMBER.test(id) || !DURATION.test(durationUs))
    throw invalidFields([{ parameter: 'cursor', detail: 'must be a "nextCursor" of this list' }]);
  return { id: BigInt(id), durationUs: Number(durationUs) };
}
