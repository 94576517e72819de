import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** More than any test sends within the hour that an assertion may last. */
const CAPACITY = 10_000;

/** The ids of assertions that came, each to be used once by its client (okta/authorization-server.md section 3.1). */
export class UsedAssertions {
  readonly #ids = new LRUCache<string, true>({ max: CAPACITY });

  /** @returns whether it comes for the first time */
  note(clientId: string, jti: string): boolean {
    // A digest, since an id may be of any length.
    const key = createHash('sha256')
      .update(JSON.stringify([clientId, jti]))
      .digest('base64');
    if (this.#ids.has(key)) return false;
    this.#ids.set(key, true);
    return true;
  }

  clear(): void {
    this.#ids.clear();
  }
}
