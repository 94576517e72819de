import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import type { BearerConfiguration } from '../../src/config/bearer-configuration.js';
import { hashSecret } from '../../src/caller/header-credential.js';
import {
  createBearerCredential,
  createHookCredential,
  revokeHookCredential,
} from '../../src/directory/credentials/hook-credentials.js';
import { startJwksEndpoint } from '../support/jwks-endpoint.js';
import { examplePayload, withMembers } from '../support/payloads.js';
import { HEADER, NOW, SECRETS, startTestHook } from '../support/test-hook.js';
import {
  makeSigningKey,
  respelled,
  segment,
  signatureOf,
  signToken,
  type Members,
  type SigningKey,
} from '../support/token-forge.js';

const ISSUER = 'https://login.acme.example/oauth2/hooks';
const CLIENT = '0oaHookCaller';
const SCOPE = 'hook.call';
const BODY = JSON.stringify(examplePayload('request_01_authorization_code_user'));
const NOW_S = NOW / 1000;

const rsa = makeSigningKey('RS256', 'rsa');
const rsaForOneAlgorithm = makeSigningKey('RS256', 'rsa-for-rs256');
const ec = makeSigningKey('ES256', 'ec');
const ed = makeSigningKey('EdDSA', 'ed');
const weak = makeSigningKey('RS256', 'weak', { bits: 1024 });
const forEncryption = makeSigningKey('RS256', 'encryption');
const exposed = makeSigningKey('RS256', 'exposed');
const twice = [makeSigningKey('RS256', 'twice'), makeSigningKey('RS256', 'twice')] as const;
const nameless = makeSigningKey('RS256', '');
const attackers = makeSigningKey('RS256', 'rsa');
const SYMMETRIC = 'a key that was published by mistake';

const endpoint = await startJwksEndpoint([
  ...[rsa.jwk, ec.jwk, ed.jwk, weak.jwk, ...twice.map(({ jwk }) => jwk), nameless.jwk],
  { ...rsaForOneAlgorithm.jwk, alg: 'RS256' },
  { ...forEncryption.jwk, use: 'enc' },
  { ...exposed.privateKey.export({ format: 'jwk' }), kid: 'exposed' },
  { kty: 'oct', kid: 'symmetric', k: Buffer.from(SYMMETRIC).toString('base64url') },
]);

const bearer: BearerConfiguration = {
  issuer: ISSUER,
  audience: 'mintmark',
  clientIds: [CLIENT, '0oaAnother', '0oaWithoutCredential'],
  scope: SCOPE,
  algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  jwksUri: endpoint.uri,
  pinnedJwks: null,
  ca: endpoint.ca,
};

const clock = { now: NOW };
const hook = await startTestHook({
  configuration: { bearer, controlRefreshMs: 50 },
  now: () => clock.now,
});
await createBearerCredential(hook.database, credential(CLIENT));
await eventually(async () => (await statusOf([`Authorization: Bearer ${tokenOf()}`])) === 200);

function credential(clientId: string, issuerIds: readonly string[] = ['acme-orders']) {
  const terms = { label: 'test', failurePolicy: 'omit', expiresAt: null } as const;
  return { ...terms, id: `hc_${randomUUID()}`, clientId, issuerIds, createdAt: new Date(NOW - 1000) };
}

/** The claims of a token that is accepted; every token has an id of its own. */
function claims(changes: Members = {}): Members {
  return {
    ...{ jti: randomUUID(), iss: ISSUER, aud: 'mintmark', cid: CLIENT, sub: CLIENT, scp: [SCOPE] },
    ...{ iat: NOW_S, exp: NOW_S + 300, ...changes },
  };
}

function headerOf({ alg, kid }: SigningKey, changes: Members = {}): Members {
  return { alg, kid, typ: 'JWT', ...changes };
}

/** A token signed by the issuer, with some claims or header parameters changed; undefined removes one. */
function tokenOf(changes: Members = {}, header: Members = {}, key: SigningKey = rsa): string {
  return signToken(headerOf(key, header), claims(changes), key);
}

/** A token that claims to be of one key, and is signed by another or in another way. */
function signedOtherwise(header: Members, key: Pick<SigningKey, 'alg' | 'privateKey'>): string {
  return signToken({ typ: 'JWT', ...header }, claims(), key);
}

function hmacToken(secret: string | Buffer, header: Members = {}): string {
  const input = `${segment({ alg: 'HS256', kid: 'rsa', typ: 'JWT', ...header })}.${segment(claims())}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

/** Changes the three parts of a token that would be accepted. */
function mangled(change: (header: string, payload: string, signature: string) => string): string {
  const [header = '', payload = '', signature = ''] = tokenOf().split('.');
  return change(header, payload, signature);
}

/** Sends header lines exactly as they are given, as bytes. */
async function answerTo(lines: readonly string[]): Promise<{ status: number; body: string }> {
  const { port, pathname } = new URL(hook.service.url);
  const socket = connect({ host: 'localhost', port: Number(port), ca: hook.ca });
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => (received += text));
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  const fixed = [
    ...[`POST ${pathname} HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json'],
    ...[`Content-Length: ${String(Buffer.byteLength(BODY))}`, 'Connection: close'],
  ];
  socket.write([...fixed, ...lines, '', BODY].join('\r\n'), 'latin1');
  await once(socket, 'close');
  const [head = '', body = ''] = received.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), body };
}

async function statusOf(lines: readonly string[]): Promise<number> {
  return (await answerTo(lines)).status;
}

function lastProblem(): unknown {
  return hook.logs().findLast(({ msg }) => msg === 'hook call by an unauthenticated caller')?.['problem'];
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error('it did not come to hold within 10 s');
    await delay(20);
  }
}

describe('a token of the issuer', () => {
  const ACCEPTED: Readonly<Record<string, () => string>> = {
    'as Okta makes it': () => tokenOf(),
    'as RFC 9068 has it': () =>
      tokenOf(
        { cid: undefined, client_id: CLIENT, scp: undefined, scope: `openid ${SCOPE}` },
        { typ: 'at+jwt' },
      ),
    'with both names of the client': () => tokenOf({ client_id: CLIENT }),
    'for several audiences': () => tokenOf({ aud: ['https://other.example', 'mintmark'] }),
    'with several scopes': () => tokenOf({ scp: ['openid', SCOPE] }),
    'without a type': () => tokenOf({}, { typ: undefined }),
    'without the time of its issue': () => tokenOf({ iat: undefined }),
    'by a clock that is 29 s fast': () => tokenOf({ iat: NOW_S + 29, nbf: NOW_S + 29 }),
    'that expired 29 s ago': () => tokenOf({ iat: NOW_S - 300, exp: NOW_S - 29 }),
    'signed with PS256': () => signToken(headerOf(rsa, { alg: 'PS256' }), claims(), { ...rsa, alg: 'PS256' }),
    'signed with ES256': () => tokenOf({}, {}, ec),
    'signed with EdDSA': () => tokenOf({}, {}, ed),
    'of a key for one algorithm': () => tokenOf({}, {}, rsaForOneAlgorithm),
  };

  it.each(Object.entries(ACCEPTED))('%s is accepted, and again from memory', async (_, make) => {
    const line = `Authorization: Bearer ${make()}`;
    expect([await statusOf([line]), await statusOf([line])]).toEqual([200, 200]);
  });

  it.each(['bearer', 'BEARER', 'bEaReR'])('is accepted after the word %s', async (word) => {
    expect(await statusOf([`authorization: ${word} ${tokenOf()}`])).toBe(200);
  });

  it('is answered with commands', async () => {
    const { status, body } = await answerTo([`Authorization: Bearer ${tokenOf()}`]);
    expect([status, body]).toEqual([200, expect.stringContaining('tenant_id')]);
  });
});

/** By the problem that the log names: a token that is refused for another reason than its own shows nothing. */
const FORGED: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  no_token: {
    'nothing but the scheme': () => 'Bearer',
    'a token without a scheme': () => tokenOf(),
    'a token under another scheme': () => `Basic ${tokenOf()}`,
    'a token under a longer scheme': () => `BearerX ${tokenOf()}`,
    'a tab before the token': () => `Bearer\t${tokenOf()}`,
  },
  not_one_token: {
    'two spaces before the token': () => `Bearer  ${tokenOf()}`,
    'a token in quotes': () => `Bearer "${tokenOf()}"`,
    'a token as a parameter': () => `Bearer token="${tokenOf()}"`,
    'two tokens with a comma between': () => `Bearer ${tokenOf()}, Bearer ${tokenOf()}`,
    'two tokens with a space between': () => `Bearer ${tokenOf()} ${tokenOf()}`,
    'a token and a no-break space': () => `Bearer ${tokenOf()}\u00a0`,
    'a token and a next-line character': () => `Bearer ${tokenOf()}\u0085`,
    'a byte order mark before the token': () => `Bearer \u00ef\u00bb\u00bf${tokenOf()}`,
    'a dot before the token': () => `Bearer .${tokenOf()}`,
    'a dot after the token': () => `Bearer ${tokenOf()}.`,
    'two segments': () => `Bearer ${mangled((header, payload) => `${header}.${payload}`)}`,
    'three segments with an empty signature': () => `Bearer ${mangled((h, p) => `${h}.${p}.`)}`,
    'an empty payload': () => `Bearer ${mangled((header, _, signature) => `${header}..${signature}`)}`,
    'an empty header': () => `Bearer ${mangled((_, payload, signature) => `.${payload}.${signature}`)}`,
    'a doubled signature': () => `Bearer ${mangled((h, p, s) => `${h}.${p}.${s}.${s}`)}`,
    'a doubled payload': () => `Bearer ${mangled((h, p, s) => `${h}.${p}.${p}.${s}`)}`,
    'five segments, as a JWE has': () => `Bearer ${mangled((h, p, s) => `${h}.${s}.${s}.${p}.${s}`)}`,
    'escaped dots': () => `Bearer ${tokenOf().replaceAll('.', '%2E')}`,
    'padding after the signature': () => `Bearer ${tokenOf()}==`,
    'padding after the header': () => `Bearer ${mangled((h, p, s) => `${h}=.${p}.${s}`)}`,
    'the alphabet of plain base64': () => {
      let token = tokenOf();
      while (!/[-_][^.]*$/.test(token)) token = tokenOf();
      return `Bearer ${token.replaceAll('-', '+').replaceAll('_', '/')}`;
    },
    'another spelling of the signature': () => `Bearer ${mangled((h, p, s) => `${h}.${p}.${respelled(s)}`)}`,
    'another spelling of the payload, signed so': () => {
      let payload = segment(claims());
      while (payload.length % 4 === 0) payload = segment(claims({ filler: 'x'.repeat(payload.length % 7) }));
      const input = `${segment(headerOf(rsa))}.${respelled(payload)}`;
      return `Bearer ${input}.${signatureOf(input, 'RS256', rsa.privateKey).toString('base64url')}`;
    },
    'the general JSON form': () => {
      const [header, payload, signature] = tokenOf().split('.');
      return `Bearer ${JSON.stringify({ payload, signatures: [{ protected: header, signature }] })}`;
    },
    'the flattened JSON form': () => {
      const [header, payload, signature] = tokenOf().split('.');
      return `Bearer ${JSON.stringify({ payload, protected: header, signature })}`;
    },
    'more than 8 KiB': () => `Bearer ${tokenOf({ filler: 'x'.repeat(6_200) })}`,
    'no algorithm, and no signature': () =>
      `Bearer ${segment({ alg: 'none', kid: 'rsa' })}.${segment(claims())}.`,
  },
  header: {
    'no key id': () => `Bearer ${tokenOf({}, { kid: undefined })}`,
    'an empty key id, which is published': () => `Bearer ${tokenOf({}, {}, nameless)}`,
    'a number as key id': () => `Bearer ${tokenOf({}, { kid: 1 })}`,
    'a key id of 256 characters': () => `Bearer ${tokenOf({}, { kid: 'k'.repeat(256) })}`,
    'a key in the header (jwk)': () => `Bearer ${tokenOf({}, { jwk: attackers.jwk }, attackers)}`,
    'a key in the header, of the issuer (jwk)': () => `Bearer ${tokenOf({}, { jwk: rsa.jwk })}`,
    'an address of keys (jku)': () => `Bearer ${tokenOf({}, { jku: endpoint.uri })}`,
    'an address of a certificate (x5u)': () => `Bearer ${tokenOf({}, { x5u: endpoint.uri })}`,
    'a certificate chain (x5c)': () => `Bearer ${tokenOf({}, { x5c: ['MIIB'] })}`,
    'critical parameters': () => `Bearer ${tokenOf({}, { crit: ['exp'], exp: NOW_S + 300 })}`,
    'an empty list of critical parameters': () => `Bearer ${tokenOf({}, { crit: [] })}`,
    'an unencoded payload (b64)': () => `Bearer ${tokenOf({}, { b64: false, crit: ['b64'] })}`,
    'b64 set to true': () => `Bearer ${tokenOf({}, { b64: true })}`,
    'a compressed payload (zip)': () => `Bearer ${tokenOf({}, { zip: 'DEF' })}`,
    'the type of another token': () => `Bearer ${tokenOf({}, { typ: 'dpop+jwt' })}`,
    'the type of a security event': () => `Bearer ${tokenOf({}, { typ: 'secevent+jwt' })}`,
    'a number as type': () => `Bearer ${tokenOf({}, { typ: 1 })}`,
    'a header that is not JSON': () => `Bearer ${signToken('{alg:RS256}', claims(), rsa)}`,
    'a header that is a list': () => `Bearer ${signToken('[{"alg":"RS256","kid":"rsa"}]', claims(), rsa)}`,
    'a header that is null': () => `Bearer ${signToken('null', claims(), rsa)}`,
    'a header with a byte order mark': () =>
      `Bearer ${signToken('\ufeff{"alg":"RS256","kid":"rsa"}', claims(), rsa)}`,
  },
  algorithm: {
    'algorithm none, with a signature': () => `Bearer ${signedOtherwise({ alg: 'none', kid: 'rsa' }, rsa)}`,
    'algorithm nOnE, with a signature': () => `Bearer ${signedOtherwise({ alg: 'nOnE', kid: 'rsa' }, rsa)}`,
    'HS256 with the public key in PEM as the secret': () =>
      `Bearer ${hmacToken(rsa.publicKey.export({ type: 'spki', format: 'pem' }))}`,
    'HS256 with the public key in DER as the secret': () =>
      `Bearer ${hmacToken(rsa.publicKey.export({ type: 'spki', format: 'der' }))}`,
    'HS256 with the modulus as the secret': () => `Bearer ${hmacToken(rsa.jwk.n ?? '')}`,
    'HS256 with an empty secret': () => `Bearer ${hmacToken('')}`,
    'HS256 under a published symmetric key': () => `Bearer ${hmacToken(SYMMETRIC, { kid: 'symmetric' })}`,
    'an algorithm that is not allowed, of the issuer': () =>
      `Bearer ${signToken(headerOf(rsa, { alg: 'RS512' }), claims(), { ...rsa, alg: 'RS512' })}`,
    'an algorithm in lower case': () => `Bearer ${tokenOf({}, { alg: 'rs256' })}`,
    'no algorithm at all': () => `Bearer ${tokenOf({}, { alg: undefined })}`,
    'a list of algorithms': () => `Bearer ${tokenOf({}, { alg: ['RS256'] })}`,
    'an algorithm twice, and the last is none': () =>
      `Bearer ${signToken('{"alg":"RS256","kid":"rsa","alg":"none"}', claims(), rsa)}`,
  },
  unknown_key: {
    'an unknown key id': () => `Bearer ${tokenOf({}, { kid: 'unknown' })}`,
    'a key id that every object has': () => `Bearer ${tokenOf({}, { kid: 'constructor' })}`,
    'a key id __proto__': () => `Bearer ${signToken('{"alg":"RS256","kid":"__proto__"}', claims(), rsa)}`,
    'a path as key id': () => `Bearer ${tokenOf({}, { kid: '../../dev/null' })}`,
    'an address as key id': () => `Bearer ${tokenOf({}, { kid: `${endpoint.uri}#rsa` })}`,
    'a weak RSA key that is published': () => `Bearer ${tokenOf({}, {}, weak)}`,
    'a key that is published for encryption': () => `Bearer ${tokenOf({}, {}, forEncryption)}`,
    'a key whose private part is published': () => `Bearer ${tokenOf({}, {}, exposed)}`,
    'a key id that is published twice, of the first': () => `Bearer ${tokenOf({}, {}, twice[0])}`,
    'a key id that is published twice, of the second': () => `Bearer ${tokenOf({}, {}, twice[1])}`,
  },
  signature: {
    'RS256 under a published symmetric key': () => `Bearer ${hmacToken(SYMMETRIC, { alg: 'RS256' })}`,
    'ES256 under an RSA key': () => `Bearer ${signedOtherwise({ alg: 'ES256', kid: 'rsa' }, ec)}`,
    'RS256 under an EC key': () => `Bearer ${signedOtherwise({ alg: 'RS256', kid: 'ec' }, rsa)}`,
    'EdDSA under an EC key': () => `Bearer ${signedOtherwise({ alg: 'EdDSA', kid: 'ec' }, ed)}`,
    'PS256 under a key for RS256 alone': () =>
      `Bearer ${signedOtherwise({ alg: 'PS256', kid: 'rsa-for-rs256' }, { ...rsaForOneAlgorithm, alg: 'PS256' })}`,
    'another key under a known id': () => `Bearer ${tokenOf({}, {}, attackers)}`,
    'a signature of another token': () =>
      `Bearer ${mangled((h, p) => `${h}.${p}.${tokenOf().split('.')[2]}`)}`,
    'another payload': () => `Bearer ${mangled((h, _, s) => `${h}.${segment(claims())}.${s}`)}`,
    'another header': () =>
      `Bearer ${mangled((_, p, s) => `${segment({ alg: 'RS256', kid: 'rsa' })}.${p}.${s}`)}`,
    'a truncated signature': () => `Bearer ${mangled((h, p, s) => `${h}.${p}.${s.slice(0, -6)}`)}`,
    'an extended signature': () => `Bearer ${mangled((h, p, s) => `${h}.${p}.AAAA${s}`)}`,
    'a signature of zeros': () =>
      `Bearer ${mangled((h, p) => `${h}.${p}.${Buffer.alloc(256).toString('base64url')}`)}`,
    'a signature with one bit changed': () =>
      `Bearer ${mangled((h, p, s) => {
        const bytes = Buffer.from(s, 'base64url');
        bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
        return `${h}.${p}.${bytes.toString('base64url')}`;
      })}`,
    'an ECDSA signature of zeros': () => {
      const input = `${segment(headerOf(ec))}.${segment(claims())}`;
      return `Bearer ${input}.${Buffer.alloc(64).toString('base64url')}`;
    },
    'an ECDSA signature in DER': () => {
      const input = `${segment(headerOf(ec))}.${segment(claims())}`;
      return `Bearer ${input}.${sign('sha256', Buffer.from(input), ec.privateKey).toString('base64url')}`;
    },
    'an ECDSA signature on another curve': () => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
      return `Bearer ${signedOtherwise({ alg: 'ES256', kid: 'ec' }, { alg: 'ES256', privateKey })}`;
    },
  },
  payload: {
    'no end': () => `Bearer ${tokenOf({ exp: undefined })}`,
    'an end as text': () => `Bearer ${tokenOf({ exp: String(NOW_S + 300) })}`,
    'an end that is null': () => `Bearer ${tokenOf({ exp: null })}`,
    'an end before the epoch': () => `Bearer ${tokenOf({ iat: undefined, exp: -1 })}`,
    'an end beyond all time': () =>
      `Bearer ${signToken(headerOf(rsa), JSON.stringify(claims({ exp: 0 })).replace('"exp":0', '"exp":1e999'), rsa)}`,
    'a payload that is not JSON': () => `Bearer ${signToken(headerOf(rsa), 'iss=x', rsa)}`,
    'a payload that is a list': () => `Bearer ${signToken(headerOf(rsa), JSON.stringify([claims()]), rsa)}`,
    'a payload that is not UTF-8': () =>
      `Bearer ${signToken(headerOf(rsa), Buffer.from(JSON.stringify(claims({ x: '\u00ff' })), 'latin1'), rsa)}`,
    'a payload with a byte order mark': () =>
      `Bearer ${signToken(headerOf(rsa), `\ufeff${JSON.stringify(claims())}`, rsa)}`,
  },
  issuer: {
    'another issuer': () => `Bearer ${tokenOf({ iss: 'https://login.acme.example/oauth2/other' })}`,
    'the issuer with a slash': () => `Bearer ${tokenOf({ iss: `${ISSUER}/` })}`,
    'the issuer in upper case': () => `Bearer ${tokenOf({ iss: ISSUER.toUpperCase() })}`,
    'a list of issuers': () => `Bearer ${tokenOf({ iss: [ISSUER] })}`,
    'no issuer': () => `Bearer ${tokenOf({ iss: undefined })}`,
  },
  audience: {
    'another audience': () => `Bearer ${tokenOf({ aud: 'mintmark-staging' })}`,
    'other audiences': () => `Bearer ${tokenOf({ aud: ['a', 'b'] })}`,
    'an empty list of audiences': () => `Bearer ${tokenOf({ aud: [] })}`,
    'an audience beside a number': () => `Bearer ${tokenOf({ aud: ['mintmark', 1] })}`,
    'an audience as an object': () => `Bearer ${tokenOf({ aud: { mintmark: true } })}`,
    'no audience': () => `Bearer ${tokenOf({ aud: undefined })}`,
  },
  client: {
    'another client': () => `Bearer ${tokenOf({ cid: '0oaSomebodyElse' })}`,
    'another client, though the subject is right': () => `Bearer ${tokenOf({ cid: undefined })}`,
    'two clients that disagree': () => `Bearer ${tokenOf({ client_id: '0oaAnother' })}`,
    'two clients, one of them null': () => `Bearer ${tokenOf({ cid: null, client_id: CLIENT })}`,
    'a list of clients': () => `Bearer ${tokenOf({ cid: [CLIENT] })}`,
  },
  no_credential: {
    'an allowed client without a credential': () => `Bearer ${tokenOf({ cid: '0oaWithoutCredential' })}`,
  },
  scope: {
    'another scope': () => `Bearer ${tokenOf({ scp: ['hook.read'] })}`,
    'a longer scope': () => `Bearer ${tokenOf({ scp: [`${SCOPE}.more`] })}`,
    'the scope in upper case': () => `Bearer ${tokenOf({ scp: [SCOPE.toUpperCase()] })}`,
    'scp as text': () => `Bearer ${tokenOf({ scp: SCOPE })}`,
    'scope as a list': () => `Bearer ${tokenOf({ scp: undefined, scope: [SCOPE] })}`,
    'the scope beside a number': () => `Bearer ${tokenOf({ scp: [SCOPE, 1] })}`,
    'no scope': () => `Bearer ${tokenOf({ scp: undefined })}`,
  },
  expired: {
    'an end that is past': () => `Bearer ${tokenOf({ iat: NOW_S - 300, exp: NOW_S - 30 })}`,
  },
  not_yet_valid: {
    'a beginning to come': () => `Bearer ${tokenOf({ nbf: NOW_S + 31 })}`,
    'a beginning as text': () => `Bearer ${tokenOf({ nbf: '0' })}`,
    'a beginning that is null': () => `Bearer ${tokenOf({ nbf: null })}`,
    'an issue to come': () => `Bearer ${tokenOf({ iat: NOW_S + 31 })}`,
    'an issue after the end': () => `Bearer ${tokenOf({ iat: NOW_S, exp: NOW_S - 10 })}`,
  },
};

const CASES = Object.entries(FORGED).flatMap(([problem, tokens]) =>
  Object.entries(tokens).map(([title, make]) => ({ title, problem, make })),
);

describe('a forged or mangled token', () => {
  it('is one of at least sixty', () => {
    expect(new Set(CASES.map(({ title }) => title)).size).toBeGreaterThanOrEqual(60);
  });

  it.each(CASES)('with $title is refused like any stranger', async ({ make, problem }) => {
    const { status, body } = await answerTo([`Authorization: ${make()}`]);
    expect([status, body]).toEqual([401, '{"error":"unauthenticated"}']);
    expect(lastProblem() ?? 'no_token').toBe(problem);
  });

  it('caused one fetch of keys at most, and never one from where a token says', () => {
    expect(endpoint.requests()).toBeLessThanOrEqual(2);
  });

  it('is explained in the log, without any part of it', async () => {
    const token = tokenOf({ aud: 'elsewhere' });
    await statusOf([`Authorization: Bearer ${token}`]);
    expect(lastProblem()).toBe('audience');
    await statusOf([`Authorization: Bearer ${tokenOf({ cid: '0oaWithoutCredential' })}`]);
    expect(lastProblem()).toBe('no_credential');
    const logged = JSON.stringify(hook.logs());
    for (const part of token.split('.')) expect(logged).not.toContain(part);
  });
});

describe('a caller with a token', () => {
  it('may not bring two, not even twice the same', async () => {
    const line = `Authorization: Bearer ${tokenOf()}`;
    expect(await statusOf([line])).toBe(200);
    expect(await statusOf([line, line])).toBe(401);
    expect(await statusOf([line, `authorization: Bearer ${tokenOf()}`])).toBe(401);
    expect(await statusOf([line, 'Authorization: Basic eDp4'])).toBe(401);
  });

  it('that proves another credential besides proves none', async () => {
    const [token, secret] = [`Authorization: Bearer ${tokenOf()}`, `${HEADER}: ${SECRETS.all}`];
    expect(await statusOf([secret])).toBe(200);
    expect(await statusOf([token, secret])).toBe(401);
    expect(await statusOf([`Authorization: Bearer ${tokenOf({ exp: 1, iat: 0 })}`, secret])).toBe(200);
  });

  it('does not keep a secret in the same header from being one', async () => {
    const secret = `Bearer ${randomUUID()}`;
    const terms = credential('unused');
    await createHookCredential(hook.database, {
      ...{ id: terms.id, label: terms.label, issuerIds: terms.issuerIds, failurePolicy: 'omit' },
      ...{ createdAt: terms.createdAt, expiresAt: null },
      ...{ headerName: 'authorization', secretSha256: hashSecret(secret) },
    });
    await eventually(async () => (await statusOf([`Authorization: ${secret}`])) === 200);
    expect(await statusOf([`Authorization: Bearer ${tokenOf()}`])).toBe(200);
    expect(await statusOf([`Authorization: ${secret}x`])).toBe(401);
  });

  it('speaks for the issuers of its credential alone', async () => {
    const payload = withMembers(examplePayload('request_01_authorization_code_user'), {
      'data.context.protocol.issuer.uri': 'https://login.acme.example/oauth2/aus2s4t6StRiCt8Xy1d7',
    });
    const headers = [['authorization', `Bearer ${tokenOf()}`] as const];
    const { status, body } = await hook.call(JSON.stringify(payload), [
      ['content-type', 'application/json'],
      ...headers,
    ]);
    expect([status, body]).toEqual([200, '{"commands":[]}']);
    expect(hook.logs().findLast(({ msg }) => msg === 'hook call')?.['reason']).toBe('issuer_not_allowed');
  });

  it('is refused when its credential is revoked, though the token is remembered', async () => {
    const terms = credential('0oaAnother');
    await createBearerCredential(hook.database, terms);
    const line = `Authorization: Bearer ${tokenOf({ cid: '0oaAnother' })}`;
    await eventually(async () => (await statusOf([line])) === 200);
    await revokeHookCredential(hook.database, terms.id, new Date(NOW));
    await eventually(async () => (await statusOf([line])) === 401);
  });

  it('is refused from the instant on at which the token or the credential ends', async () => {
    const terms = { ...credential('0oaAnother'), expiresAt: new Date(NOW + 200_000) };
    await createBearerCredential(hook.database, terms);
    const long = `Authorization: Bearer ${tokenOf({ cid: '0oaAnother', exp: NOW_S + 3600 })}`;
    const short = `Authorization: Bearer ${tokenOf({ cid: '0oaAnother', exp: NOW_S + 60 })}`;
    await eventually(async () => (await statusOf([long])) === 200);
    expect(await statusOf([short])).toBe(200);
    try {
      clock.now = NOW + 89_999;
      expect([await statusOf([short]), await statusOf([long])]).toEqual([200, 200]);
      clock.now = NOW + 90_000;
      expect([await statusOf([short]), await statusOf([long])]).toEqual([401, 200]);
      clock.now = NOW + 200_000;
      expect(await statusOf([long])).toBe(401);
    } finally {
      clock.now = NOW;
    }
  });

  it('of a client that the configuration does not allow is nobody, and the log says so once', async () => {
    await createBearerCredential(hook.database, credential('0oaNotConfigured'));
    const message = 'credentials of clients that the configuration does not allow';
    const warnings = () => hook.logs().filter(({ msg }) => msg === message);
    await eventually(() => Promise.resolve(warnings().length > 0));
    expect(await statusOf([`Authorization: Bearer ${tokenOf({ cid: '0oaNotConfigured' })}`])).toBe(401);
    await delay(200);
    expect(warnings()).toHaveLength(1);
    expect(JSON.stringify(warnings())).toContain('0oaNotConfigured');
  });
});
