import type { Database } from '../database/database.js';
import { recordOperations } from './records/record-operations.js';
import { RecordService } from './records/record.service.js';
import type { Operation } from './requests/operation.js';
import { RESOURCES } from './resources.js';

export interface OperationNeeds {
  readonly database: Database;
  readonly now: () => Date;
}

/** Everything that can be asked for. */
export function createOperations({ database, now }: OperationNeeds): readonly Operation[] {
  const records = new RecordService(database);
  return [...RESOURCES.flatMap((resource) => recordOperations(resource, records, now))];
}
