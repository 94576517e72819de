import { createHash } from 'node:crypto';
import { Problem } from '../problems/problem.js';

/**
 * The version of a record: a hash of what it holds. It changes whoever changes the record, by whatever way, and two
 * states with one version are equal.
 */
export function versionOf(record: object): string {
  return `"${createHash('sha256').update(JSON.stringify(record)).digest('base64url').slice(0, 22)}"`;
}

/** What a request demands of the version that is there (RFC 9110, section 13.1). */
export interface Preconditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

/**
 * Checks the preconditions of a write.
 *
 * @param version undefined where there is nothing yet
 * @throws Problem with the version that is there
 */
export function requirePreconditions(
  { ifMatch, ifNoneMatch }: Preconditions,
  version: string | undefined,
): void {
  if (ifMatch !== undefined && !isAmong(version, ifMatch, { weak: false })) throw failed(version);
  if (ifNoneMatch !== undefined && isAmong(version, ifNoneMatch, { weak: true })) throw failed(version);
}

/** Whether the caller has this version already. */
export function isUnmodified({ ifNoneMatch }: Preconditions, version: string): boolean {
  return ifNoneMatch !== undefined && isAmong(version, ifNoneMatch, { weak: true });
}

const TAG = /^(W\/)?("[\x21\x23-\x7e\x80-\xff]*")$/;

function isAmong(version: string | undefined, list: string, { weak }: { readonly weak: boolean }): boolean {
  if (version === undefined) return false;
  if (list.trim() === '*') return true;
  return list.split(',').some((entry) => {
    const [, isWeak, tag] = TAG.exec(entry.trim()) ?? [];
    return tag === version && (weak || isWeak === undefined);
  });
}

function failed(version: string | undefined): Problem {
  if (version === undefined) return new Problem('precondition-failed', 'there is nothing there');
  return new Problem('precondition-failed', `the version is ${version} now: read it, and try again`, {
    version,
    headers: { etag: version },
  });
}
