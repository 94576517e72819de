import { LRUCache } from 'lru-cache';

/** More than any test has people consent to; what was asked for longest ago is forgotten first. */
const CAPACITY = 10_000;

/** Whose consent, to whom: for one server's scopes. */
export interface ConsentParties {
  readonly issuerId: string;
  readonly clientId: string;
  readonly userId: string;
}

/** What people have consented to, scope by scope: nobody is asked twice (okta/authorization-server.md section 5). */
export class Consents {
  readonly #given = new LRUCache<string, ReadonlySet<string>>({ max: CAPACITY });

  remember(parties: ConsentParties, scopes: readonly string[]): void {
    this.#given.set(keyOf(parties), new Set([...this.of(parties), ...scopes]));
  }

  /** Names of scopes. */
  of(parties: ConsentParties): ReadonlySet<string> {
    return this.#given.get(keyOf(parties)) ?? new Set();
  }

  clear(): void {
    this.#given.clear();
  }
}

function keyOf({ issuerId, clientId, userId }: ConsentParties): string {
  return JSON.stringify([issuerId, clientId, userId]);
}
