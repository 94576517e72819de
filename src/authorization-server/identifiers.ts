/** Random bytes: `randomBytes` of node:crypto, or a test's own. */
export type RandomBytes = (length: number) => Buffer;

/** How many bytes are drawn at once. */
const SUPPLY_BYTES = 8 * 1024;

/** Random bytes out of a supply, each of them given once: a draw for each id took a tenth of the time that a token does. */
export function suppliedBytes(draw: RandomBytes): RandomBytes {
  let supply: Buffer = Buffer.alloc(0);
  return (length) => {
    if (supply.length < length) supply = draw(Math.max(SUPPLY_BYTES, length));
    const bytes = supply.subarray(0, length);
    supply = supply.subarray(length);
    return bytes;
  };
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Ids of Okta have 20 characters, with the prefix of their kind (okta/authorization-server.md section 1). */
const ID_LENGTH = 20;

/** An opaque secret of 43 characters: codes, refresh tokens, key ids (sections 2.2 and 3.3). */
export function opaqueText(random: RandomBytes): string {
  return random(32).toString('base64url');
}

/** An id such as `oar…`, 20 characters long. Unique enough for an emulator: a little bias in its letters does no harm. */
export function oktaId(prefix: string, random: RandomBytes): string {
  const rest = Array.from(random(ID_LENGTH - prefix.length), (byte) => LETTERS.charAt(byte % LETTERS.length));
  return `${prefix}${rest.join('')}`;
}

/** The id of one request: 32 hexadecimal digits (okta/token-inline-hook.md section 1.3). */
export function requestId(random: RandomBytes): string {
  return random(16).toString('hex');
}
