import { createHash } from 'node:crypto';
import type { Transaction } from '../../database/write-as.js';
import { invalidFields, Problem } from '../problems/problem.js';

/** How long a key means the same creation, in milliseconds. */
export const KEY_KEPT_MS = 24 * 60 * 60 * 1000;

/** A creation that the caller may repeat without making two. */
export interface IdempotentRequest {
  /** Keys of different callers have nothing to do with each other. */
  readonly caller: string;
  readonly key: string;
  /** What is asked for: another request under the same key is a mistake. */
  readonly requestSha256: Uint8Array<ArrayBuffer>;
  readonly now: Date;
}

const KEY = /^[\x21-\x7e]{1,255}$/;

/** @throws Problem where the key has another form */
export function idempotentRequest(
  key: string,
  caller: string,
  { path, body, now }: { readonly path: string; readonly body: unknown; readonly now: Date },
): IdempotentRequest {
  if (!KEY.test(key)) {
    throw invalidFields([
      { header: 'Idempotency-Key', detail: 'must be 1 to 255 printable characters of ASCII' },
    ]);
  }
  const digest = createHash('sha256')
    .update(JSON.stringify([path, body]))
    .digest();
  return { caller, key, requestSha256: new Uint8Array(digest), now };
}

/**
 * Takes a key for a creation in the same transaction. Whoever takes it at the same moment waits for the outcome.
 *
 * @param resource the key of what is about to be made
 * @returns the key of what was made under it before; undefined for the first time
 * @throws Problem where it belongs to another request
 */
export async function takeIdempotencyKey(
  tx: Transaction,
  { caller, key, requestSha256, now }: IdempotentRequest,
  resource: readonly string[],
): Promise<readonly string[] | undefined> {
  const outdated = new Date(now.getTime() - KEY_KEPT_MS);
  await tx.$executeRaw`DELETE FROM idempotency_keys WHERE caller = ${caller} AND key = ${key} AND used_at <= ${outdated}`;
  const taken = await tx.$executeRaw`
    INSERT INTO idempotency_keys (caller, key, request_sha256, resource, used_at)
    VALUES (${caller}, ${key}, ${requestSha256}, ${[...resource]}, ${now}) ON CONFLICT DO NOTHING`;
  if (taken === 1) return undefined;
  const earlier = await tx.idempotencyKey.findUnique({ where: { caller_key: { caller, key } } });
  if (earlier === null || !Buffer.from(earlier.requestSha256).equals(requestSha256)) {
    throw new Problem(
      'idempotency-key-reused',
      'another request came with this key: use a new one for each creation',
    );
  }
  return earlier.resource;
}

/** Forgets keys that mean nothing any more. */
export async function forgetIdempotencyKeys(tx: Transaction, now: Date): Promise<void> {
  await tx.idempotencyKey.deleteMany({ where: { usedAt: { lte: new Date(now.getTime() - KEY_KEPT_MS) } } });
}
