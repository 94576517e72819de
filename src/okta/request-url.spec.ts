import { describe, expect, it } from '@jest/globals';
import { parseRequestUrl } from './request-url.js';

describe('parseRequestUrl', () => {
  it('takes text beyond ASCII, also after it was called so often that it is compiled', () => {
    const refused = Array.from({ length: 100_000 }, () => parseRequestUrl('https://ü.example/?a=ä')).filter(
      (url) => url?.search !== '?a=%C3%A4',
    );
    expect(refused).toEqual([]);
  });

  it.each([
    '',
    'no url',
    '/v1/authorize',
    'https://',
    'https://a b/',
    'https://[::1',
    'https://x:99999/',
    'https://x/\u0001',
    'https://x/ \n',
  ])('has nothing for %j', (text) => {
    expect(parseRequestUrl(text)).toBeUndefined();
  });

  it('takes 64 Ki characters at the most', () => {
    const longest = 'https://x/'.padEnd(64 * 1024, 'a');
    expect(parseRequestUrl(longest)?.href).toBe(longest);
    expect(parseRequestUrl(`${longest}a`)).toBeUndefined();
  });
});
