import { setImmediate } from 'node:timers/promises';
import { explainConstraint } from '../../database/constraints.js';
import type { Database } from '../../database/database.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { COVERS_LIMIT } from '../facts/facts-query.js';
import { arrayLiteral } from './array-literal.js';
import type { ImportKind, ImportValues } from './import-kind.js';
import type { ImportStatements } from './import-statement.js';

/** One row of a batch, ready to be written. */
export interface BatchRow {
  readonly line: number;
  readonly cells: readonly string[];
  readonly values: ImportValues;
}

/** Rows that are written together, and the parameters that have them. */
export interface Batch {
  readonly rows: readonly BatchRow[];
  readonly columns: readonly string[];
}

export function batchOf({ input }: ImportKind, rows: readonly BatchRow[]): Batch {
  const columns = input.map((_, index) => arrayLiteral(rows.map(({ values }) => values[index] ?? null)));
  return { rows, columns };
}

export interface RefusedRow {
  readonly row: BatchRow;
  readonly reason: string;
}

export interface BatchResult {
  readonly created: number;
  readonly changed: number;
  readonly refused: readonly RefusedRow[];
}

export interface BatchWriting {
  readonly database: Database;
  readonly kind: ImportKind;
  readonly statements: ImportStatements;
  readonly actor: string;
  /** SQL that waits until the transaction may write. */
  readonly turn: string;
  /** Takes every batch back when it is done. */
  readonly dryRun: boolean;
  /** Called when the database is at work: what is done from then on takes no time of its own. */
  readonly onSent: () => void;
}

const TRANSACTION = { maxWait: 60_000, timeout: 120_000 } as const;

const NOTHING: BatchResult = { created: 0, changed: 0, refused: [] };

/**
 * Writes a batch in one transaction. Where a constraint refuses it, its halves are tried apart, down to the rows that are in the way;
 * those are tried once more at the end, since another row, or somebody else’s, may have been in theirs.
 */
export async function writeBatch(writing: BatchWriting, batch: Batch): Promise<BatchResult> {
  const checking = { ...writing, way: 'checking' } as const;
  let result = await writeOrHalve(checking, batch);
  const again = result.refused.filter(({ isFinal }) => !isFinal);
  result = { ...result, refused: result.refused.filter(({ isFinal }) => isFinal) };
  for (const { row } of again)
    result = add(result, await writeOrHalve(checking, batchOf(writing.kind, [row])));
  return result;
}

/** Writes a batch in one transaction, all of it or nothing: null where that way does not take one of its rows. */
export async function writeWhole(
  writing: BatchWriting,
  way: 'creating' | 'trusting',
  batch: Batch,
): Promise<BatchResult | null> {
  try {
    return await writeAtOnce({ ...writing, way }, batch);
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
    return null;
  }
}

interface Writing extends BatchWriting {
  readonly way: keyof ImportStatements;
}

interface Attempt extends BatchResult {
  readonly refused: readonly (RefusedRow & { readonly isFinal: boolean })[];
}

async function writeOrHalve(writing: Writing, batch: Batch): Promise<Attempt> {
  const { rows } = batch;
  const [first] = rows;
  if (first === undefined) return { ...NOTHING, refused: [] };
  try {
    return await writeAtOnce(writing, batch);
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === undefined) throw error;
    if (rows.length === 1) return { ...NOTHING, refused: [{ row: first, reason, isFinal: false }] };
    const middle = Math.ceil(rows.length / 2);
    return add(
      await writeOrHalve(writing, batchOf(writing.kind, rows.slice(0, middle))),
      await writeOrHalve(writing, batchOf(writing.kind, rows.slice(middle))),
    );
  }
}

function refusalOf(error: unknown): string | undefined {
  return error instanceof CrowdedError ? error.message : explainConstraint(error);
}

function add(a: Attempt, b: Attempt): Attempt {
  return {
    created: a.created + b.created,
    changed: a.changed + b.changed,
    refused: [...a.refused, ...b.refused],
  };
}

/** Lanes and imports are never in each other's way, but somebody's own SQL may be: whom PostgreSQL lets lose tries once more. */
async function writeAtOnce(writing: Writing, batch: Batch): Promise<Attempt> {
  try {
    return await writeOnce(writing, batch);
  } catch (error) {
    if (!isDeadlock(error)) throw error;
    return writeOnce(writing, batch);
  }
}

/** "40P01 deadlock detected" (PostgreSQL, appendix A), as Prisma's driver adapter hands it on with a raw query. */
function isDeadlock(error: unknown): boolean {
  const path = ['meta', 'driverAdapterError', 'cause', 'originalCode'];
  return path.reduce<unknown>((value, name) => member(value, name), error) === '40P01';
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

async function writeOnce(writing: Writing, { rows, columns }: Batch): Promise<Attempt> {
  const { database, kind, actor, turn, dryRun } = writing;
  try {
    return await database.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('mintmark.actor', ${actor}, true)`;
      await tx.$executeRawUnsafe(turn);
      const written = await runStatement(tx, writing, columns);
      if (kind.isCovering && written.created > 0) await refuseCrowded(tx, columns);
      const attempt = attemptOf(rows, written);
      if (dryRun) throw new TakenBack(attempt);
      return attempt;
    }, TRANSACTION);
  } catch (error) {
    if (error instanceof TakenBack) return error.attempt;
    throw error;
  }
}

interface WrittenRow {
  readonly created: number;
  readonly changed: number;
  /** Places and problems, as JSON. */
  readonly refused: string | null;
}

/** All constraints are checked when the statement ends, those too that could be deferred. */
async function runStatement(
  tx: Prisma.TransactionClient,
  { way, statements, onSent }: Writing,
  columns: readonly string[],
): Promise<WrittenRow> {
  const [written] = await Promise.all([
    way === 'creating' ? create(tx, statements[way], columns) : write(tx, statements[way], columns),
    // Nothing of the client waits before it sends: one turn of the loop later the statement is on its way.
    setImmediate().then(onSent),
  ]);
  return written;
}

async function create(
  tx: Prisma.TransactionClient,
  statement: string,
  columns: readonly string[],
): Promise<WrittenRow> {
  const created = await tx.$executeRawUnsafe(statement, ...columns);
  return { created, changed: 0, refused: null };
}

async function write(
  tx: Prisma.TransactionClient,
  statement: string,
  columns: readonly string[],
): Promise<WrittenRow> {
  const [written] = await tx.$queryRawUnsafe<readonly WrittenRow[]>(statement, ...columns);
  return written ?? { created: 0, changed: 0, refused: null };
}

function attemptOf(rows: readonly BatchRow[], written: WrittenRow): Attempt {
  const problems = JSON.parse(written.refused ?? '[]') as readonly (readonly [number, string])[];
  const refused = problems.flatMap(([place, reason]) => {
    const row = rows[place];
    return row === undefined ? [] : [{ row, reason, isFinal: true }];
  });
  return { created: written.created, changed: written.changed, refused };
}

class TakenBack extends Error {
  constructor(readonly attempt: Attempt) {
    super('taken back');
  }
}

/** More covers than the hook reads for one user. */
class CrowdedError extends Error {}

async function refuseCrowded(tx: Prisma.TransactionClient, [orgs, users]: readonly string[]): Promise<void> {
  // User by user, by the key: a join would read the whole table where nothing is known about it yet.
  const crowded = await tx.$queryRaw<readonly unknown[]>`
    SELECT FROM (SELECT DISTINCT * FROM unnest(${orgs}::text[], ${users}::text[])) AS u (org_id, user_id)
    WHERE (SELECT count(*) FROM (
      SELECT FROM memberships AS m WHERE m.org_id = u.org_id AND m.user_id = u.user_id LIMIT ${COVERS_LIMIT + 1}
    ) AS covers) > ${COVERS_LIMIT} LIMIT 1`;
  if (crowded.length > 0)
    throw new CrowdedError(`the user has more than ${String(COVERS_LIMIT)} memberships`);
}
