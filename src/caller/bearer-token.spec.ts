import { describe, expect, it } from '@jest/globals';
import { bearerCredentials, checkClaims, tokenReader, type BearerExpectations } from './bearer-token.js';

const ALGORITHMS = new Set(['RS256', 'ES256']);

function encode(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

function compact(header: unknown, { payload = encode({}), signature = 'AAAA' } = {}): string {
  return `${encode(header)}.${payload}.${signature}`;
}

const TOKEN = compact({ alg: 'RS256', kid: 'one' });

const readToken = tokenReader(ALGORITHMS);

function kindOf(text: string): string {
  const reading = readToken(text);
  return reading.kind === 'refused' ? reading.problem : reading.kind;
}

describe('what follows the scheme', () => {
  it.each([
    ['Bearer x', 'x'],
    ['bearer x', 'x'],
    ['BEARER  x', ' x'],
    ['Bearer ', ''],
    ['Bearer', undefined],
    ['Bearer\tx', undefined],
    ['Bearerx', undefined],
    [' Bearer x', undefined],
    ['Basic x', undefined],
    ['', undefined],
  ])('in %j is %j', (header, expected) => {
    expect(bearerCredentials(header)).toBe(expected);
  });
});

describe('the form of a token', () => {
  it('is three canonical segments', () => {
    expect(readToken(TOKEN)).toEqual({
      ...{ kind: 'token', text: TOKEN, kid: 'one', algorithm: 'RS256' },
      ...{ headerEnd: TOKEN.indexOf('.'), payloadEnd: TOKEN.lastIndexOf('.') },
    });
  });

  // HTTP takes the white space off a value's ends before it gets here; nothing else may let it through.
  it.each([' ', '\n', '\r\n', '\t', '\u00a0', '\u0000', '=', '.', ',', '\u2028'])(
    'has no %j at its ends',
    (odd) => {
      expect(kindOf(`${TOKEN}${odd}`)).toBe('not_one_token');
      expect(kindOf(`${odd}${TOKEN}`)).toBe('not_one_token');
      expect(kindOf(TOKEN.replace('.', `${odd}.`))).toBe('not_one_token');
    },
  );

  it.each(['AB', 'AAF', 'A', 'AAAAA'])('has no segment that is spelled %s', (signature) => {
    expect(kindOf(compact({ alg: 'RS256', kid: 'one' }, { signature }))).toBe('not_one_token');
  });

  it('is read by its own header, whichever was read before', () => {
    const texts = [
      TOKEN,
      compact({ alg: 'RS256', kid: 'one' }, { payload: encode({ sub: 'x' }) }),
      compact({ alg: 'ES256', kid: 'two' }),
      compact({ alg: 'none', kid: 'one' }),
      compact({ alg: 'RS256', kid: 'one', crit: [] }),
      `${encode({ alg: 'RS256', kid: 'one' })}.AAAAA.AAAA`,
    ];
    const inTurn = [...texts, ...texts, ...texts.toReversed()];
    expect(inTurn.map((text) => readToken(text))).toEqual(
      inTurn.map((text) => tokenReader(ALGORITHMS)(text)),
    );
    expect(new Set(texts.map(kindOf))).toEqual(new Set(['token', 'algorithm', 'header', 'not_one_token']));
  });

  it('has at most 8 KiB', () => {
    const header = { alg: 'RS256', kid: 'one' };
    const others = compact(header, { payload: '' }).length;
    const payload = (length: number) => 'A'.repeat(length);
    expect(kindOf(compact(header, { payload: payload(8 * 1024 - others) }))).toBe('token');
    expect(kindOf(compact(header, { payload: payload(8 * 1024 - others + 4) }))).toBe('not_one_token');
    expect(kindOf('A'.repeat(1_000_000))).toBe('not_one_token');
  });

  it.each(['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt'])('may be of the type %s', (typ) => {
    expect(kindOf(compact({ alg: 'RS256', kid: 'one', typ }))).toBe('token');
  });

  it('has a key id of 1 to 255 characters', () => {
    expect(kindOf(compact({ alg: 'RS256', kid: 'k'.repeat(255) }))).toBe('token');
    for (const kid of ['', 'k'.repeat(256), null, 1, ['one'], undefined])
      expect(kindOf(compact({ alg: 'RS256', kid }))).toBe('header');
  });

  it('has an algorithm of the configuration’s', () => {
    for (const alg of ['none', 'HS256', 'RS512', 'rs256', '', null, 1, undefined])
      expect(kindOf(compact({ alg, kid: 'one' }))).toBe('algorithm');
  });
});

describe('the claims of a token', () => {
  const EXPECTED: BearerExpectations = {
    ...{ issuer: 'https://a.example', audience: 'mintmark', scope: 'call' },
    clientIds: new Set(['one', 'two']),
  };
  const NOW = 1_000_000_000_000;
  const CLAIMS = { iss: 'https://a.example', aud: 'mintmark', cid: 'one', scp: ['call'], exp: 1_000_000_100 };

  function check(changes: Readonly<Record<string, unknown>>, now = NOW): unknown {
    const proof = checkClaims(Buffer.from(JSON.stringify({ ...CLAIMS, ...changes })), EXPECTED, now);
    return proof.kind === 'refused' ? proof.problem : proof;
  }

  it('name the client and the end', () => {
    expect(check({})).toEqual({ kind: 'proven', clientId: 'one', expiresAt: 1_000_000_100_000 });
    expect(check({ cid: 'two' })).toMatchObject({ clientId: 'two' });
  });

  it('end 30 s after their end, and begin 30 s before their beginning', () => {
    expect(check({}, NOW + 129_999)).toMatchObject({ kind: 'proven' });
    expect(check({}, NOW + 130_000)).toBe('expired');
    for (const name of ['nbf', 'iat']) {
      expect(check({ [name]: 1_000_000_030 })).toMatchObject({ kind: 'proven' });
      expect(check({ [name]: 1_000_000_030.001 })).toBe('not_yet_valid');
    }
  });

  it.each(['iss', 'aud', 'cid', 'scp', 'exp'])('are not enough without %s', (name) => {
    expect(check({ [name]: undefined })).toEqual(expect.any(String));
  });

  it.each(['null', '[]', '"x"', '1', '', '{', '{"iss":"https://a.example"'])('are not %s', (text) => {
    expect(checkClaims(Buffer.from(text), EXPECTED, NOW)).toMatchObject({ problem: 'payload' });
  });

  it('are the token’s own, and none that every object has', () => {
    expect(
      checkClaims(Buffer.from('{"__proto__":{"iss":"https://a.example"}}'), EXPECTED, NOW),
    ).toMatchObject({
      problem: 'issuer',
    });
  });
});
