import { LRUCache } from 'lru-cache';
import { KeyRing, type KeyRingNeeds, type RotationMode } from './key-ring.js';

/** More servers than any org has: only those of orgs that were replaced go. */
const CAPACITY = 1_000;

/** Whose keys: a server of the org, or the org itself. */
export interface KeyOwner {
  readonly id: string;
  readonly rotationMode: RotationMode;
}

/** The key rings of an org's servers; each is made when it is first asked for, and kept when the server is described anew. */
export class KeyRings {
  readonly #needs: Omit<KeyRingNeeds, 'rotationMode'>;
  readonly #rings = new LRUCache<string, KeyRing>({ max: CAPACITY });

  constructor(needs: Omit<KeyRingNeeds, 'rotationMode'>) {
    this.#needs = needs;
  }

  of({ id, rotationMode }: KeyOwner): KeyRing {
    const ring = this.#rings.get(id) ?? new KeyRing({ ...this.#needs, rotationMode });
    ring.rotationMode = rotationMode;
    this.#rings.set(id, ring);
    return ring;
  }
}
