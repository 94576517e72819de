import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A caller that proves itself by the value of one header. Only the SHA-256 of the value is known. */
export interface HeaderCredential {
  readonly id: string;
  readonly scheme: 'header';
  /** Lower case. */
  readonly headerName: string;
  readonly secretSha256: Uint8Array;
  /** Milliseconds since the epoch; null means no end. */
  readonly expiresAt: number | null;
}

const SECRET_BYTES = 32;

/** The longest value that is tried as a secret, in characters: a bearer token in the same header is longer. */
const SECRET_LIMIT = 512;

/** A new secret of 256 bits, fit for a header value. */
export function generateSecret(): string {
  return `mms_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** The only form in which a secret is kept. Header values are bytes: Node hands them over as Latin-1. */
export function hashSecret(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(digestOf(secret));
}

/** By way of text: bytes that come from native code are memory of their own, and cost twice what the hash does. */
function digestOf(secret: string): Buffer {
  return Buffer.from(hash('sha256', Buffer.from(secret, 'latin1'), 'hex'), 'hex');
}

/** Credentials by the header that they come in. */
export type CredentialsByHeader<Credential extends HeaderCredential> = ReadonlyMap<
  string,
  readonly Credential[]
>;

export function groupByHeader<Credential extends HeaderCredential>(
  credentials: readonly Credential[],
): CredentialsByHeader<Credential> {
  const names = new Set(credentials.map(({ headerName }) => headerName));
  return new Map(
    [...names].map((name) => [name, credentials.filter(({ headerName }) => headerName === name)]),
  );
}

/**
 * Finds every credential whose secret the headers carry. All credentials of a header are compared, in constant time and
 * without stopping at the first match. A header that comes twice proves nothing.
 *
 * @param rawHeaders names and values in turn, as received (`IncomingMessage.rawHeaders`)
 * @param now milliseconds since the epoch
 */
export function provenByHeaders<Credential extends HeaderCredential>(
  rawHeaders: readonly string[],
  credentials: CredentialsByHeader<Credential>,
  now: number,
): readonly Credential[] {
  const proven: Credential[] = [];
  for (const [name, candidates] of credentials) {
    const value = onlyHeaderValue(rawHeaders, name);
    if (value !== undefined && value.length <= SECRET_LIMIT) proven.push(...provenBy(value, candidates, now));
  }
  return proven;
}

/** The value of a header, by its name in lower case; undefined where it is not there, or comes twice. */
export function onlyHeaderValue(rawHeaders: readonly string[], name: string): string | undefined {
  let only: string | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const header = rawHeaders[index];
    if (header?.length !== name.length || header.toLowerCase() !== name) continue;
    if (only !== undefined) return undefined;
    only = rawHeaders[index + 1];
  }
  return only;
}

function provenBy<Credential extends HeaderCredential>(
  value: string,
  credentials: readonly Credential[],
  now: number,
): readonly Credential[] {
  const presented = digestOf(value);
  return credentials.filter(({ secretSha256, expiresAt }) => {
    const isSame = secretSha256.length === presented.length && timingSafeEqual(secretSha256, presented);
    const isValid = expiresAt === null || now < expiresAt;
    return isSame && isValid;
  });
}
