import { createHash } from 'node:crypto';

/** The prefixes of Okta's ids (okta/authorization-server.md section 1). */
export type IdPrefix = 'aus' | 'scp' | 'ocl' | '00p' | '0pr' | '00u' | '00g' | 'cal' | 'HKY' | '00o';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** An id of 20 characters for what the file names and gives no id: the same each time. */
export function generatedId(prefix: IdPrefix, ...names: readonly string[]): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([prefix, ...names]))
    .digest();
  const characters = [...digest.subarray(0, 17)].map((byte) => ALPHABET.charAt(byte % ALPHABET.length));
  return prefix + characters.join('');
}
