import type { Operation } from '../requests/operation.js';
import { BODY_PROBLEMS } from '../requests/reading-problems.js';
import { validateBody } from '../requests/validate-document.js';
import { reachOf } from '../authentication/admin-caller.js';
import { MappingVerdictDto, ValidateMappingDto } from './validate-mapping.dto.js';
import { validateMapping } from './validate-mapping.js';

/** Checks an expression before it is saved, on facts that the caller makes up: nothing of the directory is read. */
export function validateOperations(): readonly Operation[] {
  return [
    {
      ...{
        id: 'validateClaimMapping',
        method: 'POST',
        path: '/v1/claim-mappings/validate',
        tag: 'claim-mappings',
      },
      ...{ scope: 'directory:read', isForTenants: true, body: ValidateMappingDto },
      summary: 'Check a mapping without saving it',
      description:
        'Type-checks the expression, says where a claim’s name is reserved, and evaluates it on sample facts.',
      answers: {
        200: { description: 'Whether it may be saved, and what it gives.', body: MappingVerdictDto },
      },
      problems: BODY_PROBLEMS,
      handle: ({ caller, body }) => {
        reachOf(caller, 'directory:read');
        return Promise.resolve({
          status: 200,
          body: validateMapping(validateBody(ValidateMappingDto, body)),
        });
      },
    },
  ];
}
