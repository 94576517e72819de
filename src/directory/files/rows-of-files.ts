import type { FileFault, Path } from '../../config/file-fault.js';
import type { RowFault } from './check-directory-rows.js';
import type { DirectoryProblem, RowName } from './check-whole-directory.js';
import { DirectoryRefusedError } from './directory-fault.js';
import { directoryRows, type DirectoryRows, type Wanted } from './directory-rows.js';
import type { DirectoryFile } from './read-directory-file.js';

/**
 * The rows that several files want together. Paths begin with the number of the file. An org may stand in several files, so
 * that its users can be spread over them; it is one row, as long as all say the same of it.
 */
export function rowsOfFiles(files: readonly DirectoryFile[]): DirectoryRows {
  const [first, ...others] = files.map(({ content }, index) => inFile(directoryRows(content), index));
  if (first === undefined) throw new RangeError('no file');
  const all = others.reduce(concatenate, first);
  return {
    ...all,
    orgs: all.orgs.filter((org, index) => !all.orgs.slice(0, index).some(isSameElsewhere(org))),
  };
}

function inFile(rows: DirectoryRows, file: number): DirectoryRows {
  return mapTables(rows, (wanted) => wanted.map((entry) => ({ ...entry, path: [file, ...entry.path] })));
}

function concatenate(rows: DirectoryRows, more: DirectoryRows): DirectoryRows {
  return mapTables(rows, (wanted, table) => [...wanted, ...more[table]]);
}

type Table = keyof DirectoryRows;

/** The rows of every table, changed in their places or number, and not in their kind. */
function mapTables(
  rows: DirectoryRows,
  change: (wanted: readonly Wanted<unknown>[], table: Table) => readonly Wanted<unknown>[],
): DirectoryRows {
  const tables = Object.entries(rows) as [Table, readonly Wanted<unknown>[]][];
  return Object.fromEntries(
    tables.map(([table, wanted]) => [table, change(wanted, table)]),
  ) as unknown as DirectoryRows;
}

type WantedOrg = DirectoryRows['orgs'][number];

function isSameElsewhere({ row, path }: WantedOrg): (other: WantedOrg) => boolean {
  return (other) => other.path[0] !== path[0] && other.row.id === row.id && other.row.url === row.url;
}

/** Refuses the files that have a fault, each with its own from top to bottom, and all together for what no line of theirs says. */
export function refuseRows(
  files: readonly DirectoryFile[],
  faults: readonly RowFault[],
  problems: readonly string[] = [],
): DirectoryRefusedError {
  const placed = faults.map(({ path, problem }) => placeOf(files, path, problem));
  const faulty = files.map((file) => ({
    name: file.name,
    faults: placed
      .filter((fault) => fault.file === file)
      .map(({ fault }) => fault)
      .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)),
  }));
  const together = {
    name: files.map(({ name }) => name).join(', '),
    faults: problems.map((problem) => ({ path: '', line: null, problem })),
  };
  return new DirectoryRefusedError([...faulty, together].filter((file) => file.faults.length > 0));
}

/** Refuses the files for what does not hold when they are applied: where one of them names what it is about, there. */
export function refuseProblems(
  files: readonly DirectoryFile[],
  rows: DirectoryRows,
  problems: readonly DirectoryProblem[],
): DirectoryRefusedError {
  const faults = problems.map(({ problem, about }) => ({ problem, path: pathOfAny(rows, about) }));
  return refuseRows(
    files,
    faults.flatMap(({ problem, path }) => (path === undefined ? [] : [{ problem, path }])),
    faults.filter(({ path }) => path === undefined).map(({ problem }) => problem),
  );
}

function pathOfAny(rows: DirectoryRows, names: readonly RowName[]): Path | undefined {
  const wanted = names.flatMap((name) => {
    const among: readonly Wanted<{ readonly id: string; readonly orgId?: string }>[] = rows[name.rows];
    return among.filter(
      ({ row }) => row.id === name.id && (name.orgId === undefined || row.orgId === name.orgId),
    );
  });
  return wanted[0]?.path;
}

function placeOf(
  files: readonly DirectoryFile[],
  [index, ...path]: Path,
  problem: string,
): { readonly file: DirectoryFile | undefined; readonly fault: FileFault } {
  const file = typeof index === 'number' ? files[index] : undefined;
  return { file, fault: file?.fault(path, problem) ?? { path: '', line: null, problem } };
}
