/** One thing that is wrong with a file. */
export interface FileFault {
  /** Where in the file, for example `tenants[2].grants[0].value`; empty for the file as a whole. */
  readonly path: string;
  /** Counted from 1; null where no line can be named. */
  readonly line: number | null;
  readonly problem: string;
}

/** Member names and list indexes, from the root of the file. */
export type Path = readonly (string | number)[];

/** Writes a path the way people do: `tenants[2].grants[0].value`. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${String(part)}]` : `${index === 0 ? '' : '.'}${part}`,
    )
    .join('');
}

/** Writes a fault on one line, with its line and path. */
export function formatFault({ line, path, problem }: FileFault): string {
  const where = line === null ? '' : `line ${String(line)}, `;
  return `${where}${path === '' ? 'the file' : path}: ${problem}`;
}
