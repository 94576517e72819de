const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/** They have a meaning of their own in HTTP. */
const TAKEN: ReadonlySet<string> = new Set(
  (
    'accept connection content-length content-type expect host keep-alive te trailer transfer-encoding upgrade ' +
    'user-agent'
  ).split(' '),
);

/** Whether a header of this name, in any case, may carry the secret of a caller. */
export function isSecretHeaderName(name: unknown): name is string {
  return typeof name === 'string' && HEADER_NAME.test(name) && !TAKEN.has(name.toLowerCase());
}
