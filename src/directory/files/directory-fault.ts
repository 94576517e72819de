/** One thing that is wrong with a directory file. */
export interface DirectoryFault {
  /** Where in the file, for example `tenants[2].grants[0].value`; empty for the file as a whole. */
  readonly path: string;
  /** Counted from 1; null where no line can be named. */
  readonly line: number | null;
  readonly problem: string;
}

/** The file was refused as a whole, with every fault at once; nothing was changed. */
export class DirectoryRefusedError extends Error {
  readonly code = 'REFUSED';

  constructor(
    readonly file: string,
    readonly faults: readonly DirectoryFault[],
  ) {
    super(
      [
        `${file} was refused, and nothing was changed:`,
        ...faults.map(({ path, line, problem }) => {
          const where = line === null ? '' : `line ${String(line)}, `;
          return `  ${where}${path === '' ? 'the file' : path}: ${problem}`;
        }),
      ].join('\n'),
    );
    this.name = 'DirectoryRefusedError';
  }
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
