/** The longest `data.context.request.url.value` that is read, in characters. */
export const REQUEST_URL_LIMIT = 64 * 1024;

const CONTROL_CHARACTER = /\p{Cc}/u;

/**
 * Parses `data.context.request.url.value`; undefined where it is no URL, or too long. The parser would strip control characters at
 * the ends: a URL that has any is none. On Node 20 `URL.canParse` is wrong about text beyond ASCII once whoever calls it is
 * compiled, so that it is not asked.
 */
export function parseRequestUrl(text: string): URL | undefined {
  if (text.length > REQUEST_URL_LIMIT || CONTROL_CHARACTER.test(text)) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
