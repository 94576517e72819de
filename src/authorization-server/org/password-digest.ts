import { createHash, timingSafeEqual } from 'node:crypto';

/** What is kept of a password: its SHA-256 as base64url, so that nothing that shows an org shows the password. */
export function digestOfPassword(password: string): string {
  return createHash('sha256').update(password).digest('base64url');
}

/** Compares in constant time. */
export function isSamePassword(password: string, digest: string): boolean {
  return timingSafeEqual(Buffer.from(digestOfPassword(password)), Buffer.from(digest));
}
