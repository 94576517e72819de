import { beforeEach, describe, expect, it } from '@jest/globals';
import { compactVerify, importJWK } from 'jose';
import { stringify } from 'yaml';
import { readOrgFile, type Minted } from '../../../src/authorization-server/start.js';
import { INSTANT, startEmulatedOrg } from '../../support/emulated-org.js';
import { answering, startHookServer, type HookServer, type Respond } from '../../support/hook-server.js';
import { testCertificates } from '../../support/test-hook.js';

// The OAuth 2.0 channel of hooks: okta/token-inline-hook.md section 6.2, with token URLs of the test's own, and of the org's.

/** Of the calls that come to something, however busy the machine is, and of those that wait for their deadline. */
const PATIENCE_MS = 30_000;
const DEADLINE_MS = 4_000;
const CLIENT_SECRET = 'secret-of-the-caller-of-hooks';
const TOKEN = 'token.for-the_hook~0123456789';

const certificates = await testCertificates();
const server = await startEmulatedOrg({ hookDeadlineMs: PATIENCE_MS, hookCa: certificates.ca });
const hurried = await startEmulatedOrg({ hookDeadlineMs: DEADLINE_MS });

type Json = Readonly<Record<string, unknown>>;

const STAMP = {
  commands: [
    { type: 'com.okta.access.patch', value: [{ op: 'add', path: '/claims/tenant_id', value: 'blue' }] },
  ],
};

interface HookSetting {
  readonly tokenUrl: string;
  readonly hookUrl: string;
  readonly channel?: Json;
  readonly switches?: Json;
  /** Above the rules that are there. */
  readonly rulesOfTokens?: readonly Json[];
  readonly hooks?: readonly Json[];
}

/** An org whose server `ausHooked` calls a hook, and whose server `ausTokens` gives the tokens for it. */
function orgText({
  tokenUrl,
  hookUrl,
  channel = {},
  switches = {},
  rulesOfTokens = [],
  hooks = [],
}: HookSetting): string {
  const service = { applicationType: 'service', grantTypes: ['client_credentials'] };
  const rule = { grantTypes: ['client_credentials'] };
  const policyOf = (rules: readonly Json[]): Json => ({ name: 'All', clients: ['ALL_CLIENTS'], rules });
  return stringify({
    version: 1,
    org: { name: 'Test', subDomain: 'test' },
    clients: [
      { id: '0oaService', label: 'Service', secret: 'secret-of-the-service', ...service },
      {
        ...{ id: '0oaCaller', label: 'Caller of hooks', ...service },
        ...{ authenticationMethod: 'client_secret_post', secret: CLIENT_SECRET },
      },
    ],
    hookKeys: [{ name: 'Channel', keyId: '8f2d1f0e-5f5c-4d6e-8a39-0d7c5a1b2c3d' }],
    inlineHooks: [
      { name: 'Stamp', channel: { ...BY_SECRET, uri: hookUrl, tokenUrl, scope: 'hook.call', ...channel } },
      ...hooks,
    ],
    authorizationServers: [
      {
        ...{ id: 'ausHooked', name: 'Hooked', audience: 'api://hooked' },
        scopes: [{ name: 'orders:read', default: true }],
        policies: [policyOf([{ name: 'Stamped', ...rule, inlineHook: 'Stamp' }])],
      },
      {
        ...{ id: 'ausTokens', name: 'Tokens', audience: 'mintmark' },
        scopes: [{ name: 'hook.call' }],
        policies: [
          policyOf([...rulesOfTokens.map((first) => ({ ...rule, ...first })), { name: 'Last', ...rule }]),
        ],
      },
    ],
    switches: { allowHttpHooks: true, ...switches },
  });
}

const BY_SECRET = {
  type: 'OAUTH',
  authType: 'client_secret_post',
  clientId: '0oaCaller',
  clientSecret: CLIENT_SECRET,
};
const BY_KEY = { authType: 'private_key_jwt', clientSecret: undefined, hookKey: 'Channel' };

const OWN_TOKEN_URL = `${server.url}/oauth2/ausTokens/v1/token`;

function mint(at = server): Promise<Minted> {
  return at.mint({ client: '0oaService', grant: 'client_credentials', server: 'ausHooked' });
}

/** Whether tokens are stamped, and what the system log says of the hook, newest last. */
async function mintAndTell(at = server): Promise<readonly unknown[]> {
  const { decoded, events } = await mint(at);
  const told = events
    .filter(({ eventType }) => eventType.startsWith('inline_hook.'))
    .map(({ eventType, outcome: { result, reason } }) => [eventType, result, reason]);
  return [decoded.access.payload['tenant_id'] === 'blue' ? 'stamped' : 'unmodified', ...told];
}

const STAMPED = [
  'stamped',
  ['inline_hook.executed', 'SUCCESS', null],
  ['inline_hook.response.processed', 'SUCCESS', 'Operations applied: 1.'],
];

function unmodified(problem: unknown): readonly unknown[] {
  return ['unmodified', ['inline_hook.executed', 'FAILURE', problem]];
}

function withoutToken(problem: string): readonly unknown[] {
  return unmodified(`The token for the inline hook could not be fetched: the token URL ${problem}.`);
}

interface Setting {
  readonly hook: HookServer;
  readonly tokens: HookServer;
  readonly tellToken: () => string | undefined;
}

/** A hook that stamps, and a token URL that answers as given, both known to the org. */
async function withTokenUrl(
  respond: Respond,
  setting: Partial<HookSetting> = {},
  at = server,
): Promise<Setting> {
  const hook = await startHookServer(answering(200, STAMP));
  const tokens = await startHookServer(respond);
  at.replaceOrg(orgText({ hookUrl: hook.url, tokenUrl: tokens.url, ...setting }));
  return { hook, tokens, tellToken: () => hook.calls.at(-1)?.headers.authorization };
}

/** Another token each time. */
function tokens(more: Json = { expires_in: 300 }): Respond {
  let count = 0;
  return (response, call) => {
    count += 1;
    const token = `${TOKEN}.${String(count)}`;
    answering(200, { token_type: 'Bearer', access_token: token, ...more })(response, call);
  };
}

beforeEach(() => {
  server.reset();
  server.clock.freeze(INSTANT);
});

describe('a hook of the OAuth channel', () => {
  it('is called with a token that client credentials got', async () => {
    const { hook, tokens: endpoint } = await withTokenUrl(tokens());
    expect(await mintAndTell()).toEqual(STAMPED);
    const [asked] = endpoint.calls;
    expect(asked).toMatchObject({
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'hook.call',
      client_id: '0oaCaller',
      client_secret: CLIENT_SECRET,
    });
    const [called] = hook.calls;
    expect(called?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}.1`, accept: 'application/json' });
    expect(called?.headers).not.toHaveProperty('x-mintmark-hook-token');
  });

  it('asks for no scope where it has none', async () => {
    const { tokens: endpoint } = await withTokenUrl(tokens(), { channel: { scope: undefined } });
    await mint();
    expect(new URLSearchParams(endpoint.calls[0]?.body).has('scope')).toBe(false);
  });

  it('proves itself by a hook key, whose public half the org publishes', async () => {
    const { tokens: endpoint } = await withTokenUrl(tokens(), { channel: BY_KEY });
    expect(await mintAndTell()).toEqual(STAMPED);
    const answer = await fetch(`${server.url}/api/v1/hook-keys/public/8f2d1f0e-5f5c-4d6e-8a39-0d7c5a1b2c3d`);
    const published = (await answer.json()) as Json;
    expect(published).toEqual({
      ...{ kty: 'RSA', alg: 'RSA', kid: '8f2d1f0e-5f5c-4d6e-8a39-0d7c5a1b2c3d', use: null },
      ...{ e: expect.any(String), n: expect.any(String) },
    });
    const { client_assertion: assertion = '', ...form } = formOf(endpoint);
    expect(form).toEqual({
      ...{ grant_type: 'client_credentials', scope: 'hook.call', client_id: '0oaCaller' },
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    const { n = '', e = '' } = published as Readonly<Record<string, string>>;
    const { payload, protectedHeader } = await compactVerify(
      assertion,
      await importJWK({ kty: 'RSA', n, e }, 'RS256'),
    );
    expect(protectedHeader).toEqual({ kid: published['kid'], alg: 'RS256' });
    const iat = INSTANT / 1000;
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual({
      ...{
        iss: '0oaCaller',
        sub: '0oaCaller',
        aud: endpoint.url,
        iat,
        exp: iat + 300,
        jti: expect.any(String),
      },
    });
  });

  it('has a key that nobody is told of but by its id', async () => {
    const answer = await fetch(`${server.url}/api/v1/hook-keys/public/none`);
    expect([answer.status, await answer.json()]).toMatchObject([404, { errorCode: 'E0000007' }]);
  });
});

function formOf(endpoint: HookServer): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(endpoint.calls.at(-1)?.body));
}

describe('the token for a hook', () => {
  it('is kept until it might end before the hook has seen it', async () => {
    const { tokens: endpoint, tellToken } = await withTokenUrl(tokens());
    await mint();
    server.clock.advance(296_999);
    await mint();
    expect([endpoint.calls.length, tellToken()]).toEqual([1, `Bearer ${TOKEN}.1`]);
    server.clock.advance(1);
    await mint();
    expect([endpoint.calls.length, tellToken()]).toEqual([2, `Bearer ${TOKEN}.2`]);
  });

  it.each([{}, { expires_in: 2 }])('is for one call where it lasts no longer: %j', async (more) => {
    const { tokens: endpoint, tellToken } = await withTokenUrl(tokens(more));
    expect(await mintAndTell()).toEqual(STAMPED);
    await mint();
    expect([endpoint.calls.length, tellToken()]).toEqual([2, `Bearer ${TOKEN}.2`]);
  });

  it('is fetched once for all who wait for it', async () => {
    const { tokens: endpoint, hook } = await withTokenUrl(tokens());
    await Promise.all(Array.from({ length: 8 }, () => mint()));
    expect([endpoint.calls.length, hook.calls.length]).toEqual([1, 8]);
  });

  it('is fetched anew for another description of the org, and after a reset', async () => {
    const setting = await withTokenUrl(tokens());
    const text = orgText({ hookUrl: setting.hook.url, tokenUrl: setting.tokens.url });
    await mint();
    server.replaceOrg(text);
    await mint();
    expect(setting.tokens.calls).toHaveLength(2);
    server.reset();
    server.replaceOrg(text);
    await mint();
    expect(setting.tokens.calls).toHaveLength(3);
  });

  it.each<['drop' | 'keep', number]>([
    ['drop', 2],
    ['keep', 1],
  ])('that the hook answers 401 to: %s', async (refusedHookToken, fetched) => {
    const hook = await startHookServer(answering(401, {}));
    const { tokens: endpoint } = await withTokenUrl(tokens(), {
      hookUrl: hook.url,
      switches: { refusedHookToken },
    });
    expect(await mintAndTell()).toEqual(unmodified('The inline hook responded with status 401.'));
    await mint();
    expect([endpoint.calls.length, hook.calls.length]).toEqual([fetched, 2]);
  });

  it('says in the log where it came from', async () => {
    await withTokenUrl(tokens());
    const origins = [await mint(), await mint()].map(
      ({ events }) =>
        events.find(({ eventType }) => eventType === 'inline_hook.executed')?.debugContext.debugData,
    );
    expect(origins).toMatchObject([{ hookToken: 'fetched' }, { hookToken: 'kept' }]);
  });

  it('is nowhere to be seen, and neither is the secret, though the hook repeats them', async () => {
    const echo: Respond = (response, { headers }) => {
      const debugContext = { [headers.authorization ?? '']: CLIENT_SECRET, said: `${TOKEN}.1` };
      answering(200, { ...STAMP, debugContext })(response, { method: '', url: '', headers, body: '' });
    };
    const hook = await startHookServer(echo);
    await withTokenUrl(tokens(), { hookUrl: hook.url });
    expect(await mintAndTell()).toEqual(STAMPED);
    const headers = { authorization: `Bearer ${server.controlToken}` };
    const shown = await Promise.all(
      ['events', 'exchanges'].map(async (what) =>
        (await fetch(`${server.url}/_mintmark/${what}`, { headers })).text(),
      ),
    );
    expect(shown.join()).toContain('"authorization":"[redacted]"');
    expect(shown.join()).toContain('"said":"[redacted]"');
    expect(shown.join()).not.toContain(TOKEN);
    expect(shown.join()).not.toContain(CLIENT_SECRET);
  });
});

describe('tokens are minted unmodified, and the log says why', () => {
  it.each<[string, Respond, string]>([
    [
      'refuses the client',
      answering(401, { error: 'invalid_client' }),
      'responded with status 401 (invalid_client)',
    ],
    [
      'is somewhere else',
      answering(307, '', { location: '/x' }),
      'responded with status 307, and redirects are not followed',
    ],
    ['has no token', answering(200, {}), 'responded without an access_token'],
    ['has too much to say', answering(200, ' '.repeat(256 * 1024)), 'responded with 256 KB or more'],
    ['breaks off', (response) => response.destroy(), 'could not be reached (ECONNRESET)'],
  ])('where the token URL %s', async (_title, respond, problem) => {
    const { hook, tokens: endpoint } = await withTokenUrl(respond);
    expect(await mintAndTell()).toEqual(withoutToken(problem));
    expect([endpoint.calls.length, hook.calls.length]).toEqual([1, 0]);
    expect(server.exchanges()).toEqual([]);
  });

  it('where the token URL does not answer', async () => {
    const { hook, tokens: endpoint } = await withTokenUrl(() => undefined, {}, hurried);
    const problem = `did not respond within the ${String(DEADLINE_MS)} ms that it shares with the hook`;
    expect(await mintAndTell(hurried)).toEqual(withoutToken(problem));
    expect([endpoint.calls.length, hook.calls.length]).toEqual([1, 0]);
  });

  it('where nobody listens at the token URL, which the log names without its query', async () => {
    await withTokenUrl(tokens(), { tokenUrl: 'http://127.0.0.1:1/token?key=planted' });
    expect(await mintAndTell()).toEqual(withoutToken('could not be reached (ECONNREFUSED)'));
    expect(server.events().at(-2)?.debugContext.debugData).toMatchObject({
      tokenUrl: 'http://127.0.0.1:1/token',
    });
    expect(JSON.stringify(server.events())).not.toContain('planted');
  });

  it('where the certificate of the token URL is not trusted, and stamped where it is', async () => {
    const [hook, trusted] = [
      await startHookServer(answering(200, STAMP)),
      await startHookServer(tokens(), certificates),
    ];
    server.replaceOrg(orgText({ hookUrl: hook.url, tokenUrl: trusted.url }));
    expect(await mintAndTell()).toEqual(STAMPED);
    const stranger = await startHookServer(tokens(), await testCertificates());
    server.replaceOrg(orgText({ hookUrl: hook.url, tokenUrl: stranger.url }));
    expect(await mintAndTell()).toEqual(
      unmodified(expect.stringMatching(/the token URL could not be reached \([A-Z_]*(?:CERT|SIGNATURE)/)),
    );
    expect([stranger.calls.length, hook.calls.length]).toEqual([0, 1]);
  });

  it('where the token leaves the hook too little of the time that they share', async () => {
    const slowly =
      (respond: Respond): Respond =>
      (response, call) => {
        setTimeout(() => respond(response, call), DEADLINE_MS * 0.6);
      };
    const stamp = answering(200, STAMP);
    const hook = await startHookServer((response, call) => {
      if (hook.calls.length === 1) slowly(stamp)(response, call);
      else stamp(response, call);
    });
    await withTokenUrl(slowly(tokens()), { hookUrl: hook.url }, hurried);
    const reason = `The inline hook did not respond within ${String(DEADLINE_MS)} ms.`;
    expect(await mintAndTell(hurried)).toEqual(unmodified(reason));
    expect(hook.calls).toHaveLength(1);
    // The token is there by now, and the hook has the time to itself.
    expect(await mintAndTell(hurried)).toEqual(STAMPED);
  });

  it('where the token URL is not https, and nothing allows that', async () => {
    const endpoint = await startHookServer(tokens());
    const org = readOrgFile(orgText({ hookUrl: 'https://localhost:1/', tokenUrl: endpoint.url }));
    server.replaceOrg({ ...org, switches: { ...org.switches, allowHttpHooks: false } });
    const reason = 'The token URL of the inline hook is not https.';
    expect(await mintAndTell()).toEqual(['unmodified', ['inline_hook.executed', 'SKIPPED', reason]]);
    expect(endpoint.calls).toHaveLength(0);
  });
});

describe('a token URL of the same org', () => {
  it('gives the token for the hook', async () => {
    const { hook } = await withTokenUrl(tokens(), { tokenUrl: OWN_TOKEN_URL });
    expect(await mintAndTell()).toEqual(STAMPED);
    const [, claims = ''] = hook.calls[0]?.headers.authorization?.split('.') ?? [];
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      ...{ iss: server.issuer('ausTokens'), aud: 'mintmark', cid: '0oaCaller', scp: ['hook.call'] },
    });
  });

  it('refuses a scope that it does not know, and the log has its error', async () => {
    await withTokenUrl(tokens(), { tokenUrl: OWN_TOKEN_URL, channel: { scope: 'other' } });
    expect(await mintAndTell()).toEqual(withoutToken('responded with status 400 (invalid_scope)'));
  });

  it('is a trap where its own rule calls the hook: no end is waited for, and the log explains it', async () => {
    const { hook } = await withTokenUrl(tokens(), {
      tokenUrl: OWN_TOKEN_URL,
      rulesOfTokens: [{ name: 'Stamped too', inlineHook: 'Stamp' }],
    });
    const trapped = unmodified(
      expect.stringMatching(
        /the same inline hook is called when it is minted, by the rule "Stamped too" of the policy "All" at .*ausTokens, .*without end/,
      ),
    );
    const began = performance.now();
    expect(await mintAndTell()).toEqual(trapped);
    expect(performance.now() - began).toBeLessThan(PATIENCE_MS);
    expect(hook.calls).toHaveLength(0);
    const skipped = server.events().filter(({ outcome }) => outcome.result === 'SKIPPED');
    expect(skipped).toMatchObject([
      {
        eventType: 'inline_hook.executed',
        outcome: { reason: expect.stringContaining('This token is for the inline hook itself') },
        actor: { id: '0oaCaller' },
      },
    ]);
    // What came of it is no token to keep.
    expect(await mintAndTell()).toEqual(trapped);
  });

  it('is no trap where a rule of higher priority does without the hook', async () => {
    await withTokenUrl(tokens(), {
      tokenUrl: OWN_TOKEN_URL,
      rulesOfTokens: [
        { name: 'For hooks', scopes: ['hook.call'] },
        { name: 'Stamped too', inlineHook: 'Stamp' },
      ],
    });
    expect(await mintAndTell()).toEqual(STAMPED);
  });

  it('is a trap of two hooks, each of which is called for the token of the other', async () => {
    const other = {
      name: 'Other',
      channel: {
        ...BY_SECRET,
        uri: 'http://127.0.0.1:1/',
        tokenUrl: `${server.url}/oauth2/ausHooked/v1/token`,
      },
    };
    const { hook } = await withTokenUrl(tokens(), {
      tokenUrl: OWN_TOKEN_URL,
      hooks: [other],
      rulesOfTokens: [{ name: 'By the other', inlineHook: 'Other' }],
    });
    expect(await mintAndTell()).toEqual(unmodified(expect.stringContaining('without end')));
    expect(hook.calls).toHaveLength(0);
    expect(server.events().filter(({ outcome }) => outcome.result === 'SKIPPED')).toHaveLength(1);
  });

  it('does not know a marker that somebody made up', async () => {
    const { hook } = await withTokenUrl(tokens());
    const answer = await fetch(`${server.url}/oauth2/ausHooked/v1/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from('0oaService:secret-of-the-service').toString('base64')}`,
        'x-mintmark-hook-token': 'made-up',
      },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    expect([answer.status, hook.calls.length]).toEqual([200, 1]);
  });
});
