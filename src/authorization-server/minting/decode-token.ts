import { decodeJwt, decodeProtectedHeader } from 'jose';

/** A token for people to read: nothing of it is verified. */
export interface DecodedToken {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
}

export function decodeToken(token: string): DecodedToken {
  return { header: { ...decodeProtectedHeader(token) }, payload: decodeJwt(token) };
}
