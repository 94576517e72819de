import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { hashSecret } from '../../src/caller/header-credential.js';
import {
  createHookCredential,
  revokeHookCredential,
  type NewHookCredential,
} from '../../src/directory/credentials/hook-credentials.js';
import { httpsCall, type HttpsAnswer } from '../support/https-client.js';
import { examplePayload, withMembers } from '../support/payloads.js';
import { HEADER, NOW, SECRETS, startTestHook, type TestHook } from '../support/test-hook.js';

type Headers = readonly (readonly [string, string])[];

const JSON_TYPE = ['content-type', 'application/json'] as const;
const PAYLOAD = examplePayload('request_01_authorization_code_user');
const BODY = JSON.stringify(PAYLOAD);
const STRICT_URI = 'https://login.acme.example/oauth2/aus2s4t6StRiCt8Xy1d7';
const ALIAS_URI = 'https://id.acme.example/oauth2/aus7k2m9QxRtYb4Vw1d7';

const STAMPED = { commands: expect.arrayContaining([expect.anything()]) as unknown };
const OMITTED = { commands: [] };
const DENIED = { error: { errorSummary: expect.stringMatching(/^[\w .]+$/) as unknown } };

const clock = { now: NOW };
const hook = await startTestHook({ configuration: { controlRefreshMs: 50 }, now: () => clock.now });

/** Calls with other headers than the usual secret. */
function callWith(headers: Headers, target: TestHook = hook): Promise<HttpsAnswer> {
  return target.call(BODY, [JSON_TYPE, ...headers]);
}

async function statusWith(headers: Headers, target: TestHook = hook): Promise<number> {
  return (await callWith(headers, target)).status;
}

/** Stores a credential for every issuer unless told otherwise, and gives its secret. Another test does not see it. */
async function addCredential(
  changes: Partial<NewHookCredential> = {},
): Promise<{ id: string; secret: string }> {
  const secret = `secret ${randomUUID()}`;
  const issuers = await hook.database.prisma.issuer.findMany({ select: { id: true } });
  const credential: NewHookCredential = {
    id: `hc_${randomUUID()}`,
    label: 'test',
    headerName: HEADER,
    secretSha256: hashSecret(secret),
    issuerIds: issuers.map(({ id }) => id),
    failurePolicy: 'omit',
    createdAt: new Date(NOW - 1000),
    expiresAt: null,
    ...changes,
  };
  await createHookCredential(hook.database, credential);
  return { id: credential.id, secret };
}

/** Waits until the service has read the directory again: a credential stored now is accepted. */
async function afterRefresh(): Promise<void> {
  const { secret } = await addCredential();
  await eventually(async () => (await statusWith([[HEADER, secret]])) === 200);
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error('it did not come to hold within 10 s');
    await delay(20);
  }
}

/** A connection that sends exactly what it is told, and gives what came back as text. */
async function openConnection(): Promise<{ socket: TLSSocket; received: () => string }> {
  const socket = connect({ host: 'localhost', port: Number(new URL(hook.service.url).port), ca: hook.ca });
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => (received += text));
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return { socket, received: () => received };
}

/** A request whose header lines are sent as they are given. */
function requestHead(lines: readonly string[], contentLength: number): string {
  const path = new URL(hook.service.url).pathname;
  const fixed = [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json'];
  return [...fixed, `Content-Length: ${String(contentLength)}`, ...lines, '', ''].join('\r\n');
}

async function statusOfRaw(lines: readonly string[]): Promise<number> {
  const { socket, received } = await openConnection();
  socket.write(requestHead([...lines, 'Connection: close'], Buffer.byteLength(BODY)) + BODY);
  await once(socket, 'close');
  return Number(received().split(' ')[1]);
}

function lastReason(target: TestHook = hook): unknown {
  return target.logs().findLast(({ msg }) => msg === 'hook call')?.['reason'];
}

async function answerTo(payload: unknown, secret: string): Promise<unknown> {
  const { status, body } = await hook.send(payload, secret);
  expect(status).toBe(200);
  return body;
}

describe('a caller', () => {
  it('with the secret is answered with commands', async () => {
    expect(await answerTo(PAYLOAD, SECRETS.all)).toEqual(STAMPED);
  });

  it('may write the name of the header in any case', async () => {
    expect(await statusOfRaw([`${HEADER.toUpperCase()}: ${SECRETS.all}`])).toBe(200);
  });

  it.each<[string, Headers]>([
    ['no header', []],
    ['an empty secret', [[HEADER, '']]],
    ['another secret', [[HEADER, 'test-secret-of-nobody']]],
    ['the beginning of a secret', [[HEADER, SECRETS.all.slice(0, -1)]]],
    ['a secret and more', [[HEADER, `${SECRETS.all}x`]]],
    ['a secret in another case', [[HEADER, SECRETS.all.toUpperCase()]]],
    ['the hash of a secret', [[HEADER, createHash('sha256').update(SECRETS.all).digest('hex')]]],
    ['two secrets in one header', [[HEADER, `${SECRETS.all}, ${SECRETS.deny}`]]],
    ['the secret in another header', [['x-api-key', SECRETS.all]]],
    ['the secret as a bearer token', [['authorization', `Bearer ${SECRETS.all}`]]],
  ])('with %s is refused with a generic 401, and the connection ends', async (_, headers) => {
    const { status, headers: answered, body } = await callWith(headers);
    expect(status).toBe(401);
    expect(answered.connection).toBe('close');
    expect(body).toBe('{"error":"unauthenticated"}');
  });

  it.each<[string, string, string]>([
    ['the same secret', SECRETS.all, SECRETS.all],
    ['two valid secrets', SECRETS.all, SECRETS.deny],
    ['a valid secret and a wrong one', SECRETS.all, 'wrong'],
    ['a wrong secret and a valid one', 'wrong', SECRETS.all],
    ['an empty secret and a valid one', '', SECRETS.all],
  ])('that sends the header twice, with %s, is refused', async (_, first, second) => {
    expect(await statusOfRaw([`${HEADER}: ${first}`, `${HEADER}: ${second}`])).toBe(401);
    expect(await statusOfRaw([`${HEADER}: ${first}`, `${HEADER.toUpperCase()}: ${second}`])).toBe(401);
  });

  it('that nobody knows is answered before it has sent its body', async () => {
    const { socket, received } = await openConnection();
    socket.write(requestHead([`${HEADER}: wrong`], 100_000));
    await once(socket, 'close');
    expect(received()).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('that is known is waited for until its body is there', async () => {
    const { socket, received } = await openConnection();
    socket.write(requestHead([`${HEADER}: ${SECRETS.all}`, 'Connection: close'], Buffer.byteLength(BODY)));
    await delay(200);
    expect(received()).toBe('');
    socket.write(BODY);
    await once(socket, 'close');
    expect(received()).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('that nobody knows gets an error that stops minting, where the service is set up so', async () => {
    const strict = await startTestHook({ configuration: { unauthenticatedAnswer: 'error' } });
    const { status, headers, body } = await callWith([[HEADER, 'wrong']], strict);
    expect([status, JSON.parse(body)]).toEqual([200, DENIED]);
    expect(headers.connection).toBe('close');
    expect(await strict.send(PAYLOAD)).toEqual({ status: 200, body: STAMPED });
  });

  it('gets that error, too, where it writes its whole body before it reads', async () => {
    const strict = await startTestHook({ configuration: { unauthenticatedAnswer: 'error' } });
    const { port } = new URL(strict.service.url);
    const socket = connect({ host: 'localhost', port: Number(port), ca: strict.ca });
    let received = '';
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    const head = [`host: localhost:${port}`, `${HEADER}: wrong`, 'content-type: application/json'];
    socket.write(`POST /okta/token-hook HTTP/1.1\r\n${head.join('\r\n')}\r\ncontent-length: 40000\r\n\r\n`);
    for (let chunk = 0; chunk < 10; chunk += 1) {
      socket.write('x'.repeat(4_000));
      await delay(10);
    }
    socket.setEncoding('latin1').on('data', (data: string) => (received += data));
    await once(socket, 'close');
    expect(received).toMatch(/^HTTP\/1\.1 200 .*"error"/s);
  });
});

describe('a credential', () => {
  it('is accepted beside the one that it replaces', async () => {
    const [old, next] = [await addCredential(), await addCredential()];
    await afterRefresh();
    expect(await statusWith([[HEADER, old.secret]])).toBe(200);
    expect(await statusWith([[HEADER, next.secret]])).toBe(200);
  });

  it('that is revoked is refused after the next refresh, and the others go on', async () => {
    const [revoked, kept] = [await addCredential(), await addCredential()];
    await afterRefresh();
    expect(await statusWith([[HEADER, revoked.secret]])).toBe(200);
    await revokeHookCredential(hook.database, revoked.id, new Date(NOW));
    await eventually(async () => (await statusWith([[HEADER, revoked.secret]])) === 401);
    expect(await statusWith([[HEADER, kept.secret]])).toBe(200);
  });

  it('that was expired when it was read is refused', async () => {
    const { secret } = await addCredential({ expiresAt: new Date(NOW) });
    await afterRefresh();
    expect(await statusWith([[HEADER, secret]])).toBe(401);
  });

  it('that expires is refused from that instant on, without a refresh', async () => {
    const { secret } = await addCredential({ expiresAt: new Date(NOW + 60_000) });
    await afterRefresh();
    try {
      clock.now = NOW + 59_999;
      expect(await statusWith([[HEADER, secret]])).toBe(200);
      clock.now = NOW + 60_000;
      expect(await statusWith([[HEADER, secret]])).toBe(401);
    } finally {
      clock.now = NOW;
    }
  });

  it.each(['authorization', 'x-another-header'])('may have a header of its own: %s', async (headerName) => {
    const { secret } = await addCredential({ headerName });
    await afterRefresh();
    expect(await statusWith([[headerName, secret]])).toBe(200);
    expect(await statusWith([[HEADER, secret]])).toBe(401);
    expect(await statusOfRaw([`${headerName}: ${secret}`, `${headerName}: ${secret}`])).toBe(401);
  });

  it('proves nothing beside the proof of another one', async () => {
    const other = await addCredential({ headerName: 'x-second-header' });
    await afterRefresh();
    const [first, second] = [[HEADER, SECRETS.all] as const, ['x-second-header', other.secret] as const];
    expect(await statusWith([first])).toBe(200);
    expect(await statusWith([second])).toBe(200);
    expect(await statusWith([first, second])).toBe(401);
  });
});

describe('the issuer of a call', () => {
  it('may be named by its alias', async () => {
    const aliased = withMembers(PAYLOAD, { 'data.context.protocol.issuer.uri': ALIAS_URI });
    expect(await answerTo(aliased, SECRETS.ordersOnly)).toEqual(await answerTo(PAYLOAD, SECRETS.all));
  });

  it('that the credential may not speak for is answered by the credential’s failure policy', async () => {
    const issuerIds = ['acme-orders'];
    const denying = await addCredential({ issuerIds, failurePolicy: 'deny' });
    await afterRefresh();
    const foreign = withMembers(PAYLOAD, { 'data.context.protocol.issuer.uri': STRICT_URI });
    expect(await answerTo(PAYLOAD, SECRETS.ordersOnly)).toEqual(STAMPED);
    expect(await answerTo(PAYLOAD, denying.secret)).toEqual(STAMPED);
    expect(await answerTo(foreign, SECRETS.ordersOnly)).toEqual(OMITTED);
    expect(lastReason()).toBe('issuer_not_allowed');
    expect(await answerTo(foreign, denying.secret)).toEqual(DENIED);
    expect(lastReason()).toBe('issuer_not_allowed');
  });

  it.each([
    'https://elsewhere.example/oauth2/aus7k2m9QxRtYb4Vw1d7',
    'https://login.acme.example/oauth2/aus7k2m9QxRtYb4Vw1d7/',
    'HTTPS://login.acme.example/oauth2/aus7k2m9QxRtYb4Vw1d7',
    'acme-orders',
    '__proto__',
    '',
  ])('that nobody knows (%j) is answered by the credential’s failure policy', async (uri) => {
    const unknown = withMembers(PAYLOAD, { 'data.context.protocol.issuer.uri': uri });
    expect(await answerTo(unknown, SECRETS.all)).toEqual(OMITTED);
    expect(lastReason()).toBe('unknown_issuer');
    expect(await answerTo(unknown, SECRETS.deny)).toEqual(DENIED);
    expect(lastReason()).toBe('unknown_issuer');
  });
});

describe('the hook’s port', () => {
  const known = { ca: hook.ca, headers: [JSON_TYPE, [HEADER, SECRETS.all] as const], body: BODY };

  it.each([
    '/',
    '/okta',
    '/okta/token-hook/',
    '/okta/token-hook/x',
    '/healthz',
    '/readyz',
    '/okta/%74oken-hook%2f',
  ])('knows nothing at %s, whoever asks', async (path) => {
    const url = new URL(path, hook.service.url).href;
    const answer = await httpsCall(url, known);
    expect([answer.status, answer.body]).toEqual([404, '{"error":"not found"}']);
    expect((await httpsCall(url, { ca: hook.ca, body: BODY })).status).toBe(404);
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('does not answer %s', async (method) => {
    const headers = [[HEADER, SECRETS.all] as const];
    expect([404, 405]).toContain(
      (await httpsCall(hook.service.url, { ca: hook.ca, headers, method })).status,
    );
  });

  it('does not mind a query', async () => {
    expect((await httpsCall(`${hook.service.url}?x=1`, known)).status).toBe(200);
    expect((await httpsCall(`${hook.service.url}?x=1`, { ca: hook.ca, body: BODY })).status).toBe(401);
  });
});
