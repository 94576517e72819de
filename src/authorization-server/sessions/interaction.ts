import type { HookOccasion } from '../hook/hook-occasion.js';

/** An authorization request that waits for a person to be picked. */
export interface Interaction {
  /** Null at the org's own server. */
  readonly serverId: string | null;
  /** The parameters of the request, as they came. */
  readonly parameters: string;
  readonly request: HookOccasion['request'];
}

/** How many pages wait at once: anybody can open one, with parameters of up to 64 KB. */
export const INTERACTION_LIMIT = 1_000;

/** How long a page waits for somebody, in milliseconds. */
export const INTERACTION_LIFETIME_MS = 10 * 60_000;
