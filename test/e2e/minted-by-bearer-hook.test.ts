import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { parseDocument, type Document } from 'yaml';
import { startAuthorizationServer } from '../../src/authorization-server/start.js';
import type { BearerConfiguration } from '../../src/config/bearer-configuration.js';
import { createBearerCredential } from '../../src/directory/credentials/hook-credentials.js';
import { EXAMPLES_FOLDER } from '../../src/playground/sample-directory.js';
import { SAMPLE_ORG } from '../../src/playground/sample-org.js';
import { CLIENT, USER } from '../support/calls.js';
import { httpsCall } from '../support/https-client.js';
import { onTeardown } from '../support/teardown.js';
import { NOW, startTestHook, testCertificates } from '../support/test-hook.js';
import { SERVER } from '../support/test-org.js';

// The OAuth 2.0 channel from end to end: one server of an org mints tokens for the hook, which proves by them that it is
// called by the org, and stamps the tokens of another server of the same org. All of it over HTTPS.

const TOKEN_SERVER = 'aus1h2k3HoOkTo4Kn1d7';
const AUDIENCE = 'mintmark';
const SCOPE = 'hook.call';
const BY_SECRET = '0oa1s2c3SeCrEt4By1d7';
const BY_KEY = '0oa1k2y3KeYeDy4By1d7';
const CLIENT_SECRET = 'sample-secret-of-the-caller-of-hooks';

type Json = Readonly<Record<string, unknown>>;

const certificates = await testCertificates();
const { ca, cert, key } = certificates;
const text = await readFile(`${EXAMPLES_FOLDER}${SAMPLE_ORG}`, 'utf8');
const server = await startAuthorizationServer({
  ...{ org: text, tls: { cert, key }, hookCa: ca },
  // However busy the machine is: no test here is about time.
  hookDeadlineMs: 20_000,
});
onTeardown(() => server.stop());
server.clock.freeze(NOW);

const tokenIssuer = `${server.url}/oauth2/${TOKEN_SERVER}`;
const bearer: BearerConfiguration = {
  ...{ issuer: tokenIssuer, audience: AUDIENCE, clientIds: [BY_SECRET, BY_KEY], scope: SCOPE },
  ...{ algorithms: ['RS256'], jwksUri: `${tokenIssuer}/v1/keys`, pinnedJwks: null, ca },
};
server.replaceOrg(orgWith({}));
const hook = await startTestHook({
  certificates,
  configuration: { bearer, controlRefreshMs: 50 },
  now: () => server.clock.now(),
});
await hook.database.prisma.issuerAlias.create({
  data: { uri: server.issuer(SERVER.orders), issuerId: 'acme-orders' },
});
for (const clientId of [BY_SECRET, BY_KEY]) {
  await createBearerCredential(hook.database, {
    ...{ id: `hc_${clientId}`, label: 'test', clientId, issuerIds: ['acme-orders'] },
    ...{ failurePolicy: 'omit', createdAt: new Date(NOW - 1000), expiresAt: null },
  });
}

interface Setting {
  /** Over those of the channel that has a secret. */
  readonly channel?: Json;
  readonly hookKeys?: readonly Json[];
  /** Public keys of the client that proves itself by one. */
  readonly jwks?: readonly Json[];
  readonly audience?: string;
  readonly uri?: string;
}

/** The sample org with a server that mints for hooks, and its hook on the OAuth channel. */
function orgWith({ channel = {}, hookKeys = [], jwks = [], audience = AUDIENCE, uri }: Setting): string {
  const file: Document = parseDocument(text);
  const service = { applicationType: 'service', grantTypes: ['client_credentials'] };
  file.addIn(['clients'], {
    ...{ id: BY_SECRET, label: 'Hooks by a secret', ...service },
    ...{ authenticationMethod: 'client_secret_post', secret: CLIENT_SECRET },
  });
  if (jwks.length > 0)
    file.addIn(['clients'], { id: BY_KEY, label: 'Hooks by a key', ...service, jwks: { keys: jwks } });
  file.set('hookKeys', hookKeys);
  file.setIn(['inlineHooks', 0, 'channel'], {
    ...{
      type: 'OAUTH',
      uri: uri ?? 'https://localhost:1/',
      tokenUrl: `${tokenIssuer}/v1/token`,
      scope: SCOPE,
    },
    ...{ authType: 'client_secret_post', clientId: BY_SECRET, clientSecret: CLIENT_SECRET },
    ...channel,
  });
  file.addIn(['authorizationServers'], {
    ...{ id: TOKEN_SERVER, name: 'Hook tokens', audience, scopes: [{ name: SCOPE }] },
    policies: [
      {
        ...{ name: 'Callers of hooks', clients: [BY_SECRET, ...(jwks.length > 0 ? [BY_KEY] : [])] },
        rules: [{ name: 'Without a hook', grantTypes: ['client_credentials'], scopes: [SCOPE] }],
      },
    ],
  });
  return file.toString();
}

function change(setting: Setting): void {
  server.replaceOrg(orgWith({ uri: hook.service.url, ...setting }));
}

const WITH_KEY = { authType: 'private_key_jwt', clientId: BY_KEY, clientSecret: undefined };

/** A machine's token: the tenant that it is stamped with, and the log's last word on the hook. */
async function mint(): Promise<{ readonly tenant: unknown; readonly reason: string | null }> {
  const wish = { client: CLIENT.batch, server: SERVER.orders, scopes: ['orders:read'] };
  const { decoded, events } = await server.mint({ ...wish, grant: 'client_credentials' });
  const last = events.findLast(({ eventType }) => eventType.startsWith('inline_hook.'));
  return { tenant: decoded.access.payload['tenant_id'], reason: last?.outcome.reason ?? null };
}

/** Mints until a token is stamped: what the hook service knows of credentials and keys takes a moment to get there. */
async function untilStamped(): Promise<void> {
  const limit = performance.now() + 20_000;
  for (;;) {
    const { tenant, reason } = await mint();
    if (tenant === 'blue') return;
    if (performance.now() > limit) throw new Error(`not stamped within 20 s: ${String(reason)}`);
    await delay(50);
  }
}

/** Ids of the keys that tokens for the hook may be signed with. */
async function publishedKeyIds(): Promise<readonly string[]> {
  const { body } = await httpsCall(`${tokenIssuer}/v1/keys`, { method: 'GET', ca });
  const { keys } = JSON.parse(body) as { readonly keys: readonly { readonly kid: string }[] };
  return keys.map(({ kid }) => kid);
}

/** What the org publishes of a hook key, as an administrator would paste it. */
async function publicHookKey(keyId: string): Promise<Json> {
  const { body } = await httpsCall(`${server.url}/api/v1/hook-keys/public/${keyId}`, { method: 'GET', ca });
  return JSON.parse(body) as Json;
}

function refusals(): readonly unknown[] {
  return hook
    .logs()
    .filter(({ msg }) => msg === 'hook call by an unauthenticated caller')
    .map(({ problem }) => problem);
}

beforeEach(async () => {
  server.clock.freeze(NOW);
  change({});
  await untilStamped();
});

describe('a hook that is called with a token of another server of its org', () => {
  it('stamps tokens of machines and of people', async () => {
    const { decoded } = await server.mint({
      ...{ client: CLIENT.web, user: USER.dana, server: SERVER.orders, tenantHint: 'blue' },
      ...{ grant: 'authorization_code', scopes: ['openid', 'orders:read'] },
    });
    expect(decoded.access.payload).toMatchObject({ tenant_id: 'blue', mintmark: { v: 1 } });
    expect(decoded.identity?.payload).toMatchObject({ tenant_id: 'blue' });
  });

  it('goes on after the server that mints for it has rotated its keys', async () => {
    const before = await publishedKeyIds();
    await server.rotateKeys(TOKEN_SERVER);
    await untilStamped();
    server.clock.advance(3_600_000);
    // Signed with the new key, which the hook has not seen yet.
    await untilStamped();
    expect(await publishedKeyIds()).not.toEqual(before);
  });

  it('is not called with a token for another audience that it would take', async () => {
    change({ audience: 'api://another' });
    const seen = refusals().length;
    expect(await mint()).toEqual({ tenant: undefined, reason: 'The inline hook responded with status 401.' });
    expect(refusals().slice(seen)).toEqual(['audience']);
    change({});
    expect(await mint()).toMatchObject({ tenant: 'blue' });
  });

  it('has keys that are rotated one after the other, as Okta would have it', async () => {
    const one = { name: 'One', keyId: 'hook-key-1' };
    const two = { name: 'Two', keyId: 'hook-key-2' };
    change({ hookKeys: [one, two] });
    const [first, second] = [await publicHookKey('hook-key-1'), await publicHookKey('hook-key-2')];
    expect(first['n']).not.toBe(second['n']);
    const keys = { hookKeys: [one, two] };
    change({ ...keys, jwks: [first], channel: { ...WITH_KEY, hookKey: 'One' } });
    await untilStamped();
    // Too early: the client does not know the second key.
    change({ ...keys, jwks: [first], channel: { ...WITH_KEY, hookKey: 'Two' } });
    expect(await mint()).toEqual({
      tenant: undefined,
      reason:
        'The token for the inline hook could not be fetched: the token URL responded with status 401 (invalid_client).',
    });
    for (const [jwks, hookKey] of [
      [[first, second], 'One'],
      [[first, second], 'Two'],
      [[second], 'Two'],
    ] as const) {
      change({ ...keys, jwks, channel: { ...WITH_KEY, hookKey } });
      expect(await mint()).toMatchObject({ tenant: 'blue' });
    }
  });

  it('shows neither its token nor the secret to whoever controls the emulator', async () => {
    const headers = [['authorization', `Bearer ${server.controlToken}`] as const];
    const shown = await Promise.all(
      ['events', 'exchanges'].map(async (what) => {
        const { body } = await httpsCall(`${server.url}/_mintmark/${what}`, { method: 'GET', headers, ca });
        return body;
      }),
    );
    const [events = '', exchanges = ''] = shown;
    expect(exchanges).toContain('"authorization":"[redacted]"');
    expect(events + exchanges).not.toMatch(/\beyJ[\w-]{20}/);
    expect(events + exchanges).not.toContain(CLIENT_SECRET);
  });
});
