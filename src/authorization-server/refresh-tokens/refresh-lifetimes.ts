import type { Rule } from '../org/org.js';

const MINUTE_MS = 60_000;

/** When the chain ends that a rule lets begin; null is without a limit (okta/authorization-server.md section 3.3). */
export function endOfChain({ refreshTokenLifetimeMinutes: minutes }: Rule, now: number): number | null {
  return minutes === 0 ? null : now + minutes * MINUTE_MS;
}

/** When a token may no longer be idle that is issued, or used, now. */
export function endOfWindow({ refreshTokenWindowMinutes: minutes }: Rule, now: number): number {
  return now + minutes * MINUTE_MS;
}
