import type { ImportKind } from './import-kind.js';

/** Ways to write a batch in one statement: each costs about a tenth more than the one before, and takes more. */
export interface ImportStatements {
  /** Fails as a whole where a row is there already, or names what is not there. Gives nothing but the count of rows. */
  readonly creating: string;
  /** Changes rows that are there; fails as a whole where one names what is not there, by a foreign key. */
  readonly trusting: string;
  /** Refuses rows that name what is not there, and writes the others. */
  readonly checking: string;
}

/**
 * The statements that write a batch: they create and change rows, and leave those alone that are as they should be already.
 * Columns that the file does not have stay as they are.
 */
export function importStatements(kind: ImportKind, columns: ReadonlySet<string>): ImportStatements {
  const { problem } = kind;
  const onConflict = conflictClause(kind, columns);
  return {
    creating: creatingStatement(kind),
    trusting: importStatement(kind, { onConflict, problem: null }),
    checking: importStatement(kind, { onConflict, problem }),
  };
}

function conflictClause({ target }: ImportKind, columns: ReadonlySet<string>): string {
  const set = target.columns.filter(({ from }) => columns.has(from)).map(({ name }) => name);
  const key = target.key.join(', ');
  if (set.length === 0) return `ON CONFLICT (${key}) DO NOTHING`;
  const list = (prefix: string): string => set.map((name) => `${prefix}.${name}`).join(', ');
  return `ON CONFLICT (${key}) DO UPDATE SET ${set.map((name) => `${name} = excluded.${name}`).join(', ')}
      WHERE ROW(${list('row')}) IS DISTINCT FROM ROW(${list('excluded')})`;
}

function creatingStatement(kind: ImportKind): string {
  return `INSERT INTO ${targetOf(kind)}
    SELECT ${valuesOf(kind)} FROM ${unnested(kind)} AS i (${namesOf(kind).join(', ')})`;
}

function importStatement(
  kind: ImportKind,
  { onConflict, problem }: { readonly onConflict: string; readonly problem: string | null },
): string {
  return `
    WITH input AS (
      SELECT * FROM ${unnested(kind)} WITH ORDINALITY AS i (${namesOf(kind).join(', ')}, place)
    ), checked AS ${problem === null ? '' : 'MATERIALIZED'} (
      SELECT i.*, ${problem ?? 'NULL::text'} AS problem FROM input AS i
    ), written AS (
      INSERT INTO ${targetOf(kind)}
      SELECT ${valuesOf(kind)}
      FROM checked AS i WHERE i.problem IS NULL
      ${onConflict}
      RETURNING row.xmax = 0 AS is_new
    )
    SELECT (SELECT count(*) FROM written WHERE is_new)::integer AS created,
      (SELECT count(*) FROM written WHERE NOT is_new)::integer AS changed,
      ${problem === null ? 'NULL' : '(SELECT json_agg(json_build_array(place - 1, problem)) FROM checked WHERE problem IS NOT NULL)::text'} AS refused`;
}

/** The table, and the columns that are written. */
function targetOf({ target: { table, key, columns } }: ImportKind): string {
  return `${table} AS row (${[...key, ...columns.map(({ name }) => name)].join(', ')})`;
}

function valuesOf(kind: ImportKind): string {
  const key = namesOf(kind).slice(0, kind.keyLength);
  return [...key.map((name) => `i.${name}`), ...kind.target.columns.map(({ value }) => value)].join(', ');
}

/** One parameter for each column. */
function unnested({ input }: ImportKind): string {
  const arrays = input.map((column, index) => `$${String(index + 1)}::text[]::${typeOf(column)}[]`);
  return `unnest(${arrays.join(', ')})`;
}

function namesOf({ input }: ImportKind): readonly string[] {
  return input.map((column) => column.split(' ')[0] ?? '');
}

function typeOf(column: string): string {
  return column.slice(column.indexOf(' ') + 1);
}
