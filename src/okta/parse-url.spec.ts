import { describe, expect, it } from '@jest/globals';
import { parseUrl } from './parse-url.js';

describe('parseUrl', () => {
  it('takes text beyond ASCII, also after it was called so often that it is compiled', () => {
    const refused = Array.from({ length: 100_000 }, () => parseUrl('https://ü.example/?a=ä')).filter(
      (url) => url?.search !== '?a=%C3%A4',
    );
    expect(refused).toEqual([]);
  });

  it.each(['', 'no url', '/v1/authorize', 'https://', 'https://a b/', 'https://[::1', 'https://x:99999/'])(
    'has nothing for %j',
    (text) => {
      expect(parseUrl(text)).toBeUndefined();
    },
  );
});
