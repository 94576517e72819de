import { describe, expect, it } from '@jest/globals';
import { readTokenAnswer, type TokenReading } from './read-token-answer.js';

function read(body: unknown, status = 200): TokenReading {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readTokenAnswer({
    kind: 'answered',
    ...{ status, contentType: 'application/json', body: Buffer.from(text), durationMs: 1 },
  });
}

function failed(problem: string): TokenReading {
  return { kind: 'failed', problem };
}

describe('the answer of a token URL', () => {
  it('is a token and how long it lasts', () => {
    expect(read({ access_token: 'a.b-c_d~e+f/g=', token_type: 'bearer', expires_in: 300 })).toEqual({
      kind: 'token',
      token: 'a.b-c_d~e+f/g=',
      expiresInSeconds: 300,
    });
  });

  it.each([undefined, '300', -1, null])('does not say how long it lasts with expires_in %j', (expiresIn) => {
    expect(read({ access_token: 'abc', token_type: 'Bearer', expires_in: expiresIn })).toMatchObject({
      kind: 'token',
      expiresInSeconds: null,
    });
  });

  it.each<[string, number, unknown, string]>([
    ['a redirect', 307, '', 'responded with status 307, and redirects are not followed'],
    ['an OAuth error', 401, { error: 'invalid_client' }, 'responded with status 401 (invalid_client)'],
    ['another status', 201, { access_token: 'abc' }, 'responded with status 201'],
    ['a page', 502, '<html>planted</html>', 'responded with status 502'],
    ['an error of other characters', 400, { error: 'planted secret' }, 'responded with status 400'],
    ['no JSON', 200, '<html>', 'responded with no JSON object'],
    ['a list', 200, '["abc"]', 'responded with no JSON object'],
    ['nothing', 200, '', 'responded with no JSON object'],
    ['no token', 200, { token_type: 'Bearer' }, 'responded without an access_token'],
    ['an empty token', 200, { access_token: '' }, 'responded without an access_token'],
    [
      'another kind of token',
      200,
      { access_token: 'abc', token_type: 'DPoP' },
      'responded with a token_type other than Bearer',
    ],
    [
      'two headers in a token',
      200,
      { access_token: 'abc\r\nx-other: d', token_type: 'Bearer' },
      'responded with an access_token that cannot be sent as a Bearer token',
    ],
    [
      'a token that no header holds',
      200,
      { access_token: 'a'.repeat(8 * 1024 + 1), token_type: 'Bearer' },
      'responded with an access_token that cannot be sent as a Bearer token',
    ],
  ])('is none where it is %s', (_title, status, body, problem) => {
    expect(read(body, status)).toEqual(failed(problem));
  });

  it('is none where it does not come', () => {
    expect(readTokenAnswer({ kind: 'timeout', afterMs: 3000, durationMs: 3000 })).toEqual(
      failed('did not respond within the 3000 ms that it shares with the hook'),
    );
    expect(readTokenAnswer({ kind: 'unreachable', code: 'ECONNREFUSED', durationMs: 1 })).toEqual(
      failed('could not be reached (ECONNREFUSED)'),
    );
    expect(readTokenAnswer({ kind: 'oversize', status: 200, contentType: null, durationMs: 1 })).toEqual(
      failed('responded with 256 KB or more'),
    );
  });
});
