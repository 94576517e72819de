import type { PublicKey, SigningKey } from './signing-key.js';

/** The keys of one server by their status (okta/authorization-server.md section 2.3). */
export interface RingKeys {
  /** ACTIVE: signs. */
  readonly active: SigningKey;
  /** NEXT: published some weeks before it signs. */
  readonly next: SigningKey | null;
  /** EXPIRED: signed before, and is still published. */
  readonly expired: SigningKey | null;
  /** Milliseconds since the epoch. */
  readonly lastRotated: number;
}

/** Recordings show 90 days exactly. */
export const ROTATION_PERIOD_MS = 90 * 24 * 3_600_000;

/** "Generated some weeks ahead". */
const NEXT_KEY_LEAD_MS = 28 * 24 * 3_600_000;

/** How many rotations have come due since the last one. */
export function dueRotations({ lastRotated }: RingKeys, now: number): number {
  return Math.max(0, Math.floor((now - lastRotated) / ROTATION_PERIOD_MS));
}

/** Whether the key that will sign next should be published by now. */
export function needsNext({ next, lastRotated }: RingKeys, now: number): boolean {
  return next === null && now >= lastRotated + ROTATION_PERIOD_MS - NEXT_KEY_LEAD_MS;
}

/** ACTIVE becomes EXPIRED, and NEXT, or a fresh key where there is none, becomes ACTIVE at once. */
export function rotated({ active, next }: RingKeys, fresh: SigningKey, now: number): RingKeys {
  return { active: next ?? fresh, next: null, expired: active, lastRotated: now };
}

/** As `/v1/keys` lists them: one to three, without their status (section 2.2). */
export function publishedKeys({ active, next, expired }: RingKeys): readonly PublicKey[] {
  return [active, next, expired].flatMap((key) => (key === null ? [] : [key.publicKey]));
}
