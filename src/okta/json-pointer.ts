/** Escapes one reference token of a JSON Pointer (RFC 6901, section 3): `~` becomes `~0`, `/` becomes `~1`. */
export function escapePointerToken(token: string): string {
  if (!/[~/]/.test(token)) return token;
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}

/**
 * Splits a JSON Pointer into its unescaped reference tokens, or returns `undefined` where the text is not one:
 * it does not start with `/`, or a `~` is followed by anything but `0` or `1`.
 */
export function parsePointer(pointer: string): readonly string[] | undefined {
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  const tokens = pointer.slice(1).split('/');
  if (!pointer.includes('~')) return tokens;
  return tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The path of a top-level claim in a token, for example `/claims/https:~1~1acme.example~1tenant`. */
export function claimPath(claim: string): string {
  return `/claims/${escapePointerToken(claim)}`;
}
