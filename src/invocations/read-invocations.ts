import type { Database } from '../database/database.js';
import type { Prisma } from '../generated/prisma/client.js';
import type { RecordedDocument } from './redact-call.js';

/** How a recorded call ended. */
export const OUTCOMES = ['stamped', 'unchanged', 'denied', 'failed', 'shadow', 'off'] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** One recorded call, as lists show it. */
export interface InvocationSummary {
  /** Counts up; a decimal number as text. */
  readonly id: string;
  /** When it was answered. */
  readonly at: string;
  readonly issuer: string;
  readonly client: string;
  /** A pseudonym; null where the call is of no user. */
  readonly user: string | null;
  readonly tenant: string | null;
  readonly grantType: string | null;
  readonly mode: 'enforce' | 'shadow' | 'off' | null;
  readonly outcome: string;
  readonly reason: string | null;
  /** What was decided, whether or not the mode answers so. */
  readonly decision: string | null;
  readonly selection: string | null;
  readonly durationMs: number;
}

/** One recorded call with all that is known of it. */
export type Invocation = InvocationSummary &
  Omit<RecordedDocument, 'request'> & {
    /** What the hook was sent; null where it was too large. */
    readonly payload: RecordedDocument['request'];
  };

/** Which recorded calls are meant. What is undefined does not matter. */
export interface InvocationFilter {
  /** From this instant (included) until that (excluded). */
  readonly from?: Date | undefined;
  readonly until?: Date | undefined;
  readonly issuer?: string | undefined;
  readonly client?: string | undefined;
  /** A pseudonym. */
  readonly user?: string | undefined;
  readonly tenant?: string | undefined;
  readonly outcome?: string | undefined;
  readonly mode?: 'enforce' | 'shadow' | 'off' | undefined;
  /** Only what belongs to these tenants; null for everything. */
  readonly tenantIds: readonly string[] | null;
}

/** The last call of a page; the next one begins behind it. */
export interface InvocationPosition {
  readonly id: bigint;
  /** In microseconds; only where the slowest come first. */
  readonly durationUs: number;
}

export interface InvocationQuery extends InvocationFilter {
  readonly order: 'newest' | 'slowest';
  readonly after?: InvocationPosition | undefined;
  readonly limit: number;
}

type Readable = Pick<Database, 'prisma'>;

/** Lists recorded calls, the newest or the slowest first. */
export async function listInvocations(
  { prisma }: Readable,
  query: InvocationQuery,
): Promise<readonly InvocationSummary[]> {
  const { order, after, limit } = query;
  const rows = await prisma.invocation.findMany({
    where: { AND: [...conditionsOf(query), ...(after === undefined ? [] : [behind(order, after)])] },
    orderBy: order === 'newest' ? { id: 'desc' } : [{ durationUs: 'desc' }, { id: 'desc' }],
    take: limit,
    omit: { document: true },
  });
  return rows.map(summaryOf);
}

/** The position of a call in a list. */
export function positionOf({ id, durationMs }: InvocationSummary): InvocationPosition {
  return { id: BigInt(id), durationUs: Math.round(durationMs * 1000) };
}

/** Reads one recorded call; undefined where there is none, or none within reach. */
export async function readInvocation(
  { prisma }: Readable,
  id: bigint,
  tenantIds: InvocationFilter['tenantIds'],
): Promise<Invocation | undefined> {
  const row = await prisma.invocation.findFirst({ where: { AND: [{ id }, ...conditionsOf({ tenantIds })] } });
  return row === null ? undefined : invocationOf(row);
}

/** Calls that are read at once: so many documents are in memory. */
const PAGE = 200;

/**
 * Every recorded call that is meant and there when it begins, the oldest first, with no more than a page in memory. What a busy hook
 * records meanwhile would never end.
 */
export async function* eachInvocation(
  { prisma }: Readable,
  filter: InvocationFilter,
): AsyncGenerator<Invocation> {
  const conditions = [...conditionsOf(filter)];
  const newest = await prisma.invocation.findFirst({
    where: { AND: conditions },
    orderBy: { id: 'desc' },
    select: { id: true },
  });
  if (newest === null) return;
  let behindId = 0n;
  for (;;) {
    const rows = await prisma.invocation.findMany({
      where: { AND: [...conditions, { id: { gt: behindId, lte: newest.id } }] },
      orderBy: { id: 'asc' },
      take: PAGE,
    });
    for (const row of rows) yield invocationOf(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    behindId = last.id;
  }
}

function conditionsOf(filter: InvocationFilter): readonly Prisma.InvocationWhereInput[] {
  const { from, until, issuer, client, user, tenant, outcome, mode, tenantIds } = filter;
  return [
    ...(from === undefined ? [] : [{ at: { gte: from } }]),
    ...(until === undefined ? [] : [{ at: { lt: until } }]),
    ...(issuer === undefined ? [] : [{ issuerId: issuer }]),
    ...(client === undefined ? [] : [{ clientId: client }]),
    ...(user === undefined ? [] : [{ userPseudonym: user }]),
    ...(tenant === undefined ? [] : [{ tenantId: tenant }]),
    ...(outcome === undefined ? [] : [{ outcome }]),
    ...(mode === undefined ? [] : [{ mode }]),
    ...(tenantIds === null ? [] : [{ tenantId: { in: [...tenantIds] } }]),
  ];
}

function behind(
  order: InvocationQuery['order'],
  { id, durationUs }: InvocationPosition,
): Prisma.InvocationWhereInput {
  if (order === 'newest') return { id: { lt: id } };
  return {
    durationUs: { lte: durationUs },
    OR: [{ durationUs: { lt: durationUs } }, { id: { lt: id } }],
  };
}

type Row = Prisma.InvocationGetPayload<object>;

function summaryOf(row: Omit<Row, 'document'>): InvocationSummary {
  return {
    id: String(row.id),
    at: row.at.toISOString(),
    issuer: row.issuerId,
    client: row.clientId,
    user: row.userPseudonym,
    tenant: row.tenantId,
    grantType: row.grantType,
    mode: row.mode,
    outcome: row.outcome,
    reason: row.reason,
    decision: row.decision,
    selection: row.selection,
    durationMs: row.durationUs / 1000,
  };
}

function invocationOf(row: Row): Invocation {
  // Written by this program alone, and by whoever may write its tables.
  const { request, ...document } = row.document as unknown as RecordedDocument;
  return { ...summaryOf(row), payload: request, ...document };
}
