import { formatFault, type FileFault } from '../../config/file-fault.js';

/** One file, and what is wrong with it. */
export interface FaultyFile {
  readonly name: string;
  readonly faults: readonly FileFault[];
}

/** One or more files were refused as a whole, with every fault at once; nothing was changed. */
export class DirectoryRefusedError extends Error {
  readonly code = 'REFUSED';

  constructor(readonly files: readonly FaultyFile[]) {
    super(files.map(describeFile).join('\n'));
    this.name = 'DirectoryRefusedError';
  }

  get faults(): readonly FileFault[] {
    return this.files.flatMap(({ faults }) => faults);
  }
}

function describeFile({ name, faults }: FaultyFile): string {
  return [
    `${name} was refused, and nothing was changed:`,
    ...faults.map((fault) => `  ${formatFault(fault)}`),
  ].join('\n');
}
