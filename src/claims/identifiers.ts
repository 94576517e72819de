/** The longest id that the directory holds, in characters (code points). */
export const ID_LENGTH_LIMIT = 255;

const UNUSABLE = /\p{Cc}|^\s|\s$/u;

/**
 * Whether a value can be an id of the directory: a well-formed string of 1 to 255 characters, without control
 * characters (PostgreSQL refuses NUL) and without white space at either end. The database checks the same.
 */
export function isId(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length >= 1 &&
    isShort(value) &&
    value.isWellFormed() &&
    !UNUSABLE.test(value)
  );
}

/** Code points are only counted where the code units do not decide. */
function isShort(value: string): boolean {
  if (value.length <= ID_LENGTH_LIMIT) return true;
  return value.length <= 2 * ID_LENGTH_LIMIT && Array.from(value).length <= ID_LENGTH_LIMIT;
}
