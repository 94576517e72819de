import { explainConstraint } from '../../database/constraints.js';
import type { Database } from '../../database/database.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { COVERS_LIMIT } from '../facts/facts-query.js';
import { APPLY_LOCK } from '../files/apply-directory.js';
import { arrayLiteral } from './array-literal.js';
import type { ImportKind, ImportValues } from './import-kind.js';

/** One row of a batch, ready to be written. */
export interface BatchRow {
  readonly line: number;
  readonly cells: readonly string[];
  readonly values: ImportValues;
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
  readonly statement: string;
  readonly actor: string;
  /** Takes every batch back when it is done. */
  readonly dryRun: boolean;
}

const TRANSACTION = { maxWait: 60_000, timeout: 120_000 } as const;

const NOTHING: BatchResult = { created: 0, changed: 0, refused: [] };

/**
 * Writes a batch in one transaction. Where a constraint refuses it, its halves are tried apart, down to the rows that are in the way;
 * those are tried once more at the end, since another row, or somebody else’s, may have been in theirs.
 */
export async function writeBatch(writing: BatchWriting, rows: readonly BatchRow[]): Promise<BatchResult> {
  let result = await writeOrHalve(writing, rows);
  const again = result.refused.filter(({ isFinal }) => !isFinal);
  result = { ...result, refused: result.refused.filter(({ isFinal }) => isFinal) };
  for (const { row } of again) result = add(result, await writeOrHalve(writing, [row]));
  return result;
}

interface Attempt extends BatchResult {
  readonly refused: readonly (RefusedRow & { readonly isFinal: boolean })[];
}

async function writeOrHalve(writing: BatchWriting, rows: readonly BatchRow[]): Promise<Attempt> {
  const [first] = rows;
  if (first === undefined) return { ...NOTHING, refused: [] };
  try {
    return await writeAtOnce(writing, rows);
  } catch (error) {
    const reason = error instanceof CrowdedError ? error.message : explainConstraint(error);
    if (reason === undefined) throw error;
    if (rows.length === 1) return { ...NOTHING, refused: [{ row: first, reason, isFinal: false }] };
    const middle = Math.ceil(rows.length / 2);
    return add(
      await writeOrHalve(writing, rows.slice(0, middle)),
      await writeOrHalve(writing, rows.slice(middle)),
    );
  }
}

function add(a: Attempt, b: Attempt): Attempt {
  return {
    created: a.created + b.created,
    changed: a.changed + b.changed,
    refused: [...a.refused, ...b.refused],
  };
}

async function writeAtOnce(writing: BatchWriting, rows: readonly BatchRow[]): Promise<Attempt> {
  const { database, kind, statement, actor, dryRun } = writing;
  const columns = kind.input.map((_, index) => arrayLiteral(rows.map(({ values }) => values[index] ?? null)));
  try {
    return await database.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('mintmark.actor', ${actor}, true)`;
      await tx.$executeRawUnsafe(APPLY_LOCK);
      await tx.$executeRawUnsafe('SET CONSTRAINTS ALL DEFERRED');
      const [written] = await tx.$queryRawUnsafe<readonly WrittenRow[]>(statement, ...columns);
      if (kind.isCovering) await refuseCrowded(tx, columns);
      await tx.$executeRawUnsafe('SET CONSTRAINTS ALL IMMEDIATE');
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

function attemptOf(rows: readonly BatchRow[], written: WrittenRow | undefined): Attempt {
  if (written === undefined) return { ...NOTHING, refused: [] };
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
  const crowded = await tx.$queryRaw<readonly unknown[]>`
    SELECT FROM memberships AS m
    WHERE (m.org_id, m.user_id) IN (SELECT * FROM unnest(${orgs}::text[], ${users}::text[]))
    GROUP BY m.org_id, m.user_id HAVING count(*) > ${COVERS_LIMIT} LIMIT 1`;
  if (crowded.length > 0)
    throw new CrowdedError(`the user has more than ${String(COVERS_LIMIT)} memberships`);
}
