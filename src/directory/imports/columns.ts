/** What a column of a file is for. */
export interface Column {
  readonly name: string;
  /** Whether each row needs it: in the file, or where all rows share it, from whoever imports. */
  readonly required: boolean;
  /** For people. */
  readonly meaning: string;
}

/** Columns that a file of refused rows has besides: it can be mended, and imported as it stands. */
export const REFUSAL_COLUMNS = ['refused_line', 'refused_because'] as const;

/** Where the columns of a file stand. */
export interface Header {
  readonly names: readonly string[];
  /** Those that mean something, by their name. */
  readonly places: ReadonlyMap<string, number>;
}

/**
 * Reads the first record of a file.
 *
 * @param shared columns that need not be there, since all rows have the same value
 * @returns the problem, in words, where it cannot be used
 */
export function readHeader(
  cells: readonly string[],
  columns: readonly Column[],
  shared: ReadonlySet<string>,
): Header | string {
  const names = cells.map((cell) => cell.trim());
  const known = columns.map(({ name }) => name);
  const expected = `the columns are ${known.join(', ')}`;
  const unknown = names.filter((name) => !known.includes(name) && !isOfRefusal(name));
  if (unknown.length > 0)
    return `unknown columns in the first line: ${unknown.map(quoted).join(', ')}; ${expected}`;
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  if (repeated.length > 0) return `repeated columns in the first line: ${repeated.map(quoted).join(', ')}`;
  const missing = columns.filter(
    ({ name, required }) => required && !names.includes(name) && !shared.has(name),
  );
  if (missing.length > 0)
    return `missing columns in the first line: ${missing.map(({ name }) => quoted(name)).join(', ')}; ${expected}`;
  const places = names.flatMap((name, place) => (isOfRefusal(name) ? [] : [[name, place] as const]));
  return { names, places: new Map(places) };
}

function isOfRefusal(name: string): boolean {
  return REFUSAL_COLUMNS.some((own) => own === name);
}

/** What is quoted is what somebody called a column, or a whole line where the delimiter is another one. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
}
