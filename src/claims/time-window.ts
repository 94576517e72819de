import { CODE_LIFETIME_SECONDS, LIFETIME_SECONDS } from '../okta/limits.js';
import type { TimeWindow } from './facts.js';

/**
 * A stretch of time, in milliseconds since the epoch, both ends included, through which something must hold.
 */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * The shortest time that a token minted by a call at `now` can live: Okta accepts no lifetime below 300 s, and at
 * `/authorize` the code may wait another 300 s before the token is issued. What ends within it counts as ended.
 */
export function shortestTokenLife(now: number, atAuthorize: boolean): Stretch {
  return { from: now, to: now + issueDelay(atAuthorize) + LIFETIME_SECONDS.min * 1000 };
}

/** How long after the call, in milliseconds, the token's lifetime may begin to count. */
export function issueDelay(atAuthorize: boolean): number {
  return atAuthorize ? CODE_LIFETIME_SECONDS * 1000 : 0;
}

/** Whether a window is open through the whole stretch. */
export function isOpenThrough(window: TimeWindow, { from, to }: Stretch): boolean {
  return (window.from === null || window.from <= from) && (window.until === null || window.until > to);
}

/** Whether a window is open at one instant. */
export function isOpenAt(window: TimeWindow, instant: number): boolean {
  return isOpenThrough(window, { from: instant, to: instant });
}

/** The instants at which any of the windows opens or closes, later than `after` and not later than `to`, in order. */
export function boundaries(windows: Iterable<TimeWindow>, after: number, to: number): readonly number[] {
  const instants = new Set<number>();
  for (const { from, until } of windows) {
    if (from !== null && from > after && from <= to) instants.add(from);
    if (until !== null && until > after && until <= to) instants.add(until);
  }
  return [...instants].toSorted((a, b) => a - b);
}
