import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { readHookServiceConfiguration } from '../../src/config/configuration.js';
import { openPostgresql } from '../../src/database/open-postgresql.js';
import { createBearerCredential } from '../../src/directory/credentials/hook-credentials.js';
import { ISSUER } from '../support/calls.js';
import { capturePrinted } from '../support/capture-printed.js';
import { whileChanged } from '../support/changed-database.js';
import { httpsCall } from '../support/https-client.js';
import { examplePayload, withMembers, type Payload } from '../support/payloads.js';
import {
  PLANTED_HEADERS,
  PLANTED_IN_CALLS as P,
  PLANTED_SECRETS as S,
  PLANTED_URL_QUERY,
  plantedMachineCall,
  plantedUserCall,
} from '../support/planted-values.js';
import { sendRaw } from '../support/raw-request.js';
import { onTeardown } from '../support/teardown.js';
import { createTestDatabase } from '../support/test-database.js';
import {
  HEADER,
  NOW,
  SECRETS,
  startTestHook,
  testCertificates,
  type TestHook,
} from '../support/test-hook.js';
import { formsOf, hashesOf, holds } from '../support/text-forms.js';
import { makeSigningKey, segment, signToken } from '../support/token-forge.js';
import { startCollector } from '../support/trace-collector.js';

// Everything is done once and kept with the place where it could be seen; the tests look at what was kept. Entries are those
// of the build: "npm test" builds them before.

const PLACES = [
  'log',
  'printed output',
  'metrics',
  'responses',
  'traces',
  'snapshot',
  'recordings',
  'processes',
  'errors',
] as const;
type Place = (typeof PLACES)[number];
type Line = Readonly<Record<string, unknown>>;
type Variables = Readonly<Record<string, string>>;

const kept = new Map<Place, string[]>(PLACES.map((place) => [place, []]));

function keep(place: Place, ...texts: readonly string[]): void {
  kept.get(place)?.push(...texts);
}

const folder = await mkdtemp(join(tmpdir(), 'mintmark-planted-'));
onTeardown(() => rm(folder, { recursive: true, force: true }));

async function fileWith(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content, { mode: 0o600 });
  return path;
}

const snapshotFile = join(folder, 'control.json');
const certificates = await testCertificates();
const collector = await startCollector();

// The service's own user of the database, with the planted name and password.
const made = await createTestDatabase();
const role = S['database user'];
await made.database.withScripts((run) =>
  run(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD '${S['database password']}'`),
);
onTeardown(() => made.database.withScripts((run) => run(`DROP ROLE ${role}`)));

/** The test's database, by the planted user. */
function databaseUrl(parts: { readonly password?: string; readonly port?: string } = {}): string {
  const url = new URL(made.url);
  url.username = role;
  url.password = encodeURIComponent(parts.password ?? S['database password']);
  if (parts.port !== undefined) url.port = parts.port;
  return url.href;
}

const database = await openPostgresql(databaseUrl(), { poolSize: 5, timeoutMs: 10_000 });
onTeardown(() => database.close());

// Mappings whose evaluation fails on a login and quotes it, and one whose value is too large for any token.
const TOO_LARGE = Array.from({ length: 60 }, () => 'user.login').join();
await database.prisma.claimMapping.createMany({
  data: [
    { id: 'fails', claim: 'https://acme.example/fails', expression: 'int(user.login)' },
    {
      ...{
        id: 'absent',
        claim: 'https://acme.example/absent',
        expression: 'double(user.login)',
      },
      ...{ required: true, issuerIds: ['acme-strict'], clientIds: ['0oaAbsent'] },
    },
    {
      ...{ id: 'large', claim: 'https://acme.example/large', expression: `[${TOO_LARGE}]` },
      ...{ required: true, issuerIds: ['acme-strict'], clientIds: ['0oaLarge'] },
    },
  ].map((mapping) => ({ ...mapping, inAccessToken: true, inIdToken: false })),
});

const key = makeSigningKey('RS256', 'signing-key');
const BEARER = {
  ...{
    issuer: 'https://login.acme.example/oauth2/hooks',
    audience: 'mintmark',
    clientIds: ['0oaHookCaller'],
  },
  ...{ scope: 'hook.call', algorithms: ['RS256'], jwksUri: null, ca: null },
  pinnedJwks: JSON.stringify({ keys: [key.jwk] }),
};

const clock = NOW / 1000;

function tokenOf(claims: Payload = {}, header: Payload = {}): string {
  const payload = {
    ...{ iss: BEARER.issuer, aud: BEARER.audience, cid: '0oaHookCaller', scp: [BEARER.scope] },
    ...{ iat: clock, exp: clock + 300, sub: P['subject of a token'], jti: P['id of a token'], ...claims },
  };
  return signToken({ alg: 'RS256', kid: key.kid, ...header }, payload, key);
}

const TOKENS = {
  'accepted token': tokenOf(),
  'expired token': tokenOf({ exp: clock - 3_000, iat: clock - 4_000 }),
  'token of another audience': tokenOf({ aud: P['audience of a token'] }),
  'token of an unknown key': tokenOf({}, { kid: P['key id of a token'] }),
  'token without a signature': `${segment({ alg: 'none', kid: P['key id of a token'] })}.${segment({ sub: P['subject of a token'] })}.`,
  'token that is none': 'zqv90.not-a-token',
} as const;

/** Every planted value by its name; of tokens and keys also the parts. */
const PLANTED: ReadonlyMap<string, string> = new Map([
  ...Object.entries({ ...S, ...P }),
  ...Object.entries(SECRETS).map(([name, secret]) => [`header secret "${name}"`, secret] as const),
  ...Object.entries(TOKENS),
  ...(['header', 'payload', 'signature'] as const).map(
    (part, index) =>
      [`${part} of the accepted token`, TOKENS['accepted token'].split('.')[index] ?? ''] as const,
  ),
  ['line of the TLS key', certificates.key.split('\n')[1] ?? ''],
]);

const hook = await startTestHook({
  certificates,
  database: { database, url: databaseUrl() },
  configuration: {
    recording: {
      ...{ issuerIds: null, key: S['key of recordings'], ratio: 1, keptMs: 86_400_000 },
      ...{ keptCalls: 1_000_000, callBytes: 64 * 1024, bufferBytes: 16 * 1024 * 1024 },
    },
    ...{ snapshotFile, bearer: BEARER, controlRefreshMs: 50, factsDeadlineMs: 1_500, staleFactsMs: 900_000 },
    log: { level: 'debug', hashKey: S['log hash key'] },
    tracing: {
      ...{ endpoint: collector.endpoint, serviceName: 'mintmark', ratio: 1 },
      headers: { 'x-api-key': S['collector key'] },
    },
  },
});

await database.withScripts((run) =>
  run(`
    INSERT INTO tenants (id, name) VALUES ('planted-tenant', 'Planted');
    INSERT INTO tenants (id, name) SELECT 'many-' || i, 'Many ' || i FROM generate_series(1, 1001) AS i;
    INSERT INTO users (org_id, id, login) VALUES ('acme', '${P['user id']}', '${P.login}'),
      ('acme', '${P['user id in another place']}', '${P['long login']}'),
      ('acme', '${P['user id of many tenants']}', '${P['second e-mail']}');
    INSERT INTO memberships (org_id, user_id, tenant_id, roles) VALUES
      ('acme', '${P['user id']}', 'blue', '{}'), ('acme', '${P['user id']}', 'planted-tenant', '{planted-role}'),
      ('acme', '${P['user id in another place']}', 'blue', '{}');
    INSERT INTO memberships (org_id, user_id, tenant_id)
      SELECT 'acme', '${P['user id of many tenants']}', 'many-' || i FROM generate_series(1, 1001) AS i`),
);
await createBearerCredential(database, {
  ...{ id: 'hc_bearer', label: 'test', clientId: '0oaHookCaller', issuerIds: ['acme-orders'] },
  ...{ failurePolicy: 'omit', createdAt: new Date(NOW - 1000), expiresAt: null },
});
await eventually(async () => (await readFile(snapshotFile, 'utf8')).includes('hc_bearer'));

async function eventually(comesToHold: () => boolean | Promise<boolean>): Promise<void> {
  const limit = performance.now() + 20_000;
  while (!(await comesToHold())) {
    if (performance.now() > limit) throw new Error('it did not come to hold within 20 s');
    await delay(20);
  }
}

interface Sent {
  readonly secret?: string;
  readonly type?: string;
  readonly authorization?: string;
  readonly query?: string;
}

/** Sends a body with planted headers, and keeps the answer. */
async function post(target: Pick<TestHook, 'ca'> & { readonly url: string }, body: string, sent: Sent = {}) {
  const { secret = SECRETS.all, type = 'application/json', authorization, query = '' } = sent;
  const headers = [
    ...(authorization === undefined
      ? [[HEADER, secret] as const]
      : [['authorization', authorization] as const]),
    ...[['content-type', type] as const, ...PLANTED_HEADERS],
  ];
  const answer = await httpsCall(`${target.url}${query}`, { body, headers, ca: target.ca });
  keep('responses', JSON.stringify(answer.headers), answer.body);
}

const here = { url: hook.service.url, ca: hook.ca };

function send(payload: Payload, sent: Sent = {}): Promise<void> {
  return post(here, JSON.stringify(payload), sent);
}

const USER_CALL = examplePayload('request_01_authorization_code_user');
const REFRESH_CALL = examplePayload('request_06_refresh_token');
const MACHINE_CALL = examplePayload('request_07_client_credentials');
const CLIENT = 'data.context.protocol.client.id';
const ISSUER_URI = 'data.context.protocol.issuer.uri';
const URL_VALUE = 'data.context.request.url.value';
const HINTED = `https://login.acme.example/v1/authorize?tenant=planted-tenant&${PLANTED_URL_QUERY}`;
const GOOD = plantedUserCall(USER_CALL, P['user id'], { [URL_VALUE]: HINTED });

function user(members: Payload = {}, id: string = P['user id']): Payload {
  return plantedUserCall(USER_CALL, id, members);
}

/** A call by a client for which alone a mapping is required. */
function strictly(client: string, id: string): Payload {
  return user({ [ISSUER_URI]: ISSUER.strict, [CLIENT]: client, 'data.access.claims.cid': client }, id);
}

function hinting(tenant: string): Payload {
  return user({ [URL_VALUE]: `https://a.example/?tenant=${encodeURIComponent(tenant)}` });
}

/** For a user whose facts no call has read yet, and for one whose facts can be used once more. */
const unknownYet = user({}, P['user id of nobody']);

async function withoutMemberships(work: () => Promise<void>): Promise<void> {
  const view = 'mintmark_facts_memberships';
  await changed([`ALTER VIEW ${view} RENAME TO gone`, `ALTER VIEW gone RENAME TO ${view}`], work);
}

async function changed([there, back]: readonly [string, string], work: () => Promise<void>): Promise<void> {
  await database.withScripts((run) => run(there));
  try {
    await work();
  } finally {
    await database.withScripts((run) => run(back));
  }
}

const NEVER = [
  'ALTER TABLE remembered_choices ADD CONSTRAINT never CHECK (refresh_token_jti IS NULL) NOT VALID',
  'ALTER TABLE remembered_choices DROP CONSTRAINT never',
] as const;

/** A row that no directory file could make: the service cannot make facts of it. */
const ODD_ROLES = [
  `ALTER TABLE memberships DROP CONSTRAINT memberships_roles_check;
   UPDATE memberships SET roles = '{NULL}' WHERE user_id = '${P['user id in another place']}'`,
  `UPDATE memberships SET roles = '{}' WHERE user_id = '${P['user id in another place']}';
   ALTER TABLE memberships ADD CONSTRAINT memberships_roles_check CHECK (mintmark_are_ids(roles))`,
] as const;

const RAW_HEAD = `POST /okta/token-hook HTTP/1.1\r\nHost: x\r\n${HEADER}: ${SECRETS.all}\r\nContent-Type: application/json\r\n`;

async function raw(text: string, finish: 'wait' | 'abort' = 'wait'): Promise<void> {
  keep('responses', await sendRaw(hook, text, finish));
}

const FAILED = { outcome: 'failed', user: null };

/** Every way that a call can go, and the line that it leaves; null where it leaves none. In this order. */
const CALLS: readonly (readonly [string, () => Promise<void>, Line | null])[] = [
  [
    'that fails before facts are known',
    () => withoutMemberships(() => send(unknownYet)),
    { reason: 'facts_unavailable' },
  ],
  [
    'that finds the directory locked before facts are known',
    () => whileChanged(made.url, 'LOCK TABLE users', () => send(unknownYet)),
    { reason: 'facts_deadline' },
  ],
  [
    'that is stamped',
    () => send(GOOD),
    { outcome: 'stamped', selection: 'hinted', tenantId: 'planted-tenant' },
  ],
  [
    'that is stamped on a token',
    () => send(GOOD, { authorization: `Bearer ${TOKENS['accepted token']}` }),
    { outcome: 'stamped', credentialId: 'hc_bearer' },
  ],
  [
    'that refreshes',
    () =>
      send(
        plantedUserCall(REFRESH_CALL, P['user id'], {
          'data.context.protocol.originalGrant.refresh_token.jti': P['presented refresh token id'],
        }),
      ),
    { outcome: 'stamped', grantType: 'refresh_token' },
  ],
  ['of a machine', () => send(plantedMachineCall(MACHINE_CALL)), { outcome: 'stamped', user: null }],
  ['for a user of nobody', () => send(unknownYet), { outcome: 'stamped', selection: 'none' }],
  [
    'that is decided on facts of earlier',
    () => withoutMemberships(() => send(GOOD)),
    { outcome: 'stamped', facts: 'stale' },
  ],
  ['in shadow', () => send(user({ [ISSUER_URI]: ISSUER.shadow })), { outcome: 'shadow' }],
  ['that is switched off', () => send(user({ [ISSUER_URI]: ISSUER.off })), { outcome: 'off' }],
  [
    'with a hint of no tenant',
    () => send(hinting(P['tenant hint'])),
    { outcome: 'stamped', selection: 'refused' },
  ],
  ['with a hint with NUL', () => send(hinting(P['tenant hint with NUL'])), { selection: 'refused' }],
  [
    'that is denied for its hint',
    () =>
      send(
        user({
          [ISSUER_URI]: ISSUER.strict,
          [`data.access.scopes.tenant:${P['tenant hint in a scope']}`]: { id: 'scp9', action: 'GRANT' },
        }),
      ),
    { outcome: 'denied', reason: 'selection_refused', tenantId: null },
  ],
  [
    'that is denied for want of a hint',
    () => send(user({ [ISSUER_URI]: ISSUER.strict })),
    { reason: 'selection_ambiguous' },
  ],
  [
    'that is denied for want of a claim',
    () => send(strictly('0oaAbsent', P['user id in another place'])),
    { outcome: 'denied', reason: 'required_claim_absent' },
  ],
  [
    'that is denied for too large a claim',
    () => send(strictly('0oaLarge', P['user id in another place'])),
    { outcome: 'denied', reason: 'required_claim_too_large' },
  ],
  [
    'that names two users',
    () => send(user({ 'data.context.user.id': P['user id in another place'] })),
    { outcome: 'denied', reason: 'identity_conflict' },
  ],
  [
    'of a machine that names a user',
    () => send(plantedMachineCall(MACHINE_CALL, { 'data.access.claims.uid': P['user id'] })),
    { reason: 'identity_conflict' },
  ],
  ['with too many facts', () => send(user({}, P['user id of many tenants'])), { reason: 'too_many_facts' }],
  [
    'with facts of no known shape',
    () => changed(ODD_ROLES, () => send(user({}, P['user id in another place']))),
    { reason: 'internal' },
  ],
  [
    'whose choice cannot be stored',
    () =>
      changed(NEVER, () =>
        send(withMembers(GOOD, { 'data.refresh_token.jti': `${P['refresh token id']}x` })),
      ),
    { outcome: 'failed', reason: 'choice_not_remembered' },
  ],
  ['of another event', () => send({ ...GOOD, eventType: P['event type'] }), { reason: 'not_this_event' }],
  [
    'without drafts',
    () => send(user({ 'data.access': null, 'data.identity': null })),
    { reason: 'unusable_payload' },
  ],
  [
    'with an odd user',
    () => send(user({ 'data.context.user.id': [P['user id']] })),
    { reason: 'unusable_payload' },
  ],
  ['with a user with NUL', () => send(user({}, P['user id with NUL'])), { reason: 'unusable_payload' }],
  [
    'with a value of another type',
    () => send(user({ 'data.access.token.lifetime.expiration': P['value of another type'] })),
    { reason: 'unusable_payload' },
  ],
  [
    'of a client that is an address',
    () => send(user({ [CLIENT]: P['client id that is an address'], 'data.access.claims.cid': undefined })),
    { clientId: null, outcome: 'stamped' },
  ],
  [
    'of a client with NUL',
    () => send(user({ [CLIENT]: P['client id with NUL'] })),
    { clientId: null, ...FAILED },
  ],
  [
    'of a grant type nobody knows',
    () => send(user({ 'data.context.protocol.request.grant_type': P['grant type'] })),
    { outcome: 'stamped', grantType: 'other' },
  ],
  [
    'of an unknown issuer',
    () => send(user({ [ISSUER_URI]: P['unknown issuer'] })),
    { reason: 'unknown_issuer' },
  ],
  [
    'of an issuer that is not the credential’s',
    () => send(user({ [ISSUER_URI]: ISSUER.strict }), { secret: SECRETS.ordersOnly }),
    { reason: 'issuer_not_allowed' },
  ],
  [
    'by a credential that denies',
    () => send(user({ [ISSUER_URI]: P['unknown issuer'] }), { secret: SECRETS.deny }),
    { reason: 'unknown_issuer' },
  ],
  [
    'with a query',
    () => send(GOOD, { query: `?code=${encodeURIComponent(P['query of the hook’s URL'])}` }),
    { outcome: 'stamped' },
  ],
  [
    'of broken JSON',
    () => post(here, `{"login": ${P['text in broken JSON']}`),
    { reason: 'not_json', ...FAILED },
  ],
  ['that begins with no JSON', () => post(here, P['text in place of JSON']), { reason: 'not_json' }],
  ['of a JSON string', () => post(here, JSON.stringify(P.login)), { reason: 'unusable_payload' }],
  [
    'with a prototype',
    () => post(here, `{"__proto__":{"x":"${P['member of a prototype']}"}}`),
    { reason: 'unusable_payload' },
  ],
  [
    'of plain text',
    () => post(here, P['text in place of JSON'], { type: 'text/plain' }),
    { reason: 'not_json' },
  ],
  [
    'of a type nobody knows',
    () => post(here, JSON.stringify(GOOD), { type: P['media type'] }),
    { reason: 'not_json' },
  ],
  [
    'that is too large',
    () => send({ ...GOOD, more: P['part of a body that is too large'].repeat(20_000) }),
    { reason: 'body_too_large' },
  ],
  [
    'that never ends',
    () => raw(`${RAW_HEAD}Content-Length: 1000\r\n\r\n{"x":"${P['part of a body that never ends']}`, 'abort'),
    { reason: 'caller_gone' },
  ],
  ['with a secret of nobody', () => send(GOOD, { secret: S['header secret of nobody'] }), { problem: null }],
  ['with another scheme', () => send(GOOD, { authorization: P['Basic authorization'] }), { problem: null }],
  [
    'with an expired token',
    () => send(GOOD, { authorization: `Bearer ${TOKENS['expired token']}` }),
    { problem: 'expired' },
  ],
  [
    'with a token of another audience',
    () => send(GOOD, { authorization: `Bearer ${TOKENS['token of another audience']}` }),
    { problem: 'audience' },
  ],
  [
    'with a token of an unknown key',
    () => send(GOOD, { authorization: `Bearer ${TOKENS['token of an unknown key']}` }),
    { problem: 'unknown_key' },
  ],
  [
    'with a token without a signature',
    () => send(GOOD, { authorization: `Bearer ${TOKENS['token without a signature']}` }),
    { problem: 'not_one_token' },
  ],
  [
    'with a token that is none',
    () => send(GOOD, { authorization: `bearer ${TOKENS['token that is none']}` }),
    { problem: 'not_one_token' },
  ],
  [
    'to another path',
    () => raw(`POST /${P.path} HTTP/1.1\r\nHost: ${P.path}\r\nConnection: close\r\n\r\n`),
    null,
  ],
  [
    'to a path that is none',
    () => raw(`POST /%${P.path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
    null,
  ],
  ['that is no HTTP', () => raw(`${P['method of a request']} ${P.path}\r\n\r\n`), null],
];

/** Of the ops port, with what it is asked kept out of what it answers. */
async function askOps(path: string, body = ''): Promise<string> {
  const { hostname, port } = new URL(hook.service.opsUrl);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const outgoing = request({
    hostname,
    port,
    path,
    headers,
    agent: false,
    method: body === '' ? 'GET' : 'POST',
  });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [Parameters<typeof readAll>[0]];
  return readAll(incoming);
}

/** Lines that calls left, by the calls' names. */
const lines = new Map<string, readonly Line[]>();

const { printed } = await capturePrinted(async () => {
  for (const [name, call] of CALLS) {
    const before = hook.logs().length;
    await call();
    lines.set(
      name,
      hook
        .logs()
        .slice(before)
        .filter(({ msg }) => String(msg).startsWith('hook call')),
    );
  }
  const strict = await startTestHook({ certificates, configuration: { unauthenticatedAnswer: 'error' } });
  await post({ url: strict.service.url, ca: strict.ca }, JSON.stringify(GOOD), {
    secret: S['header secret of nobody'],
  });
  keep('log', ...strict.logs().map((line) => JSON.stringify(line)));
  keep('metrics', await askOps('/metrics'));
  keep(
    'responses',
    await askOps(`/${P.path}?${PLANTED_URL_QUERY}`),
    await askOps(`/%${P.path}`),
    await askOps('/metrics', `{"login": ${P['text in broken JSON']}`),
  );
  await hook.service.close();
});
keep('printed output', printed);
keep('log', ...hook.logs().map((line) => JSON.stringify(line)));
keep('traces', JSON.stringify(collector.exports));
keep('snapshot', await readFile(snapshotFile, 'utf8'));

/** Whole rows of recordings, as text. */
async function recordings(): Promise<readonly string[]> {
  const rows = await database.query('SELECT invocations::text AS row FROM invocations', []);
  return rows.map(({ row }) => String(row));
}

const recordedHere = await recordings();
keep('recordings', ...recordedHere);

// Processes of the build.

const CLI = resolve('dist/cli/main.js');
const ENTRY = resolve('dist/hook-service/main.js');
const certFile = await fileWith('cert.pem', certificates.cert);
const keyFile = await fileWith('key.pem', certificates.key);
const SERVICE: Variables = {
  ...{ NODE_ENV: 'production', DATABASE_URL: databaseUrl(), MINTMARK_LOG_HASH_KEY: S['log hash key'] },
  ...{
    MINTMARK_LOG_LEVEL: 'debug',
    MINTMARK_HOOK_HOST: '127.0.0.1',
    MINTMARK_HOOK_PORT: '0',
    MINTMARK_OPS_PORT: '0',
  },
  ...{ MINTMARK_TLS_CERT_FILE: certFile, MINTMARK_TLS_KEY_FILE: keyFile, MINTMARK_DRAIN_SECONDS: '0' },
  ...{ MINTMARK_CONTROL_REFRESH_SECONDS: '1', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
  OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${S['collector key']}`,
  ...{ MINTMARK_RECORD_ISSUERS: '*', MINTMARK_RECORD_KEY: S['key of recordings'] },
};

/** Runs a process to its end, which `whileRunning` may bring about; keeps what it writes. @returns its exit code */
async function run(
  parameters: readonly string[],
  variables: Variables,
  whileRunning?: (output: () => string) => Promise<void>,
): Promise<number | null> {
  const env = { PATH: process.env['PATH'], ...variables };
  const child = spawn(process.execPath, parameters, { cwd: folder, env });
  const ended = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  try {
    await whileRunning?.(() => output);
    if (whileRunning !== undefined) child.kill('SIGTERM');
    await ended;
  } finally {
    child.kill('SIGKILL');
    keep('processes', output);
  }
  return child.exitCode;
}

/** Calls a service that has just been launched. */
async function callLaunched(output: () => string): Promise<void> {
  const ready = (): string | undefined => /"hook":"(https:[^"]+)"/.exec(output())?.[1];
  await eventually(() => ready() !== undefined);
  const there = { url: ready() ?? '', ca: certificates.ca };
  await post(there, JSON.stringify(GOOD));
  await post(there, JSON.stringify(user({ [ISSUER_URI]: ISSUER.strict })));
  await post(there, `{"login": ${P['text in broken JSON']}`);
  await post(there, JSON.stringify(GOOD), { secret: S['header secret of nobody'] });
}

const FAULTY: Variables = {
  DATABASE_URL: `postgresql://${S['database user']}:12${S['database password']}@db.example/mintmark`,
  MINTMARK_LOG_HASH_KEY: S['short hash key'],
  MINTMARK_LOG_HASHKEY: S['value of a misspelled variable'],
  MINTMARK_RECORD_KEY: S['short key of recordings'],
  MINTMARK_BEARER_ISSUER: `https://mintmark:${S['password of an issuer']}@login.example/x`,
  MINTMARK_BEARER_JWKS_URI: `https://mintmark:${S['password of a JWKS URI']}@login.example/?${S['query of a JWKS URI']}`,
  MINTMARK_BEARER_JWKS_FILE: await fileWith('keys.json', `[{"k":"${S['pinned symmetric key']}"`),
  MINTMARK_TLS_KEY_FILE: `-----BEGIN PRIVATE KEY-----\n${S['path that is a key']}`,
  MINTMARK_TLS_CERT_FILE: await fileWith('garbage.pem', S['text of a TLS key file']),
  MINTMARK_SNAPSHOT_FILE: `/home/${S['folder of a person']}/${'x'.repeat(5_000)}`,
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://mintmark:${S['password of a collector']}@collector.example:99999`,
  OTEL_EXPORTER_OTLP_HEADERS: `x-api-key ${S['collector key']}`,
};

const DIRECTORY_FILE = `version: 1
orgs:
  - id: acme
    url: https://login.acme.example
    users:
      - { id: zqv-file, login: ${P['login in a directory file']}, unknown: ${P['phone number']} }
      - { id: zqv-file, login: [${P['login in a directory file']}] }
`;

const symmetricKeys = await fileWith(
  'symmetric.json',
  JSON.stringify({ keys: [{ kty: 'oct', kid: 'one', k: S['pinned symmetric key'] }] }),
);
const BEARER_VARIABLES: Variables = {
  ...{ MINTMARK_BEARER_ISSUER: BEARER.issuer, MINTMARK_BEARER_AUDIENCE: 'mintmark' },
  ...{ MINTMARK_BEARER_CLIENT_IDS: '0oaHookCaller', MINTMARK_BEARER_SCOPE: 'hook.call' },
  ...{ MINTMARK_BEARER_ALGORITHMS: 'RS256', MINTMARK_BEARER_JWKS_FILE: symmetricKeys },
};
const wrongUser = databaseUrl({ password: `${S['database password']}x` });
const nowhere = databaseUrl({ port: '1' });
const refusedSnapshot = await fileWith('refused.json', `{"format":"${S['text of a refused snapshot']}"`);

/** What is launched, and its exit code. */
const LAUNCHES: readonly (readonly [string, () => Promise<number | null>, number])[] = [
  ['a service that runs', () => run([ENTRY], SERVICE, callLaunched), 0],
  [
    'a service that starts from the snapshot while the database is down',
    () =>
      run([ENTRY], { ...SERVICE, DATABASE_URL: nowhere, MINTMARK_SNAPSHOT_FILE: snapshotFile }, callLaunched),
    0,
  ],
  ['a service without its database', () => run([ENTRY], { ...SERVICE, DATABASE_URL: nowhere }), 69],
  ['a service with another password', () => run([ENTRY], { ...SERVICE, DATABASE_URL: wrongUser }), 69],
  [
    'a service whose snapshot is refused',
    () => run([ENTRY], { ...SERVICE, DATABASE_URL: wrongUser, MINTMARK_SNAPSHOT_FILE: refusedSnapshot }),
    69,
  ],
  ['a service with a faulty configuration', () => run([ENTRY], { ...SERVICE, ...FAULTY }), 78],
  [
    'a service whose TLS key is none',
    () => run([ENTRY], { ...SERVICE, MINTMARK_TLS_KEY_FILE: FAULTY['MINTMARK_TLS_CERT_FILE'] ?? '' }),
    78,
  ],
  ['a service whose pinned keys are none', () => run([ENTRY], { ...SERVICE, ...BEARER_VARIABLES }), 78],
  ['a command without its database', () => run([CLI, 'migrate'], { DATABASE_URL: nowhere }), 69],
  [
    'a command with another password',
    () => run([CLI, 'credential', 'list'], { DATABASE_URL: wrongUser }),
    69,
  ],
  [
    'a command whose database URL is not encoded',
    () => run([CLI, 'migrate'], { DATABASE_URL: FAULTY['DATABASE_URL'] ?? '' }),
    78,
  ],
  [
    'a directory file with faults',
    async () =>
      run([CLI, 'apply', await fileWith('faulty.yaml', DIRECTORY_FILE)], { DATABASE_URL: databaseUrl() }),
    1,
  ],
  [
    'a directory file that is broken',
    async () => {
      const broken = `version: 1\norgs: "${P['text in a broken directory file']}" "${P['login in a directory file']}"\n}`;
      return run([CLI, 'apply', await fileWith('broken.yaml', broken)], { DATABASE_URL: databaseUrl() });
    },
    1,
  ],
  [
    'a list of credentials',
    () => run([CLI, 'credential', 'list', '--json'], { DATABASE_URL: databaseUrl() }),
    0,
  ],
];

const exitCodes = new Map<string, number | null>();
for (const [name, launch] of LAUNCHES) exitCodes.set(name, await launch());
keep('recordings', ...(await recordings()));

// Each faulty variable alone too: together one fault may hide another.
for (const [name, value] of Object.entries(FAULTY)) {
  try {
    readHookServiceConfiguration({ ...SERVICE, [name]: value });
    keep('errors', `${name} was accepted`);
  } catch (error) {
    keep('errors', error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error));
  }
}

/** Whoever configures an authorization server names its claims and scopes: recordings are of no use without. */
const CONFIGURED_NAMES: ReadonlySet<string> = new Set(['claim name', 'granted scope']);

function placesOf(forms: readonly string[]): readonly Place[] {
  return PLACES.filter((place) => holds((kept.get(place) ?? []).join('\n'), forms));
}

describe('the planted values', () => {
  it('are at least 50, and different from each other', () => {
    expect(PLANTED.size).toBeGreaterThanOrEqual(50);
    expect(new Set(PLANTED.values()).size).toBe(PLANTED.size);
    expect(Math.min(...[...PLANTED.values()].map(({ length }) => length))).toBeGreaterThanOrEqual(8);
  });

  it.each([...PLANTED.keys()])('appear nowhere: %s', (name) => {
    const places = CONFIGURED_NAMES.has(name) ? ['recordings'] : [];
    expect(placesOf(formsOf(PLANTED.get(name) ?? ''))).toEqual(places);
  });

  it('appear nowhere by a hash without a key, but for header secrets in the snapshot', () => {
    const hashed = [...PLANTED].filter(([, value]) => placesOf(hashesOf(value)).length > 0);
    expect(hashed.map(([name, value]) => [name, placesOf(hashesOf(value))])).toEqual(
      Object.keys(SECRETS).map((name) => [`header secret "${name}"`, ['snapshot']]),
    );
  });

  it('did reach the collector that they are for', () => {
    expect(new Set(collector.headers)).toEqual(new Set([`/v1/traces ${S['collector key']}`]));
  });
});

describe('what has to be seen', () => {
  it.each<[string, string, readonly Place[]]>([
    // Which credential called: to revoke the right one.
    ['the id of a credential', 'hc_all', ['log', 'snapshot', 'recordings', 'processes']],
    // The answer's purpose; the log says which tenant a token was stamped for.
    ['the id of a granted tenant', 'planted-tenant', ['log', 'responses', 'recordings', 'processes']],
    // The answer's purpose, and what somebody looks for in a recording.
    ['a role', 'planted-role', ['responses', 'recordings']],
    // Configuration, and the first question of whoever looks for a fault.
    [
      'the id of an issuer',
      'acme-orders',
      ['log', 'metrics', 'traces', 'snapshot', 'recordings', 'processes'],
    ],
    ['the id of a client', '0oa8h3n5LpCfGs6Zk1d7', ['log', 'traces', 'recordings', 'processes']],
  ])('is found by the same search, where it belongs and nowhere else: %s', (_, value, places) => {
    expect(placesOf(formsOf(value))).toEqual(places);
  });

  it('is a user’s keyed hash, in the log alone', () => {
    const hash = String(lines.get('that is stamped')?.[0]?.['user']);
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(placesOf(formsOf(hash))).toEqual(['log', 'processes']);
  });

  it.each([...PLANTED.keys()])('would be found in every form: %s', (name) => {
    const value = PLANTED.get(name) ?? '';
    const wrapped = [
      ...[value, JSON.stringify({ value }), JSON.stringify(JSON.stringify({ value }))],
      ...[new URLSearchParams({ value }).toString(), `x=${encodeURIComponent(value)}`],
      ...['', 'x', 'xy'].flatMap((before) => [
        Buffer.from(`${before}${value}z`).toString('base64'),
        Buffer.from(`${before}${value}z`).toString('base64url'),
      ]),
    ];
    for (const around of wrapped)
      expect([around, holds(`a ${around} b`, formsOf(value))]).toEqual([around, true]);
  });
});

describe('the recordings', () => {
  it('are of every call of a known issuer, and of some that a launched service answered', () => {
    const answered = CALLS.flatMap(([name]) => lines.get(name) ?? []).filter(({ issuerId }) => issuerId);
    expect(answered.length).toBeGreaterThan(20);
    expect(recordedHere).toHaveLength(answered.length);
    expect((kept.get('recordings') ?? []).length).toBeGreaterThan(recordedHere.length);
  });
});

describe('a call', () => {
  it.each(CALLS.map(([name, , expected]) => [name, expected] as const))(
    '%s went as expected',
    (name, expected) => {
      expect(lines.get(name)).toEqual(expected === null ? [] : [expect.objectContaining(expected)]);
    },
  );
});

describe('a process', () => {
  it.each(LAUNCHES.map(([name, , code]) => [name, code] as const))(
    'of %s ended as expected',
    (name, code) => {
      expect(exitCodes.get(name)).toBe(code);
    },
  );

  it('said what is wrong with each variable', () => {
    const errors = (kept.get('errors') ?? []).join('\n');
    expect(errors).not.toContain('was accepted');
    for (const name of Object.keys(FAULTY)) expect(errors).toContain(`  ${name}: `);
  });
});
