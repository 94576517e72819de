import type { FileFault, Path } from '../../config/file-fault.js';
import type { RowFault } from './check-directory-rows.js';
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

/** Refuses the files that have a fault, each with its own. */
export function refuseRows(
  files: readonly DirectoryFile[],
  faults: readonly RowFault[],
): DirectoryRefusedError {
  const placed = faults.map(({ path, problem }) => placeOf(files, path, problem));
  return new DirectoryRefusedError(
    files
      .map((file) => ({
        name: file.name,
        faults: placed.filter((fault) => fault.file === file).map(({ fault }) => fault),
      }))
      .filter((file) => file.faults.length > 0),
  );
}

function placeOf(
  files: readonly DirectoryFile[],
  [index, ...path]: Path,
  problem: string,
): { readonly file: DirectoryFile | undefined; readonly fault: FileFault } {
  const file = typeof index === 'number' ? files[index] : undefined;
  return { file, fault: file?.fault(path, problem) ?? { path: '', line: null, problem } };
}

/** Refuses all files together, for what no line of theirs says. */
export function refuseTogether(
  files: readonly DirectoryFile[],
  problems: readonly string[],
): DirectoryRefusedError {
  const faults = problems.map((problem) => ({ path: '', line: null, problem }));
  return new DirectoryRefusedError([{ name: files.map(({ name }) => name).join(', '), faults }]);
}
