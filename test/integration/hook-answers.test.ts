import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { connect } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { examplePayload, withMembers, type Payload } from '../support/payloads.js';
import { HEADER, SECRETS, startTestHook, type TestHook } from '../support/test-hook.js';
import { createTestDatabase } from '../support/test-database.js';

const JSON_TYPE = 'application/json';
const BODY_LIMIT = 128 * 1024;

const USER_CALL = examplePayload('request_01_authorization_code_user');
const MACHINE_CALL = examplePayload('request_07_client_credentials');
const REFRESH_CALL = examplePayload('request_06_refresh_token');

const ISSUERS = {
  strict: 'https://login.acme.example/oauth2/aus2s4t6StRiCt8Xy1d7',
  shadow: 'https://login.acme.example/oauth2/aus3s5h7ShAdOw9Yz1d7',
  off: 'https://login.acme.example/oauth2/aus4o6f8OfFoFf1Za1d7',
} as const;

const CLIENTS = {
  shadow: '0oa7s9h2ShAdCh4Ij1d7',
  off: '0oa8o1f3OfFcLi5Jk1d7',
  failsOpen: '0oa9c2o4CoNsOj6Kl1d7',
  failsClosed: '0oa1d3n5DeNyPk7Lm1d7',
} as const;

const FAY = '00u2f4a6FyCdEg8Hi1d7';
const GUS = '00u3g5u7GsDeFh9Ij1d7';

const OMITTED = { commands: [] };
const DENIED = { error: { errorSummary: expect.stringMatching(/^[\w .]+$/) as unknown } };

const database = await createTestDatabase();
const hook = await startTestHook({ database });

interface Answered {
  readonly body: unknown;
  /** The call's line in the log. */
  readonly line: Readonly<Record<string, unknown>>;
}

interface RawCall {
  readonly secret?: string;
  readonly type?: string | null;
  readonly headers?: readonly (readonly [string, string])[];
}

/** Sends bytes, and gives the answer, which has to be a 200, with the line that was logged for it. */
async function answerToBytes(
  body: string | Buffer,
  call: RawCall = {},
  target: TestHook = hook,
): Promise<Answered> {
  const { secret = SECRETS.all, type = JSON_TYPE, headers = [] } = call;
  const before = callLines(target).length;
  const typed = type === null ? [] : [['content-type', type] as const];
  const answer = await target.call(body, [[HEADER, secret], ...typed, ...headers]);
  expect([answer.status, answer.headers['content-type']]).toEqual([
    200,
    expect.stringMatching(/^application\/json\b/),
  ]);
  const lines = callLines(target).slice(before);
  expect(lines).toHaveLength(1);
  return { body: JSON.parse(answer.body) as unknown, line: lines[0] ?? {} };
}

function answerTo(
  payload: unknown,
  secret: string = SECRETS.all,
  target: TestHook = hook,
): Promise<Answered> {
  return answerToBytes(JSON.stringify(payload), { secret }, target);
}

function callLines(target: TestHook): readonly Readonly<Record<string, unknown>>[] {
  return target.logs().filter(({ msg }) => msg === 'hook call');
}

/** What a call that cannot be stamped gets: the policy of the credential, whichever that is, and a reason in the log. */
async function expectPolicy(
  body: string | Buffer,
  reasons: readonly string[],
  call: RawCall = {},
): Promise<void> {
  const omitted = await answerToBytes(body, { ...call, secret: SECRETS.all });
  const denied = await answerToBytes(body, { ...call, secret: SECRETS.deny });
  expect([omitted.body, denied.body]).toEqual([OMITTED, DENIED]);
  for (const { line } of [omitted, denied]) {
    expect(line['outcome']).toBe('failed');
    expect(reasons).toContain(line['reason']);
  }
}

/** The claims that an answer sets in the access token. */
function accessClaims(body: unknown): Readonly<Record<string, unknown>> {
  const { commands = [] } = body as {
    commands?: { type: string; value: { path: string; value?: unknown }[] }[];
  };
  const operations = commands
    .filter(({ type }) => type === 'com.okta.access.patch')
    .flatMap(({ value }) => value);
  return Object.fromEntries(operations.map(({ path, value }) => [path.replace('/claims/', ''), value]));
}

function callOf(
  payload: Payload,
  { user, client, issuer, url }: { user?: string; client?: string; issuer?: string; url?: string },
): Payload {
  return withMembers(payload, {
    ...(user === undefined
      ? {}
      : {
          'data.context.user.id': user,
          'data.context.session.userId': user,
          'data.identity.claims.sub': user,
          'data.access.claims.uid': user,
        }),
    ...(client === undefined
      ? {}
      : { 'data.context.protocol.client.id': client, 'data.access.claims.cid': client }),
    ...(issuer === undefined ? {} : { 'data.context.protocol.issuer.uri': issuer }),
    ...(url === undefined ? {} : { 'data.context.request.url.value': url }),
  });
}

const WITHOUT_HINT = 'https://login.acme.example/oauth2/aus7k2m9QxRtYb4Vw1d7/v1/authorize?state=st';

/** The payload as JSON, with the text put where the member at the path is: for what `JSON.stringify` cannot write. */
function withText(payload: Payload, path: string, text: string): string {
  return JSON.stringify(withMembers(payload, { [path]: '@@' })).replace('"@@"', () => text);
}

function nested(open: string, close: string, depth: number): string {
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
}

/** The same JSON with more members at the beginning of every object. */
function inEveryObject(json: string, members: string): string {
  return json.replace(/\{(?=")/g, () => `{${members},`);
}

/** The longest time in which the event loop did nothing else, in milliseconds. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: 5 });
  histogram.enable();
  await work();
  histogram.disable();
  return histogram.max / 1e6;
}

/** A caller that writes its whole body before it reads, as blocking HTTP clients do. */
async function writeAllThenRead(body: Buffer, framing: 'length' | 'chunked'): Promise<string> {
  const { port, pathname } = new URL(hook.service.url);
  const socket = connect({ host: 'localhost', port: Number(port), ca: hook.ca });
  await once(socket, 'secureConnect');
  const length =
    framing === 'length' ? `Content-Length: ${String(body.length)}` : 'Transfer-Encoding: chunked';
  const head = [`POST ${pathname} HTTP/1.1`, 'Host: localhost', `Content-Type: ${JSON_TYPE}`];
  socket.write([...head, `${HEADER}: ${SECRETS.all}`, length, 'Connection: close', '', ''].join('\r\n'));
  const chunk = Buffer.concat([
    Buffer.from(`${body.length.toString(16)}\r\n`),
    body,
    Buffer.from('\r\n0\r\n\r\n'),
  ]);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.write(framing === 'length' ? body : chunk, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
  let received = '';
  for await (const data of socket) received += String(data);
  return received;
}

const BIG_BODIES: readonly (readonly [string, number])[] = [
  ['just above 128 KiB', BODY_LIMIT + 1],
  ['of 1 MB', 1_000_000],
  ['of 5 MB', 5_000_000],
];

/** A valid call of a given number of bytes. */
function paddedCall(bytes: number): Buffer {
  const bare = Buffer.byteLength(JSON.stringify({ ...USER_CALL, padding: '' }));
  return Buffer.from(JSON.stringify({ ...USER_CALL, padding: 'x'.repeat(bytes - bare) }));
}

describe('a body', () => {
  it('of exactly 128 KiB is stamped', async () => {
    const body = paddedCall(BODY_LIMIT);
    expect(body.length).toBe(BODY_LIMIT);
    expect((await answerToBytes(body)).line['outcome']).toBe('stamped');
  });

  it.each(BIG_BODIES)('%s is answered by policy, and the caller gets the answer', async (_, bytes) => {
    await expectPolicy(paddedCall(bytes), ['body_too_large']);
  });

  describe.each(['length', 'chunked'] as const)(
    'that is sent whole before anything is read (%s)',
    (framing) => {
      it.each(BIG_BODIES)('and is %s is answered all the same', async (_, bytes) => {
        const received = await writeAllThenRead(paddedCall(bytes), framing);
        expect(received).toMatch(/^HTTP\/1\.1 200 /);
        expect(received).toContain('{"commands":[]}');
      });
    },
  );

  it.each<[string, string | Buffer]>([
    ['empty', ''],
    ['white space', ' \n '],
    ['a word', 'payload'],
    ['cut off', JSON.stringify(USER_CALL).slice(0, -1)],
    ['followed by more', `${JSON.stringify(USER_CALL)}{}`],
    ['with a NUL in it', `\u0000${JSON.stringify(USER_CALL)}`],
    ['compressed', gzipSync(JSON.stringify(USER_CALL))],
    ['random bytes', Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x7b])],
    ['a form', 'eventType=com.okta.oauth2.tokens.transform&data[context]=1'],
  ])('that is not JSON (%s) is answered by policy', async (_, body) => {
    await expectPolicy(body, ['not_json']);
  });

  it.each(['null', 'true', '42', '"text"', '[]', `[${JSON.stringify(USER_CALL)}]`, '{}'])(
    'that is JSON and no call (%.20s) is answered by policy',
    async (body) => {
      await expectPolicy(body, ['unusable_payload']);
    },
  );

  it.each<[string, string | null]>([
    ['text/plain', 'text/plain'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['multipart', 'multipart/form-data; boundary=x'],
    ['XML', 'application/xml'],
    ['no media type at all', ';;;'],
    ['none', null],
  ])('whose content type is wrong (%s) is answered by policy', async (_, type) => {
    await expectPolicy(JSON.stringify(USER_CALL), ['not_json', 'unusable_payload'], { type });
    await expectPolicy('', ['not_json', 'unusable_payload'], { type });
  });

  it.each(['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'Application/JSON'])(
    'whose content type is %s is stamped',
    async (type) => {
      const { body } = await answerToBytes(JSON.stringify(USER_CALL), { type });
      expect(accessClaims(body)['tenant_id']).toBe('blue');
    },
  );

  it('that came compressed and says so is answered by policy', async () => {
    const headers = [['content-encoding', 'gzip'] as const];
    await expectPolicy(gzipSync(JSON.stringify(USER_CALL)), ['not_json'], { headers });
  });
});

describe('a payload', () => {
  it('of another event is answered by policy', async () => {
    await expectPolicy(JSON.stringify(examplePayload('request_90_saml_hook')), ['not_this_event']);
    const renamed = { ...USER_CALL, eventType: 'com.okta.user.pre-registration' };
    await expectPolicy(JSON.stringify(renamed), ['not_this_event']);
  });

  it.each([
    'eventType',
    'data',
    'data.context',
    'data.context.protocol',
    'data.context.protocol.issuer',
    'data.context.protocol.issuer.uri',
    'data.context.protocol.client',
    'data.context.protocol.client.id',
  ])('without %s, or with null there, is answered by policy', async (path) => {
    await expectPolicy(JSON.stringify(withMembers(USER_CALL, { [path]: undefined })), ['unusable_payload']);
    await expectPolicy(JSON.stringify(withMembers(USER_CALL, { [path]: null })), ['unusable_payload']);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['without a draft token', { 'data.access': undefined, 'data.identity': undefined }],
    ['with drafts that are null', { 'data.access': null, 'data.identity': null }],
    ['whose drafts name no user', { 'data.access.claims.uid': undefined, 'data.identity': undefined }],
    ['whose drafts have no claims', { 'data.access.claims': null, 'data.identity': undefined }],
    ['whose user is named by the session alone', { 'data.access.claims': {}, 'data.identity': null }],
  ])('%s is answered by policy', async (_, members) => {
    await expectPolicy(JSON.stringify(withMembers(USER_CALL, members)), ['unusable_payload']);
  });

  it.each<[string, readonly unknown[]]>([
    ['eventType', [42, ['com.okta.oauth2.tokens.transform'], {}, true]],
    ['data', [42, 'x', [], [{}]]],
    ['data.context', [42, 'x', []]],
    ['data.context.protocol', [42, 'x', []]],
    ['data.context.protocol.issuer', [42, 'https://login.acme.example/oauth2/aus7k2m9QxRtYb4Vw1d7', []]],
    [
      'data.context.protocol.issuer.uri',
      [42, ['https://login.acme.example/oauth2/aus7k2m9QxRtYb4Vw1d7'], {}],
    ],
    ['data.context.protocol.client', [42, '0oa8h3n5LpCfGs6Zk1d7', []]],
    [
      'data.context.protocol.client.id',
      [42, ['x'], { not: 'x' }, true, '', ' x', 'a\u0000b', 'x'.repeat(256)],
    ],
    ['data.context.protocol.request', [42, 'x', []]],
    ['data.context.protocol.request.grant_type', [42, ['client_credentials'], {}]],
    ['data.context.user', [42, 'x', []]],
    ['data.context.user.id', [42, ['00u4t9y2JkLmWq7Rz1d7'], { not: 'x' }, true]],
    ['data.access', [42, 'x', []]],
    ['data.access.claims', [42, 'x', []]],
    ['data.access.scopes', [42, 'x', []]],
    ['data.access.token', [42, 'x', []]],
    ['data.access.token.lifetime', [3600, 'x', []]],
    ['data.access.token.lifetime.expiration', ['3600', 3600.5, true, [3600]]],
    ['data.identity', [42, 'x', []]],
    ['data.identity.claims', [42, 'x', []]],
    ['data.refresh_token', [42, 'x', []]],
    ['data.refresh_token.jti', [42, ['x'], {}]],
  ])('with another type at %s is answered by policy, and nothing is coerced', async (path, values) => {
    for (const value of values) {
      await expectPolicy(JSON.stringify(withMembers(USER_CALL, { [path]: value })), ['unusable_payload']);
    }
  });

  it.each<[unknown]>([
    [42],
    [['00u4t9y2JkLmWq7Rz1d7']],
    [{ not: 'x' }],
    [true],
    [''],
    ['a\u0000b'],
    ['\ud800'],
  ])('whose draft names the user by %j is answered by policy', async (uid) => {
    const members = { 'data.identity': undefined, 'data.access.claims.uid': uid };
    await expectPolicy(JSON.stringify(withMembers(USER_CALL, members)), ['unusable_payload']);
  });

  it('with a lifetime beyond all numbers is answered by policy', async () => {
    await expectPolicy(withText(USER_CALL, 'data.access.token.lifetime.expiration', '1e999'), [
      'unusable_payload',
    ]);
  });

  it.each([
    'data.context.session',
    'data.context.user',
    'data.context.user.id',
    'data.context.policy',
    'data.context.protocol.request',
    'data.context.protocol.originalGrant',
    'data.access.token',
    'data.access.token.lifetime',
    'data.access.token.lifetime.expiration',
    'data.identity.token',
    'data.refresh_token',
    'data.refresh_token.jti',
    'source',
    'eventId',
    'eventTime',
  ])('with null at %s, or nothing, is stamped', async (path) => {
    for (const value of [null, undefined]) {
      const { body } = await answerTo(withMembers(USER_CALL, { [path]: value }));
      expect(accessClaims(body)).toMatchObject({ tenant_id: 'blue', tenant_selection: 'hinted' });
    }
  });

  it('with null for one of the two tokens gets commands for the other alone', async () => {
    const types = async (payload: Payload): Promise<unknown> => {
      const { body } = await answerTo(payload);
      return (body as { commands: { type: string }[] }).commands.map(({ type }) => type);
    };
    expect(await types(withMembers(USER_CALL, { 'data.identity': null }))).toEqual(['com.okta.access.patch']);
    expect(await types(withMembers(USER_CALL, { 'data.access': null }))).toEqual(['com.okta.identity.patch']);
  });

  it.each([
    ['a user call', USER_CALL],
    ['a machine call', MACHINE_CALL],
    ['a refresh call', REFRESH_CALL],
  ])('with unknown members in every object is answered as without (%s)', async (_, payload) => {
    const { body } = await answerTo(payload);
    for (const value of ['null', '42', '"x"', '[[{}]]', '{"id":"x","uri":"x"}']) {
      const json = inEveryObject(JSON.stringify(payload), `"unknown":${value}`);
      expect((await answerToBytes(json)).body).toEqual(body);
    }
  });

  it.each([
    '"__proto__":{"uid":"00u1e3l5EiBcDf7Gh1d7","id":"x","uri":"x","action":"GRANT"}',
    '"__proto__":null',
    '"__proto__":42',
    '"\\u005f_proto__":{"id":"x"}',
    '"constructor":{"prototype":{"id":"x"}}',
    '"constructor":"x","prototype":"x"',
    '"hasOwnProperty":1,"toString":1,"valueOf":null,"toJSON":"x"',
  ])('with %s in every object is answered as without', async (members) => {
    for (const payload of [USER_CALL, MACHINE_CALL, REFRESH_CALL]) {
      const { body } = await answerTo(payload);
      expect((await answerToBytes(inEveryObject(JSON.stringify(payload), members))).body).toEqual(body);
    }
    expect(Reflect.get({}, 'uid')).toBeUndefined();
  });

  it('cannot name its user through a prototype', async () => {
    const json = withText(
      withMembers(USER_CALL, { 'data.identity': undefined }),
      'data.access.claims',
      '{"__proto__":{"uid":"00u4t9y2JkLmWq7Rz1d7"}}',
    );
    await expectPolicy(json, ['unusable_payload']);
  });
});

describe('a payload made to cost', () => {
  const DEPTH = 10_000;
  const arrays = nested('[', ']', DEPTH);
  const objects = nested('{"a":', '}', DEPTH);

  it.each([
    'data.context.session',
    'data.context.user.profile',
    'data.context.request',
    'data.context.request.url',
    'data.context.request.url.value',
    'data.context.protocol.request.state',
    'data.access.claims.department',
    'data.access.claims.tenant_entitlements',
    'data.access.scopes.openid',
    'data.unknown',
  ])('by nesting at %s is stamped without blocking', async (path) => {
    for (const text of [arrays, objects, nested('[', ']', 60_000)]) {
      const longest = await longestBlock(async () => {
        const { body, line } = await answerToBytes(withText(USER_CALL, path, text));
        expect(line['outcome']).toBe('stamped');
        expect(accessClaims(body)['mintmark']).toEqual({ v: 1 });
      });
      expect(longest).toBeLessThan(1000);
    }
  });

  it.each(['data', 'data.context', 'data.context.protocol.client.id', 'data.access.claims.uid'])(
    'by nesting at %s is answered by policy',
    async (path) => {
      const payload = withMembers(USER_CALL, { 'data.identity': undefined });
      await expectPolicy(withText(payload, path, arrays), ['unusable_payload']);
      await expectPolicy(withText(payload, path, nested('[', ']', 60_000)), ['unusable_payload']);
    },
  );

  it('by nesting everywhere is answered by policy', async () => {
    await expectPolicy(arrays, ['unusable_payload']);
    await expectPolicy(objects, ['unusable_payload']);
  });

  it.each([
    'data',
    'data.context',
    'data.access',
    'data.access.claims',
    'data.access.scopes',
    'data.context.user',
  ])('by as many members at %s as fit is stamped without blocking', async (path) => {
    const members = Array.from({ length: 10_000 }, (_, index) => `"k${String(index)}":0`).join(',');
    const marked = JSON.stringify(withMembers(USER_CALL, { [`${path}.@@`]: 0 })).replace(
      '"@@":0',
      () => members,
    );
    const longest = await longestBlock(async () => {
      expect(accessClaims((await answerToBytes(marked)).body)['tenant_id']).toBe('blue');
    });
    expect(longest).toBeLessThan(1000);
  });

  it('by 60,000 members is answered by policy without blocking', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 60_000 }, (_, index) => [`key${String(index)}`, index]),
    );
    const json = JSON.stringify(withMembers(USER_CALL, { 'data.context.user.profile': many }));
    expect(await longestBlock(() => expectPolicy(json, ['body_too_large']))).toBeLessThan(1000);
  });
});

describe('what end users control', () => {
  const endpoint = 'https://login.acme.example/oauth2/aus7k2m9QxRtYb4Vw1d7/v1/authorize';

  it.each<[string, unknown]>([
    ['a number', 42],
    ['a boolean', true],
    ['no URL', 'not a URL'],
    ['an empty text', ''],
    ['only a path', '/v1/authorize?tenant=blue'],
    ['very long', `${endpoint}?tenant=blue&state=${'x'.repeat(100_000)}`],
    ['with a NUL', `${endpoint}?tenant=blue\u0000`],
    ['with an encoded NUL', `${endpoint}?tenant=blue%00`],
    ['with a lone surrogate', `${endpoint}?tenant=\ud800`],
    ['with half a percent escape', `${endpoint}?tenant=%zz`],
    ['with bytes that are no UTF-8', `${endpoint}?tenant=%ff%fe`],
    ['with the tenant twice', `${endpoint}?tenant=blue&tenant=blue`],
    ['with two tenants', `${endpoint}?tenant=blue&tenant=green`],
    ['with an empty tenant', `${endpoint}?tenant=`],
    ['with a tenant with a space', `${endpoint}?tenant=+blue`],
    ['with a tenant that is too long', `${endpoint}?tenant=${'b'.repeat(256)}`],
    ['with an unknown tenant', `${endpoint}?tenant=unknown`],
    ['with a tenant of others', `${endpoint}?tenant=violet`],
    ['with SQL', `${endpoint}?tenant=${encodeURIComponent("blue' OR '1'='1")}`],
  ])('never fails a call: a URL that is %s is a refused hint', async (_, value) => {
    const { body, line } = await answerTo(
      withMembers(USER_CALL, { 'data.context.request.url.value': value }),
    );
    expect(line).toMatchObject({ outcome: 'stamped', reason: null, selection: 'refused', tenantId: null });
    expect(accessClaims(body)).toEqual({ mintmark: { v: 1 }, tenant_selection: 'refused' });
  });

  it.each([42, true, 'x'])(
    'never fails a call: %j for the request or its URL is a refused hint',
    async (value) => {
      for (const path of ['data.context.request', 'data.context.request.url']) {
        const { line } = await answerTo(withMembers(USER_CALL, { [path]: value }));
        expect(line).toMatchObject({ outcome: 'stamped', selection: 'refused' });
      }
    },
  );

  it.each([null, undefined])('is no hint where there is nothing (%j)', async (value) => {
    for (const path of [
      'data.context.request',
      'data.context.request.url',
      'data.context.request.url.value',
    ]) {
      const { line } = await answerTo(withMembers(USER_CALL, { [path]: value }));
      expect(line).toMatchObject({ outcome: 'stamped', selection: 'default', tenantId: 'green' });
    }
  });

  it.each<[string]>([
    ['data.context.protocol.request.state'],
    ['data.context.protocol.request.scope'],
    ['data.context.protocol.request.redirect_uri'],
    ['data.context.request.id'],
    ['data.context.request.ipAddress'],
    ['data.context.session.login'],
    ['data.context.session'],
    ['data.context.user.profile.login'],
    ['data.context.user.profile'],
    ['data.access.claims.sub'],
    ['data.identity.claims.preferred_username'],
    ['data.identity.claims.nonce'],
    ['source'],
  ])('changes nothing at %s, whatever is there', async (path) => {
    const { body } = await answerTo(USER_CALL);
    for (const value of [42, true, null, [], {}, '', '\ud800\u0000', 'x'.repeat(50_000), ['__proto__']]) {
      expect((await answerTo(withMembers(USER_CALL, { [path]: value }))).body).toEqual(body);
    }
  });

  it('never fails a call by bytes that are no UTF-8', async () => {
    const mark = 'in-place-of-a-name';
    const [before = '', after = ''] = JSON.stringify(
      withMembers(USER_CALL, { 'data.context.user.profile.login': mark }),
    ).split(mark);
    const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xff, 0xc0]), Buffer.from(after)]);
    expect((await answerToBytes(bytes)).line).toMatchObject({ outcome: 'stamped', tenantId: 'blue' });
  });

  it('is a refused hint where scopes and query disagree, or scopes are odd', async () => {
    const granted = { id: 'scp', action: 'GRANT' };
    for (const name of ['tenant:green', 'tenant:', 'tenant:\u0000', 'tenant:\ud800']) {
      const { line } = await answerTo(withMembers(USER_CALL, { [`data.access.scopes.${name}`]: granted }));
      expect(line).toMatchObject({ outcome: 'stamped', selection: 'refused', tenantId: null });
    }
    const { line } = await answerTo(withMembers(USER_CALL, { 'data.access.scopes.tenant:blue': granted }));
    expect(line).toMatchObject({ selection: 'hinted', tenantId: 'blue' });
  });
});

describe('a mode', () => {
  const hinted = `${WITHOUT_HINT}&tenant=blue`;
  const conflict = { 'data.context.user.id': FAY };

  it.each([
    ['the issuer', { issuer: ISSUERS.shadow, url: hinted }],
    ['the client', { client: CLIENTS.shadow, url: hinted }],
  ])('shadow of %s decides, records, and answers no commands', async (_, parts) => {
    const { body, line } = await answerTo(callOf(USER_CALL, parts), SECRETS.deny);
    expect(body).toEqual(OMITTED);
    expect(line).toMatchObject({ outcome: 'shadow', selection: 'hinted', tenantId: 'blue' });
    const denied = await answerTo(withMembers(callOf(USER_CALL, parts), conflict), SECRETS.deny);
    expect(denied.body).toEqual(OMITTED);
    expect(denied.line).toMatchObject({ outcome: 'shadow', reason: 'identity_conflict' });
  });

  it.each([
    ['the issuer', { issuer: ISSUERS.off }],
    ['the client', { client: CLIENTS.off }],
  ])('off of %s answers no commands, whatever the call is', async (_, parts) => {
    for (const members of [{}, conflict, { 'data.context.request.url.value': 42 }]) {
      const { body, line } = await answerTo(withMembers(callOf(USER_CALL, parts), members), SECRETS.deny);
      expect(body).toEqual(OMITTED);
      expect(line).toMatchObject({ outcome: 'off', selection: null, tenantId: null });
    }
  });

  it.each([ISSUERS.shadow, ISSUERS.off])(
    'other than enforce never denies a payload that names nobody',
    async (issuer) => {
      const payload = withMembers(callOf(USER_CALL, { issuer }), {
        'data.access': null,
        'data.identity': null,
      });
      expect((await answerTo(payload, SECRETS.deny)).body).toEqual(OMITTED);
    },
  );

  it('of the client stands above the issuer’s', async () => {
    const strictShadow = callOf(USER_CALL, { issuer: ISSUERS.strict, client: CLIENTS.shadow });
    expect((await answerTo(strictShadow)).line).toMatchObject({ outcome: 'shadow' });
    const shadowOff = callOf(USER_CALL, { issuer: ISSUERS.shadow, client: CLIENTS.off });
    expect((await answerTo(shadowOff)).line).toMatchObject({ outcome: 'off' });
  });
});

describe('a call is denied', () => {
  it.each<[string, Payload, Readonly<Record<string, unknown>>]>([
    ['the user of the context is not that of the drafts', USER_CALL, { 'data.context.user.id': FAY }],
    ['the drafts name two users', USER_CALL, { 'data.identity.claims.sub': FAY }],
    ['the draft names another client', USER_CALL, { 'data.access.claims.cid': CLIENTS.failsOpen }],
    ['a machine call has a draft with a user', MACHINE_CALL, { 'data.access.claims.uid': FAY }],
    ['a machine call has a user in its context', MACHINE_CALL, { 'data.context.user.id': FAY }],
  ])('when %s', async (_, payload, members) => {
    for (const secret of [SECRETS.all, SECRETS.deny]) {
      const { body, line } = await answerTo(withMembers(payload, members), secret);
      expect(body).toEqual(DENIED);
      expect(line).toMatchObject({ outcome: 'denied', reason: 'identity_conflict', tenantId: null });
    }
  });

  it('where the issuer denies a refused hint, and only there', async () => {
    const refused = { url: `${WITHOUT_HINT}&tenant=unknown` };
    const strict = await answerTo(callOf(USER_CALL, { ...refused, issuer: ISSUERS.strict }));
    expect(strict.body).toEqual(DENIED);
    expect(strict.line).toMatchObject({ outcome: 'denied', reason: 'selection_refused' });
    expect(accessClaims((await answerTo(callOf(USER_CALL, refused))).body)['tenant_selection']).toBe(
      'refused',
    );
  });

  it('where the issuer denies an ambiguous selection, and only there', async () => {
    const ambiguous = { user: FAY, url: WITHOUT_HINT };
    const strict = await answerTo(callOf(USER_CALL, { ...ambiguous, issuer: ISSUERS.strict }));
    expect(strict.body).toEqual(DENIED);
    expect(strict.line).toMatchObject({ outcome: 'denied', reason: 'selection_ambiguous' });
    expect(accessClaims((await answerTo(callOf(USER_CALL, ambiguous))).body)['tenant_selection']).toBe(
      'ambiguous',
    );
    const chosen = callOf(USER_CALL, {
      user: FAY,
      url: `${WITHOUT_HINT}&tenant=blue`,
      issuer: ISSUERS.strict,
    });
    expect(accessClaims((await answerTo(chosen)).body)['tenant_id']).toBe('blue');
  });

  it('when a required mapping has no value, and is stamped when it has', async () => {
    const required = await createTestDatabase();
    const strict = await startTestHook({ database: required, configuration: { controlRefreshMs: 50 } });
    const data = { id: 'must', claim: 'must_have', expression: 'tenant.id', required: true };
    await required.database.prisma.claimMapping.create({
      data: { ...data, inAccessToken: true, inIdToken: false, issuerIds: ['acme-strict'] },
    });
    const stamped = callOf(USER_CALL, { issuer: ISSUERS.strict });
    const isRead = async (): Promise<boolean> =>
      accessClaims((await answerTo(stamped, SECRETS.all, strict)).body)['must_have'] === 'blue';
    for (const limit = performance.now() + 10_000; !(await isRead());) {
      if (performance.now() > limit) throw new Error('the mapping was not read within 10 s');
    }
    const nobody = callOf(USER_CALL, { user: GUS, url: WITHOUT_HINT, issuer: ISSUERS.strict });
    const { body, line } = await answerTo(nobody, SECRETS.all, strict);
    expect(body).toEqual(DENIED);
    expect(line).toMatchObject({ outcome: 'denied', reason: 'required_claim_absent' });
    const elsewhere = callOf(USER_CALL, { user: GUS, url: WITHOUT_HINT });
    expect((await answerTo(elsewhere, SECRETS.all, strict)).line).toMatchObject({
      outcome: 'stamped',
      selection: 'none',
    });
  });
});

describe('the failure policy', () => {
  const MANY = '00u0m0a0MaNyMe0Mb1d7';

  // A user of more memberships than a call can carry: facts that cannot be had, at once and every time.
  const prepared = database.database.withScripts((run) =>
    run(`
      INSERT INTO tenants (id, name) SELECT 'many-' || i, 'Many ' || i FROM generate_series(1, 1001) AS i;
      INSERT INTO users (org_id, id) VALUES ('acme', '${MANY}');
      INSERT INTO memberships (org_id, user_id, tenant_id)
        SELECT 'acme', '${MANY}', 'many-' || i FROM generate_series(1, 1001) AS i;`),
  );

  it.each<[string, { issuer?: string; client?: string }, unknown]>([
    ['of an issuer that omits', {}, OMITTED],
    ['of an issuer that denies', { issuer: ISSUERS.strict }, DENIED],
    ['of a client that denies at an issuer that omits', { client: CLIENTS.failsClosed }, DENIED],
    [
      'of a client that omits at an issuer that denies',
      { issuer: ISSUERS.strict, client: CLIENTS.failsOpen },
      OMITTED,
    ],
    [
      'of a client that denies at an issuer in shadow',
      { issuer: ISSUERS.shadow, client: CLIENTS.failsClosed },
      OMITTED,
    ],
  ])('%s answers where the facts cannot be had, not the credential’s', async (_, parts, expected) => {
    await prepared;
    for (const secret of [SECRETS.all, SECRETS.deny]) {
      const { body, line } = await answerTo(callOf(USER_CALL, { ...parts, user: MANY }), secret);
      expect(body).toEqual(expected);
      expect(line).toMatchObject({ outcome: 'failed', reason: 'too_many_facts', selection: null });
    }
  });
});
