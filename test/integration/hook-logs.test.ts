import { describe, expect, it } from '@jest/globals';
import { capturePrinted } from '../support/capture-printed.js';
import { whileChanged } from '../support/changed-database.js';
import { httpsCall } from '../support/https-client.js';
import { examplePayload, withMembers, type Payload } from '../support/payloads.js';
import { sendRaw } from '../support/raw-request.js';
import { createTestDatabase } from '../support/test-database.js';
import { HEADER, SECRETS, startTestHook, type TestHook } from '../support/test-hook.js';

const USER_CALL = examplePayload('request_01_authorization_code_user');
const MACHINE_CALL = examplePayload('request_07_client_credentials');
const REFRESH_CALL = examplePayload('request_06_refresh_token');
const SAML_CALL = examplePayload('request_90_saml_hook');

const STRICT = 'https://login.acme.example/oauth2/aus2s4t6StRiCt8Xy1d7';
const SHADOW = 'https://login.acme.example/oauth2/aus3s5h7ShAdOw9Yz1d7';
const OFF = 'https://login.acme.example/oauth2/aus4o6f8OfFoFf1Za1d7';

/** Stands in everything that must not be seen again. */
const PLANTED = 'pLaNtEd';
const USER = `00u${PLANTED}User1`;
const OTHER_USER = `00u${PLANTED}User2`;
/** Of more tenants than a call can carry. */
const CROWDED_USER = `00u${PLANTED}User3`;
const STRANGER = `00u${PLANTED}Stranger`;
const LOGIN = `${PLANTED}.login@planted.example`;

const { database, url: databaseUrl } = await createTestDatabase();
const configuration = { factsDeadlineMs: 300, staleFactsMs: 0 };
const hook = await startTestHook({ database: { database, url: databaseUrl }, configuration });
await database.withScripts((run) =>
  run(`
    INSERT INTO users (org_id, id, login) SELECT 'acme', id, login
      FROM (VALUES ('${USER}', '${LOGIN}'), ('${OTHER_USER}', 'x${LOGIN}'), ('${CROWDED_USER}', 'y${LOGIN}')) AS u (id, login);
    INSERT INTO memberships (org_id, user_id, tenant_id) VALUES ('acme', '${USER}', 'blue'), ('acme', '${OTHER_USER}', 'blue');
    INSERT INTO tenants (id, name) SELECT 'many-' || i, 'Many ' || i FROM generate_series(1, 1001) AS i;
    INSERT INTO memberships (org_id, user_id, tenant_id)
      SELECT 'acme', '${CROWDED_USER}', 'many-' || i FROM generate_series(1, 1001) AS i;`),
);

/** A payload in which everything about people, sessions, tokens and requests is planted. */
function planted(payload: Payload, user: string, members: Readonly<Record<string, unknown>> = {}): Payload {
  const drafts = {
    'data.identity.claims.sub': user,
    'data.identity.claims.name': `${PLANTED} Last`,
    'data.identity.claims.email': LOGIN,
    'data.identity.claims.nonce': `${PLANTED}-nonce`,
    'data.identity.claims.jti': `ID.${PLANTED}`,
    'data.access.claims.uid': user,
    'data.access.claims.sub': LOGIN,
    'data.access.claims.jti': `AT.${PLANTED}`,
    'data.access.claims.department': `${PLANTED}-department`,
    'data.refresh_token.jti': `oar${PLANTED}`,
  };
  const person = {
    'data.context.session': { id: `idx${PLANTED}`, userId: user, login: LOGIN },
    'data.context.user': {
      id: user,
      profile: { login: LOGIN, firstName: `${PLANTED}First`, lastName: `${PLANTED}Last` },
      _links: { groups: { href: `https://login.acme.example/api/v1/users/${user}/groups` } },
    },
  };
  return withMembers(payload, { ...REQUEST, ...person, ...drafts, ...members });
}

const URL_VALUE =
  `https://login.acme.example/v1/authorize?state=${PLANTED}-state&nonce=${PLANTED}-nonce` +
  `&login_hint=${PLANTED}%40planted.example&tenant=blue`;

const REQUEST = {
  eventId: `${PLANTED}-event`,
  source: `https://login.acme.example/${PLANTED}/authorize`,
  'data.context.request.id': `${PLANTED}-request`,
  'data.context.request.ipAddress': `203.0.113.77-${PLANTED}`,
  'data.context.request.url.value': URL_VALUE,
  'data.context.protocol.request.scope': `openid ${PLANTED}`,
  'data.context.protocol.request.state': `${PLANTED}-state`,
  'data.context.protocol.request.redirect_uri': `https://${PLANTED}.example/callback`,
  'data.context.protocol.client.name': `${PLANTED}-client-name`,
};

const PLANTED_CALL = planted(USER_CALL, USER);

/** Headers that nobody asked for. */
const PLANTED_HEADERS = [
  ['user-agent', `${PLANTED}-agent`],
  ['cookie', `session=${PLANTED}`],
  ['x-forwarded-for', `${PLANTED}-address`],
  ['authorization', `Bearer ${PLANTED}-token`],
] as const;

type Line = Readonly<Record<string, unknown>>;

interface RawCall {
  readonly secret?: string;
  readonly type?: string;
}

/** Sends bytes with planted headers, and gives everything of the answer as one text. */
async function answerTo(
  target: TestHook,
  body: string,
  { secret = SECRETS.all, type = 'application/json' }: RawCall = {},
): Promise<string> {
  const answer = await target.call(body, [[HEADER, secret], ['content-type', type], ...PLANTED_HEADERS]);
  return JSON.stringify(answer);
}

function send(payload: Payload, target: TestHook = hook): Promise<string> {
  return answerTo(target, JSON.stringify(payload));
}

/** Does something and collects all that was written meanwhile, by our logger or past it. */
async function observe(
  work: () => Promise<unknown>,
  target: TestHook,
): Promise<{ lines: readonly Line[]; printed: string }> {
  const before = target.logs().length;
  const { result, printed } = await capturePrinted(work);
  return { lines: target.logs().slice(before), printed: `${printed}\n${JSON.stringify(result)}` };
}

/** One call that is answered without anything planted, in the answer or anywhere else, and with one line in the log. */
async function expectDiscreet(work: () => Promise<unknown>, target: TestHook = hook): Promise<Line> {
  const { lines, printed } = await observe(work, target);
  const seen = `${JSON.stringify(lines)}\n${printed}`;
  for (const secret of [PLANTED, 'planted.example', ...Object.values(SECRETS)]) {
    expect(seen.toLowerCase()).not.toContain(secret.toLowerCase());
  }
  expect(lines).toHaveLength(1);
  return lines[0] ?? {};
}

describe('nothing of a person or a secret is shown', () => {
  it.each<[string, Payload, Line]>([
    ['stamped user call', PLANTED_CALL, { outcome: 'stamped', selection: 'hinted', tenantId: 'blue' }],
    ['refresh call', planted(REFRESH_CALL, USER), { outcome: 'stamped', tenantId: 'blue' }],
    ['machine call', withMembers(MACHINE_CALL, REQUEST), { outcome: 'stamped', tenantId: 'blue' }],
    [
      'call for a user nobody knows',
      planted(USER_CALL, STRANGER),
      { outcome: 'stamped', selection: 'refused' },
    ],
    [
      'call in shadow',
      planted(USER_CALL, USER, { 'data.context.protocol.issuer.uri': SHADOW }),
      { outcome: 'shadow' },
    ],
    [
      'call that is switched off',
      planted(USER_CALL, USER, { 'data.context.protocol.issuer.uri': OFF }),
      { outcome: 'off' },
    ],
    [
      'call with a planted hint',
      planted(USER_CALL, USER, { 'data.context.request.url.value': `https://a.example/?tenant=${PLANTED}` }),
      { outcome: 'stamped', selection: 'refused' },
    ],
    [
      'call denied for its hint',
      planted(USER_CALL, USER, {
        'data.context.protocol.issuer.uri': STRICT,
        [`data.access.scopes.tenant:${PLANTED}`]: { id: PLANTED, action: 'GRANT' },
      }),
      { outcome: 'denied', reason: 'selection_refused' },
    ],
    [
      'call that names two users',
      planted(USER_CALL, USER, { 'data.context.user.id': OTHER_USER }),
      { outcome: 'denied', reason: 'identity_conflict' },
    ],
    [
      'machine call that names a user',
      withMembers(MACHINE_CALL, { ...REQUEST, 'data.access.claims.uid': USER }),
      { outcome: 'denied', reason: 'identity_conflict' },
    ],
    [
      'call with too many facts',
      planted(USER_CALL, CROWDED_USER),
      { outcome: 'failed', reason: 'too_many_facts' },
    ],
    [
      'call of another event',
      { ...SAML_CALL, ...PLANTED_CALL, eventType: `${PLANTED}.event` },
      { reason: 'not_this_event' },
    ],
    [
      'call without drafts',
      planted(USER_CALL, USER, { 'data.access': null, 'data.identity': null }),
      { reason: 'unusable_payload' },
    ],
    [
      'call with an odd user',
      planted(USER_CALL, USER, { 'data.context.user.id': [USER] }),
      { reason: 'unusable_payload' },
    ],
    [
      'call with an odd client',
      planted(USER_CALL, USER, { 'data.context.protocol.client.id': `\u0000${PLANTED}` }),
      { reason: 'unusable_payload' },
    ],
    [
      'call of an unknown issuer',
      planted(USER_CALL, USER, { 'data.context.protocol.issuer.uri': `https://${PLANTED}.example` }),
      { reason: 'unknown_issuer' },
    ],
  ])('by a %s', async (_, payload, expected) => {
    expect(await expectDiscreet(() => send(payload))).toMatchObject({ msg: 'hook call', ...expected });
  });

  it.each<[string, string, RawCall]>([
    ['not JSON', `{"login": ${LOGIN}`, {}],
    ['cut off', JSON.stringify(PLANTED_CALL).slice(0, -2), {}],
    ['too large', JSON.stringify({ ...PLANTED_CALL, more: PLANTED.repeat(20_000) }), {}],
    ['text', JSON.stringify(PLANTED_CALL), { type: 'text/plain' }],
    ['of a type nobody knows', JSON.stringify(PLANTED_CALL), { type: `application/${PLANTED}` }],
    ['a JSON string', JSON.stringify(LOGIN), {}],
  ])('by a body that is %s', async (_, body, call) => {
    const line = await expectDiscreet(() => answerTo(hook, body, call));
    expect(line).toMatchObject({ msg: 'hook call', outcome: 'failed', user: null });
  });

  it('by a caller that nobody knows', async () => {
    for (const secret of [`${PLANTED}-secret`, `${SECRETS.all}x`, '']) {
      await expectDiscreet(() => answerTo(hook, JSON.stringify(PLANTED_CALL), { secret }));
    }
    const strict = await startTestHook({ configuration: { unauthenticatedAnswer: 'error' } });
    await expectDiscreet(() => answerTo(strict, JSON.stringify(PLANTED_CALL), { secret: PLANTED }), strict);
  });

  it('while the directory hangs', async () => {
    const line = await whileChanged(databaseUrl, 'LOCK TABLE users', () =>
      expectDiscreet(() => send(PLANTED_CALL)),
    );
    expect(line).toMatchObject({ outcome: 'failed', reason: 'facts_deadline' });
  });

  it('while the directory cannot be read', async () => {
    await database.withScripts((run) => run('ALTER VIEW mintmark_facts_memberships RENAME TO gone'));
    try {
      const line = await expectDiscreet(() => send(PLANTED_CALL));
      expect(line).toMatchObject({ outcome: 'failed', reason: 'facts_unavailable' });
    } finally {
      await database.withScripts((run) => run('ALTER VIEW gone RENAME TO mintmark_facts_memberships'));
    }
  });

  it('while a choice cannot be stored', async () => {
    const lock = 'LOCK TABLE remembered_choices IN SHARE MODE';
    const late = await whileChanged(databaseUrl, lock, () => expectDiscreet(() => send(PLANTED_CALL)));
    expect(late).toMatchObject({ outcome: 'failed', reason: 'choice_not_remembered' });
    await database.withScripts((run) =>
      run('ALTER TABLE remembered_choices ADD CONSTRAINT never CHECK (refresh_token_jti IS NULL) NOT VALID'),
    );
    try {
      const refused = await expectDiscreet(() => send(PLANTED_CALL));
      expect(refused).toMatchObject({ outcome: 'failed', reason: 'choice_not_remembered' });
    } finally {
      await database.withScripts((run) => run('ALTER TABLE remembered_choices DROP CONSTRAINT never'));
    }
  });

  it.each<[string, string, 'wait' | 'abort']>([
    ['another path', `POST /${PLANTED} HTTP/1.1\r\nHost: ${PLANTED}\r\nConnection: close\r\n\r\n`, 'wait'],
    ['a path that is none', `POST /%${PLANTED} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, 'wait'],
    ['no HTTP', `${PLANTED} ${PLANTED}\r\n\r\n`, 'wait'],
    [
      'a body that never comes',
      `POST /okta/token-hook HTTP/1.1\r\nHost: x\r\n${HEADER}: ${SECRETS.all}\r\n` +
        `Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"login":"${LOGIN}`,
      'abort',
    ],
  ])('by a request with %s', async (_, text, finish) => {
    const { lines, printed } = await observe(() => sendRaw(hook, text, finish), hook);
    expect(`${JSON.stringify(lines)}\n${printed}`).not.toContain(PLANTED);
    expect(printed).not.toContain('HTTP/1.1 200');
    await expectDiscreet(() => send(PLANTED_CALL));
  });

  it('by a query on the hook’s own path', async () => {
    const headers = [
      [HEADER, SECRETS.all],
      ['content-type', 'application/json'],
      ...PLANTED_HEADERS,
    ] as const;
    const request = { ca: hook.ca, headers, body: JSON.stringify(PLANTED_CALL) };
    const line = await expectDiscreet(() => httpsCall(`${hook.service.url}?code=${PLANTED}`, request));
    expect(line).toMatchObject({ outcome: 'stamped' });
  });
});

describe('a user in the log', () => {
  async function userOf(payload: Payload, target: TestHook = hook): Promise<unknown> {
    await send(payload, target);
    return target.logs().findLast(({ msg }) => msg === 'hook call')?.['user'];
  }

  it('is a hash of 16 digits, the same for the same user, and no other’s', async () => {
    const first = await userOf(PLANTED_CALL);
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect(await userOf(planted(REFRESH_CALL, USER))).toBe(first);
    expect(await userOf(withMembers(PLANTED_CALL, { 'data.context.session': undefined }))).toBe(first);
    expect(await userOf(planted(USER_CALL, OTHER_USER))).not.toBe(first);
    expect(await userOf(planted(USER_CALL, STRANGER))).not.toBe(first);
  });

  it('has another hash under another key, and the same one under the same key', async () => {
    const hashWith = async (hashKey: string | undefined): Promise<unknown> =>
      userOf(PLANTED_CALL, await startTestHook({ configuration: { log: { level: 'info', hashKey } } }));
    const ours = await userOf(PLANTED_CALL);
    const [same, other, random, another] = await Promise.all(
      ['k'.repeat(16), 'another key of 16', undefined, undefined].map(hashWith),
    );
    expect(same).toBe(ours);
    expect(new Set([ours, other, random, another]).size).toBe(4);
  });

  it('is nobody in machine calls', async () => {
    expect(await userOf(MACHINE_CALL)).toBeNull();
  });
});

describe('the log', () => {
  it('has exactly one line for each call, with the same members', async () => {
    const payloads = [PLANTED_CALL, MACHINE_CALL, planted(USER_CALL, OTHER_USER), SAML_CALL];
    const { lines } = await observe(() => Promise.all(payloads.map((payload) => send(payload))), hook);
    expect(lines).toHaveLength(payloads.length);
    const members = lines.map((line) => Object.keys(line).sort());
    expect(new Set(members.map((names) => names.join())).size).toBe(1);
    expect(members[0]).toEqual(
      expect.arrayContaining(['outcome', 'reason', 'credentialId', 'issuerId', 'clientId', 'durationMs']),
    );
  });
});
