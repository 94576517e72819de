import type { Database } from '../../database/database.js';
import { writeAs, type Transaction } from '../../database/write-as.js';
import { Problem } from '../problems/problem.js';
import { idempotentRequest, takeIdempotencyKey } from './idempotency.js';
import { headerOf, type Answer, type OperationRequest } from './operation.js';

/** What is made of a request that has a secret in its answer. */
export interface Creation {
  readonly collection: string;
  readonly make: (tx: Transaction) => Promise<{ readonly id: string; readonly document: object }>;
  /** What was made before, without its secret. */
  readonly find: (tx: Transaction, id: string) => Promise<object | undefined>;
}

/** Makes something once, however often the request comes under one idempotency key. The secret is in the first answer alone. */
export async function createOnce(
  database: Database,
  request: OperationRequest,
  { creation, now }: { readonly creation: Creation; readonly now: Date },
): Promise<Answer> {
  const { collection, make, find } = creation;
  const { caller, body } = request;
  const key = headerOf(request, 'idempotency-key');
  const idempotency =
    key === undefined ? undefined : idempotentRequest(key, caller.actor, { path: collection, body, now });
  return writeAs(database, caller.actor, async (tx) => {
    const earlier = idempotency && (await takeIdempotencyKey(tx, idempotency, []));
    const [earlierId = ''] = earlier ?? [];
    if (earlier !== undefined) {
      const document = await find(tx, earlierId);
      if (document === undefined) throw new Problem('not-found', 'what was created under this key has gone');
      const headers = { location: locationOf(collection, earlierId), 'idempotency-replayed': 'true' };
      return { status: 201, headers, body: document };
    }
    const { id, document } = await make(tx);
    if (idempotency !== undefined) {
      await tx.idempotencyKey.updateMany({
        where: { caller: idempotency.caller, key: idempotency.key },
        data: { resource: [id] },
      });
    }
    return { status: 201, headers: { location: locationOf(collection, id) }, body: document };
  });
}

function locationOf(collection: string, id: string): string {
  return `${collection}/${encodeURIComponent(id)}`;
}
