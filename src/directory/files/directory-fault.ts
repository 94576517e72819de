import { formatFault, type FileFault } from '../../config/file-fault.js';

/** The file was refused as a whole, with every fault at once; nothing was changed. */
export class DirectoryRefusedError extends Error {
  readonly code = 'REFUSED';

  constructor(
    readonly file: string,
    readonly faults: readonly FileFault[],
  ) {
    super(
      [
        `${file} was refused, and nothing was changed:`,
        ...faults.map((fault) => `  ${formatFault(fault)}`),
      ].join('\n'),
    );
    this.name = 'DirectoryRefusedError';
  }
}
