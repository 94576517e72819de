import { formatFault, type FileFault } from '../../config/file-fault.js';

/** The file of an org was refused, with every fault at once. */
export class OrgRefusedError extends Error {
  readonly code = 'ORG_REFUSED';

  constructor(readonly faults: readonly FileFault[]) {
    super(['The org was refused:', ...faults.map((fault) => `  ${formatFault(fault)}`)].join('\n'));
    this.name = 'OrgRefusedError';
  }
}
