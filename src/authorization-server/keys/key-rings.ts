import { KeyRing, type KeyRingNeeds } from './key-ring.js';

/** Whose keys: a server of the org, or the org itself. */
export interface KeyOwner {
  readonly id: string;
  readonly rotationMode: 'AUTO' | 'MANUAL';
}

/** The key rings of an org's servers; each is made when it is first asked for, and kept while its mode stays. */
export class KeyRings {
  readonly #needs: Omit<KeyRingNeeds, 'rotationMode'>;
  readonly #rings = new Map<string, { readonly mode: KeyOwner['rotationMode']; readonly ring: KeyRing }>();

  constructor(needs: Omit<KeyRingNeeds, 'rotationMode'>) {
    this.#needs = needs;
  }

  of({ id, rotationMode: mode }: KeyOwner): KeyRing {
    const known = this.#rings.get(id);
    if (known?.mode === mode) return known.ring;
    const ring = new KeyRing({ ...this.#needs, rotationMode: mode });
    this.#rings.set(id, { mode, ring });
    return ring;
  }
}
