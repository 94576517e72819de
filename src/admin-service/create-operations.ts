import type { Database } from '../database/database.js';
import { adminTokenOperations } from './admin-tokens/admin-token-operations.js';
import { auditOperations } from './audit/audit-operations.js';
import { validateOperations } from './claim-mappings/validate-operations.js';
import { deprovisioningOperations } from './deprovisioning/deprovisioning-operations.js';
import { explainOperations } from './explain/explain-operations.js';
import { hookCredentialOperations } from './hook-credentials/hook-credential-operations.js';
import { invocationOperations } from './invocations/invocation-operations.js';
import { openApiOperations } from './openapi/openapi-operations.js';
import { recordOperations } from './records/record-operations.js';
import { RecordService } from './records/record.service.js';
import type { Operation } from './requests/operation.js';
import { RESOURCES } from './resources.js';

export interface OperationNeeds {
  readonly database: Database;
  readonly now: () => Date;
}

/** Everything that can be asked for, and the description of it. */
export function createOperations(needs: OperationNeeds): readonly Operation[] {
  const records = new RecordService(needs.database);
  const operations = [
    ...RESOURCES.flatMap((resource) => recordOperations(resource, records, needs.now)),
    ...deprovisioningOperations(needs),
    ...validateOperations(),
    ...explainOperations(needs),
    ...auditOperations(needs.database),
    ...invocationOperations(needs.database),
    ...hookCredentialOperations(needs),
    ...adminTokenOperations(needs),
  ];
  return [...operations, ...openApiOperations(operations)];
}
