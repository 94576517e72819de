import type { Path } from '../../config/file-fault.js';
import type { Report } from './name-index.js';
import type { Client } from './org.js';

/** Members that only a private or a symmetric key has (RFC 7518, section 6). */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'] as const;

/** The keys of a JSON Web Key Set, which are to be public ones. */
export function publicKeysOf(
  jwks: Readonly<Record<string, unknown>>,
  path: Path,
  report: Report,
): Client['jwks'] {
  const { keys } = jwks;
  if (!Array.isArray(keys) || keys.length === 0) {
    report([...path, 'keys'], 'must be a list of at least one key');
    return null;
  }
  const publicKeys = keys.filter((key, index): key is Readonly<Record<string, unknown>> => {
    const problem = problemOf(key);
    if (problem !== undefined) report([...path, 'keys', index], problem);
    return problem === undefined;
  });
  return { keys: publicKeys };
}

function problemOf(key: unknown): string | undefined {
  if (typeof key !== 'object' || key === null || Array.isArray(key)) return 'must be a key';
  const isSecret = SECRET_MEMBERS.some((member) => Object.hasOwn(key, member));
  if (isSecret) return 'is no public key: leave its private half with the client';
  const isKnown = 'kty' in key && (key.kty === 'RSA' || key.kty === 'EC');
  return isKnown ? undefined : 'must have the kty RSA or EC';
}
