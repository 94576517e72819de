import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { BearerConfiguration } from '../../src/config/bearer-configuration.js';
import { createBearerCredential } from '../../src/directory/credentials/hook-credentials.js';
import { ensureCertificates } from '../../src/playground/issue-certificates.js';
import { httpsCall } from '../support/https-client.js';
import { examplePayload } from '../support/payloads.js';
import { onTeardown } from '../support/teardown.js';
import { startTestHook, type TestHook } from '../support/test-hook.js';

const CLIENT = '0oaHookCaller';
const PAYLOAD = JSON.stringify(examplePayload('request_01_authorization_code_user'));

interface Issuer {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly tokenEndpoint: string;
}

const NAMES = ['oidc-provider', 'oauth2-mock-server'] as const;
type Name = (typeof NAMES)[number];

const folder = await mkdtemp(join(tmpdir(), 'mintmark-issuers-'));
onTeardown(() => rm(folder, { recursive: true, force: true }));
const { caFile, certFile, keyFile } = await ensureCertificates(folder, new Date());
const ca = await readFile(caFile, 'utf8');
const issuers = await startIssuers();
const hooks = {
  'oidc-provider': await hookFor('oidc-provider'),
  'oauth2-mock-server': await hookFor('oauth2-mock-server'),
};

async function startIssuers(): Promise<Readonly<Record<Name, Issuer>>> {
  const child = spawn(process.execPath, ['test/support/token-issuers.mjs', certFile, keyFile], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTeardown(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return JSON.parse(line.toString()) as Readonly<Record<Name, Issuer>>;
}

/** A hook that knows the clients of one issuer, in real time: the issuers' clocks cannot be set. */
async function hookFor(name: Name): Promise<TestHook> {
  const { issuer, jwksUri } = issuers[name];
  const bearer: BearerConfiguration = {
    ...{ issuer, jwksUri, ca, audience: 'mintmark', clientIds: [CLIENT], scope: 'hook.call' },
    ...{ algorithms: ['RS256'], pinnedJwks: null },
  };
  const hook = await startTestHook({ configuration: { bearer, controlRefreshMs: 50 }, now: Date.now });
  await createBearerCredential(hook.database, {
    ...{ id: 'hc_bearer', label: 'test', clientId: CLIENT, issuerIds: ['acme-orders'] },
    ...{ failurePolicy: 'omit', createdAt: new Date(), expiresAt: null },
  });
  const limit = performance.now() + 10_000;
  while ((await statusWith(hook, await mint(name))) !== 200) {
    if (performance.now() > limit) throw new Error(`the hook does not accept a token of ${name}`);
    await delay(50);
  }
  return hook;
}

/** A token by client credentials. */
async function mint(name: Name): Promise<string> {
  const parameters = {
    ...{ grant_type: 'client_credentials', scope: 'hook.call' },
    ...{ client_id: CLIENT, client_secret: 'client-secret-of-the-tests' },
  };
  const { status, body } = await httpsCall(issuers[name].tokenEndpoint, {
    headers: [['content-type', 'application/x-www-form-urlencoded']],
    body: new URLSearchParams(parameters).toString(),
    ca,
  });
  if (status !== 200) throw new Error(`${name}: ${body}`);
  return (JSON.parse(body) as { readonly access_token: string }).access_token;
}

async function statusWith(hook: TestHook, token: string): Promise<number> {
  const headers = [
    ['content-type', 'application/json'],
    ['authorization', `Bearer ${token}`],
  ] as const;
  return (await hook.call(PAYLOAD, headers)).status;
}

describe.each(NAMES)('a token of %s', (name) => {
  const [other = name] = NAMES.filter((candidate) => candidate !== name);

  it('proves its caller, and again from memory', async () => {
    const token = await mint(name);
    expect([await statusWith(hooks[name], token), await statusWith(hooks[name], token)]).toEqual([200, 200]);
  });

  it('is nothing to a hook of another issuer', async () => {
    expect(await statusWith(hooks[other], await mint(name))).toBe(401);
  });

  it.each<[string, (parts: readonly string[], others: readonly string[]) => readonly string[]]>([
    ['the payload of another', ([h = '', , s = ''], [, p = '']) => [h, p, s]],
    ['the header of another', ([, p = '', s = ''], [h = '']) => [h, p, s]],
    ['the signature of another', ([h = '', p = ''], [, , s = '']) => [h, p, s]],
    ['no signature', ([h = '', p = '']) => [h, p, '']],
    ['its signature twice', ([h = '', p = '', s = '']) => [h, p, s, s]],
    ['padding', ([h = '', p = '', s = '']) => [h, p, `${s}==`]],
    [
      'the algorithm none',
      ([h = '', p = '', s = '']) => {
        const header = JSON.parse(Buffer.from(h, 'base64url').toString()) as object;
        return [Buffer.from(JSON.stringify({ ...header, alg: 'none' })).toString('base64url'), p, s];
      },
    ],
  ])('with %s is refused', async (_, change) => {
    const parts = (await mint(name)).split('.');
    const others = (await mint(other)).split('.');
    expect(await statusWith(hooks[name], change(parts, others).join('.'))).toBe(401);
  });
});
