/**
 * A URL; undefined where the text is none. On Node 20 `URL.canParse` is wrong about text beyond ASCII once whoever calls it is
 * compiled: what is asked for every call is asked here.
 */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
