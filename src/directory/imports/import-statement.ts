import type { ImportKind } from './import-kind.js';

/** Two ways to write a batch in one statement. */
export interface ImportStatements {
  /** Refuses rows that name what is not there, and writes the others. */
  readonly checking: string;
  /** Fails as a whole where a row names what is not there, by a foreign key; a tenth faster where none does. */
  readonly trusting: string;
}

/**
 * The statements that write a batch: they create and change rows, and leave those alone that are as they should be already.
 * Columns that the file does not have stay as they are.
 */
export function importStatements(kind: ImportKind, columns: ReadonlySet<string>): ImportStatements {
  return {
    checking: importStatement(kind, columns, kind.problem),
    trusting: importStatement(kind, columns, null),
  };
}

function importStatement(
  { input, keyLength, target }: ImportKind,
  columns: ReadonlySet<string>,
  problem: string | null,
): string {
  const names = input.map((column) => column.split(' ')[0] ?? '');
  const inputKey = names.slice(0, keyLength);
  const set = target.columns.filter(({ from }) => columns.has(from)).map(({ name }) => name);
  const list = (prefix: string): string => set.map((name) => `${prefix}.${name}`).join(', ');
  const onConflict =
    set.length === 0
      ? 'DO NOTHING'
      : `DO UPDATE SET ${set.map((name) => `${name} = excluded.${name}`).join(', ')}
         WHERE ROW(${list('row')}) IS DISTINCT FROM ROW(${list('excluded')})`;
  return `
    WITH input AS (
      SELECT * FROM unnest(${input.map((column, index) => `$${String(index + 1)}::text[]::${typeOf(column)}[]`).join(', ')})
        WITH ORDINALITY AS i (${names.join(', ')}, place)
    ), checked AS ${problem === null ? '' : 'MATERIALIZED'} (
      SELECT i.*, ${problem ?? 'NULL::text'} AS problem FROM input AS i
    ), written AS (
      INSERT INTO ${target.table} AS row (${[...target.key, ...target.columns.map(({ name }) => name)].join(', ')})
      SELECT ${[...inputKey.map((name) => `i.${name}`), ...target.columns.map(({ value }) => value)].join(', ')}
      FROM checked AS i WHERE i.problem IS NULL
      ON CONFLICT (${target.key.join(', ')}) ${onConflict}
      RETURNING row.xmax = 0 AS is_new
    )
    SELECT (SELECT count(*) FROM written WHERE is_new)::integer AS created,
      (SELECT count(*) FROM written WHERE NOT is_new)::integer AS changed,
      ${problem === null ? 'NULL' : '(SELECT json_agg(json_build_array(place - 1, problem)) FROM checked WHERE problem IS NOT NULL)::text'} AS refused`;
}

function typeOf(column: string): string {
  return column.slice(column.indexOf(' ') + 1);
}
