import { hash, timingSafeEqual } from 'node:crypto';

/** Compares in constant time: both sides are hashed first, so that their lengths do not tell either. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
