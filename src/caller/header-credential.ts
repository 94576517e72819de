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

/** A new secret of 256 bits, fit for a header value. */
export function generateSecret(): string {
  return `mms_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** The only form in which a secret is kept. Header values are bytes: Node hands them over as Latin-1. */
export function hashSecret(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hash('sha256', Buffer.from(secret, 'latin1'), 'buffer'));
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
  credentials: readonly Credential[],
  now: number,
): readonly Credential[] {
  const names = new Set(credentials.map(({ headerName }) => headerName));
  return [...names].flatMap((name) => {
    const values = headerValues(rawHeaders, name);
    const [value] = values;
    if (value === undefined || values.length > 1) return [];
    return provenBy(
      value,
      credentials.filter(({ headerName }) => headerName === name),
      now,
    );
  });
}

/** All values of a header, by its name in lower case. */
export function headerValues(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [header = '', value = ''] = [rawHeaders[index], rawHeaders[index + 1]];
    if (header.length === name.length && header.toLowerCase() === name) values.push(value);
  }
  return values;
}

function provenBy<Credential extends HeaderCredential>(
  value: string,
  credentials: readonly Credential[],
  now: number,
): readonly Credential[] {
  const presented = hashSecret(value);
  return credentials.filter(({ secretSha256, expiresAt }) => {
    const isSame = secretSha256.length === presented.length && timingSafeEqual(secretSha256, presented);
    const isValid = expiresAt === null || now < expiresAt;
    return isSame && isValid;
  });
}
