import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { BearerScheme, type BearerProof } from '../../src/caller/bearer-scheme.js';
import { JWKS_TIMING, type JwksTiming } from '../../src/caller/jwks-source.js';
import type { BearerConfiguration } from '../../src/config/bearer-configuration.js';
import { ConfigurationError } from '../../src/config/configuration-error.js';
import { createBearerCredential } from '../../src/directory/credentials/hook-credentials.js';
import { errorCode } from '../../src/operations/error-code.js';
import { startJwksEndpoint, type JwksEndpoint } from '../support/jwks-endpoint.js';
import { examplePayload } from '../support/payloads.js';
import { onTeardown } from '../support/teardown.js';
import { NOW, startTestHook, testCertificates } from '../support/test-hook.js';
import { makeSigningKey, signToken, type SigningKey } from '../support/token-forge.js';

const ISSUER = 'https://login.acme.example/oauth2/hooks';
const PROVEN = { kind: 'proven', clientId: '0oaHookCaller' };
const HOUR_MS = 3_600_000;

const one = makeSigningKey('RS256', 'one');
const two = makeSigningKey('RS256', 'two');

/** Nothing is fetched unless a test asks for it: its clock stands still, and refreshes are hours away. */
const QUIET: JwksTiming = { ...JWKS_TIMING, refreshMs: HOUR_MS, firstRetryMs: HOUR_MS, lastRetryMs: HOUR_MS };

interface TestScheme {
  readonly scheme: BearerScheme;
  readonly clock: { monotonic: number; epoch: number };
  /** Codes of failed fetches. */
  readonly failures: readonly string[];
  /** Ids of every set of keys that came into force. */
  readonly changes: readonly (readonly string[])[];
  readonly prove: (key: SigningKey) => Promise<BearerProof>;
}

async function startScheme(
  from: Partial<Pick<BearerConfiguration, 'jwksUri' | 'ca' | 'pinnedJwks'>>,
  timing: Partial<JwksTiming> = {},
): Promise<TestScheme> {
  const clock = { monotonic: 1_000_000, epoch: NOW };
  const failures: string[] = [];
  const changes: string[][] = [];
  const scheme = await BearerScheme.start({
    configuration: {
      ...{ issuer: ISSUER, audience: 'mintmark', clientIds: ['0oaHookCaller'], scope: 'hook.call' },
      ...{ algorithms: ['RS256'], jwksUri: null, pinnedJwks: null, ca: null },
      ...from,
    },
    timing: { ...QUIET, ...timing },
    now: () => clock.epoch,
    monotonicNow: () => clock.monotonic,
    random: () => 0,
    onFailure: (error) => void failures.push(errorCode(error)),
    onChange: (keys) => void changes.push([...keys.keys()]),
  });
  onTeardown(() => scheme.stop());
  const prove = async (key: SigningKey): Promise<BearerProof> => scheme.prove(tokenOf(key, clock.epoch));
  return { scheme, clock, failures, changes, prove };
}

function fromEndpoint({ uri, ca }: JwksEndpoint): Pick<BearerConfiguration, 'jwksUri' | 'ca'> {
  return { jwksUri: uri, ca };
}

function tokenOf({ kid, ...key }: SigningKey, now: number): string {
  const times = { iat: now / 1000, exp: now / 1000 + 3600 };
  const claims = {
    jti: randomUUID(),
    iss: ISSUER,
    aud: 'mintmark',
    cid: '0oaHookCaller',
    scp: ['hook.call'],
  };
  return signToken({ alg: 'RS256', kid }, { ...claims, ...times }, { ...key });
}

function unknownKey(): SigningKey {
  return { ...one, kid: randomUUID() };
}

async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const limit = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error('it did not come to hold within 10 s');
    await delay(10);
  }
}

describe('the keys of bearer tokens', () => {
  it('are there before the first token comes', async () => {
    const endpoint = await startJwksEndpoint([one.jwk]);
    const { prove, scheme } = await startScheme(fromEndpoint(endpoint));
    expect(endpoint.requests()).toBe(1);
    expect(await prove(one)).toEqual(PROVEN);
    expect(endpoint.requests()).toBe(1);
    expect(scheme.keysAgeMs()).toBe(0);
  });

  it('are refreshed without a token asking for it', async () => {
    const endpoint = await startJwksEndpoint([one.jwk]);
    const { changes, scheme } = await startScheme(fromEndpoint(endpoint), { refreshMs: 20 });
    const remembered = tokenOf(one, NOW);
    expect(await scheme.prove(remembered)).toEqual(PROVEN);
    endpoint.publish([two.jwk]);
    await eventually(() => changes.length === 2);
    expect(changes).toEqual([['one'], ['two']]);
    expect(await scheme.prove(remembered)).toEqual({ kind: 'refused', problem: 'unknown_key' });
    expect(await scheme.prove(tokenOf(two, NOW))).toEqual(PROVEN);
  });

  it('that stay keep the tokens remembered that they verified', async () => {
    const endpoint = await startJwksEndpoint([one.jwk]);
    const { changes, scheme } = await startScheme(fromEndpoint(endpoint), { refreshMs: 20 });
    const token = tokenOf(one, NOW);
    await scheme.prove(token);
    endpoint.publish([two.jwk, one.jwk]);
    await eventually(() => changes.length === 2);
    // What is remembered is known at once, and what is not takes a promise.
    expect(scheme.prove(token)).toEqual(PROVEN);
  });

  it('of one id are another key when their material changes', async () => {
    const endpoint = await startJwksEndpoint([one.jwk]);
    const { changes, scheme } = await startScheme(fromEndpoint(endpoint), { refreshMs: 20 });
    const token = tokenOf(one, NOW);
    await scheme.prove(token);
    endpoint.publish([{ ...two.jwk, kid: 'one' }]);
    await eventually(() => changes.length === 2);
    expect(await scheme.prove(token)).toEqual({ kind: 'refused', problem: 'signature' });
  });

  it('that have just been rotated are fetched for the first token of theirs', async () => {
    const endpoint = await startJwksEndpoint([one.jwk]);
    const { prove } = await startScheme(fromEndpoint(endpoint));
    endpoint.publish([one.jwk, two.jwk]);
    expect(await prove(two)).toEqual(PROVEN);
    expect(endpoint.requests()).toBe(2);
  });

  it('are fetched once in 30 s for however many unknown ids', async () => {
    const endpoint = await startJwksEndpoint([one.jwk]);
    const { clock, prove } = await startScheme(fromEndpoint(endpoint));
    const storm = async (): Promise<void> => {
      const atOnce = await Promise.all(Array.from({ length: 250 }, () => prove(unknownKey())));
      for (const proof of atOnce) expect(proof).toEqual({ kind: 'refused', problem: 'unknown_key' });
      for (let count = 0; count < 250; count += 1) await prove(unknownKey());
    };
    await storm();
    expect(endpoint.requests()).toBe(1 + 1);
    clock.monotonic += 29_999;
    await storm();
    expect(endpoint.requests()).toBe(1 + 1);
    clock.monotonic += 1;
    await storm();
    expect(endpoint.requests()).toBe(1 + 2);
    expect(await prove(one)).toEqual(PROVEN);
  });

  it('are waited for half a second by a token of an unknown id, and by no other', async () => {
    const endpoint = await startJwksEndpoint([one.jwk]);
    const { prove } = await startScheme(fromEndpoint(endpoint));
    endpoint.answerWith(() => undefined);
    const startedAt = performance.now();
    const waiting = prove(unknownKey());
    expect(await prove(one)).toEqual(PROVEN);
    expect(performance.now() - startedAt).toBeLessThan(400);
    expect(await waiting).toEqual({ kind: 'refused', problem: 'unknown_key' });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(490);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('an endpoint of keys', () => {
  const SPACES = ' '.repeat(65 * 1024);
  const many = Array.from({ length: 33 }, (_, index) => ({ ...one.jwk, kid: String(index) }));

  it.each<[string, string, (endpoint: JwksEndpoint, other: JwksEndpoint) => void]>([
    [
      'redirects',
      'JWKS_STATUS',
      (endpoint, other) => {
        endpoint.answerWith((_, response) => response.writeHead(302, { location: other.uri }).end());
      },
    ],
    [
      'switches protocols',
      'JWKS_CLOSED',
      (endpoint) => {
        const head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n';
        endpoint.answerWith((_, response) => void response.socket?.end(head));
      },
    ],
    [
      'answers with an error and keys',
      'JWKS_STATUS',
      (endpoint) => {
        endpoint.answerWith((_, response) =>
          response.writeHead(500).end(JSON.stringify({ keys: [two.jwk] })),
        );
      },
    ],
    [
      'says that it sends too much',
      'JWKS_TOO_LARGE',
      (endpoint) => {
        endpoint.answerWith((_, response) => {
          response.writeHead(200, { 'content-length': SPACES.length });
          response.flushHeaders();
        });
      },
    ],
    [
      'sends too much without saying so',
      'JWKS_TOO_LARGE',
      (endpoint) => {
        endpoint.answerWith((_, response) => {
          response.write(SPACES);
          response.end(JSON.stringify({ keys: [two.jwk] }));
        });
      },
    ],
    [
      'sends compressed keys',
      'JWKS_ENCODED',
      (endpoint) => {
        endpoint.answerWith((_, response) => {
          response.setHeader('content-encoding', 'gzip');
          response.end(gzipSync(JSON.stringify({ keys: [two.jwk] })));
        });
      },
    ],
    [
      'sends garbage',
      'JWKS_NOT_JSON',
      (endpoint) => {
        endpoint.answerWith((_, response) => response.end('<html>maintenance</html>'));
      },
    ],
    [
      'sends something else',
      'JWKS_MALFORMED',
      (endpoint) => {
        endpoint.answerWith((_, response) => response.end('{"keys":{}}'));
      },
    ],
    [
      'sends too many keys',
      'JWKS_TOO_MANY_KEYS',
      (endpoint) => {
        endpoint.publish(many);
      },
    ],
    [
      'sends no keys',
      'JWKS_NO_USABLE_KEY',
      (endpoint) => {
        endpoint.publish([]);
      },
    ],
    [
      'sends no keys of use',
      'JWKS_NO_USABLE_KEY',
      (endpoint) => {
        endpoint.publish([
          { ...two.jwk, use: 'enc' },
          { kty: 'oct', kid: 'two', k: 'AAAA' },
        ]);
      },
    ],
    [
      'hangs up',
      'JWKS_ECONNRESET',
      (endpoint) => {
        endpoint.answerWith((request) => request.socket.destroy());
      },
    ],
    [
      'does not answer',
      'JWKS_TIMEOUT',
      (endpoint) => {
        endpoint.answerWith(() => undefined);
      },
    ],
    [
      'answers a byte at a time',
      'JWKS_TIMEOUT',
      (endpoint) => {
        endpoint.answerWith((_, response) => {
          const timer = setInterval(() => response.write(' '), 100);
          response.on('close', () => {
            clearInterval(timer);
          });
        });
      },
    ],
  ])('that %s changes nothing', async (_, code, turn) => {
    const [endpoint, other] = [await startJwksEndpoint([one.jwk]), await startJwksEndpoint([two.jwk])];
    const { failures, prove, changes } = await startScheme(fromEndpoint(endpoint));
    turn(endpoint, other);
    expect(await prove(two)).toEqual({ kind: 'refused', problem: 'unknown_key' });
    await eventually(() => failures.length > 0);
    expect(failures).toEqual([code]);
    expect(other.requests()).toBe(0);
    expect(changes).toEqual([['one']]);
    expect(await prove(one)).toEqual(PROVEN);
  });

  it('whose certificate nobody vouches for is not asked', async () => {
    const endpoint = await startJwksEndpoint([one.jwk]);
    const stranger = await testCertificates();
    for (const ca of [null, stranger.ca]) {
      const { failures, prove } = await startScheme({ jwksUri: endpoint.uri, ca });
      expect(failures).toEqual([expect.stringMatching(/^JWKS_.*(SIGNATURE|CERT|ISSUER)/)]);
      expect(await prove(one)).toEqual({ kind: 'refused', problem: 'unknown_key' });
    }
    expect(endpoint.requests()).toBe(0);
  });

  it('that speaks plain http is not understood', async () => {
    const server = createServer((_, response) => response.end(JSON.stringify({ keys: [one.jwk] })));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTeardown(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    const { port } = server.address() as AddressInfo;
    const { failures } = await startScheme({ jwksUri: `https://localhost:${String(port)}/keys` });
    expect(failures).toHaveLength(1);
  });

  it('that fails is asked again, at intervals that double up to a limit', async () => {
    const endpoint = await startJwksEndpoint([one.jwk]);
    const times: number[] = [];
    endpoint.answerWith((_, response) => {
      times.push(performance.now());
      response.writeHead(503).end();
    });
    await startScheme(fromEndpoint(endpoint), { firstRetryMs: 40, lastRetryMs: 160 });
    await eventually(() => times.length >= 6);
    const gaps = times.slice(1, 6).map((time, index) => time - (times[index] ?? 0));
    for (const [index, least] of [40, 80, 160, 160, 160].entries())
      expect(gaps[index]).toBeGreaterThan(least - 5);
  });

  it('that comes back is noticed by the next try', async () => {
    const endpoint = await startJwksEndpoint([one.jwk]);
    endpoint.answerWith((_, response) => response.writeHead(503).end());
    const { changes, prove, failures } = await startScheme(fromEndpoint(endpoint), {
      ...{ firstRetryMs: 40, lastRetryMs: 40 },
    });
    expect(failures).toEqual(['JWKS_STATUS']);
    endpoint.publish([one.jwk]);
    await eventually(() => changes.length === 1);
    expect(await prove(one)).toEqual(PROVEN);
  });

  it('that is gone for a day takes its keys along, and what they verified', async () => {
    const endpoint = await startJwksEndpoint([one.jwk]);
    const timing = { refreshMs: 20, firstRetryMs: 20, lastRetryMs: 20 };
    const { clock, prove, scheme, changes, failures } = await startScheme(fromEndpoint(endpoint), timing);
    endpoint.answerWith((_, response) => response.writeHead(503).end());
    await eventually(() => failures.length > 1);
    clock.monotonic += 24 * HOUR_MS - 60_000;
    clock.epoch += 24 * HOUR_MS - 60_000;
    const remembered = tokenOf(one, clock.epoch);
    expect(await scheme.prove(remembered)).toEqual(PROVEN);
    expect(scheme.keysAgeMs()).toBeGreaterThan(23 * HOUR_MS);
    clock.monotonic += 60_000;
    await eventually(() => changes.length === 2);
    expect(changes.at(-1)).toEqual([]);
    expect(await scheme.prove(remembered)).toEqual({ kind: 'refused', problem: 'unknown_key' });
    endpoint.publish([one.jwk]);
    await eventually(async () => (await prove(one)).kind === 'proven');
  });
});

describe('pinned keys', () => {
  const pinnedJwks = JSON.stringify({ keys: [one.jwk] });

  it('alone are all that counts, for ever, and nothing is fetched', async () => {
    const { clock, prove, scheme } = await startScheme({ pinnedJwks });
    clock.monotonic += 48 * HOUR_MS;
    expect(await prove(one)).toEqual(PROVEN);
    expect(await prove(two)).toEqual({ kind: 'refused', problem: 'unknown_key' });
    expect(scheme.keysAgeMs()).toBeNull();
  });

  it('beside an address count until it answers', async () => {
    const endpoint = await startJwksEndpoint([two.jwk]);
    endpoint.answerWith((_, response) => response.writeHead(503).end());
    const timing = { firstRetryMs: 40, lastRetryMs: 40 };
    const { changes, prove } = await startScheme({ ...fromEndpoint(endpoint), pinnedJwks }, timing);
    expect(await prove(one)).toEqual(PROVEN);
    endpoint.publish([two.jwk]);
    await eventually(() => changes.length === 1);
    expect(await prove(two)).toEqual(PROVEN);
    expect(await prove(one)).toEqual({ kind: 'refused', problem: 'unknown_key' });
  });

  it.each([
    ['are private', { keys: [{ ...one.privateKey.export({ format: 'jwk' }), kid: 'one' }] }],
    ['are symmetric', { keys: [{ kty: 'oct', kid: 'one', k: 'AAAA' }] }],
    ['have no id', { keys: [{ ...one.jwk, kid: undefined }] }],
  ])('that %s prevent the start', async (_, document) => {
    const starting = startScheme({ pinnedJwks: JSON.stringify(document) });
    await expect(starting).rejects.toThrow(ConfigurationError);
    await expect(starting).rejects.toThrow('MINTMARK_BEARER_JWKS_FILE');
  });
});

describe('a hook whose issuer is down', () => {
  it('starts, knows callers by their secrets, and by their tokens when the issuer is back', async () => {
    const endpoint = await startJwksEndpoint([one.jwk]);
    endpoint.answerWith((_, response) => response.writeHead(503).end());
    const bearer: BearerConfiguration = {
      ...{ issuer: ISSUER, audience: 'mintmark', clientIds: ['0oaHookCaller'], scope: 'hook.call' },
      ...{ algorithms: ['RS256'], jwksUri: endpoint.uri, pinnedJwks: null, ca: endpoint.ca },
    };
    const hook = await startTestHook({ configuration: { bearer, controlRefreshMs: 50 } });
    const failure = hook.logs().find(({ code }) => code === 'JWKS_STATUS');
    expect(failure?.['msg']).toContain('the keys of bearer tokens could not be fetched');
    const payload = examplePayload('request_01_authorization_code_user');
    expect((await hook.send(payload)).status).toBe(200);
    await createBearerCredential(hook.database, {
      ...{ id: 'hc_bearer', label: 'test', clientId: '0oaHookCaller', issuerIds: ['acme-orders'] },
      ...{ failurePolicy: 'omit', createdAt: new Date(NOW - 1000), expiresAt: null },
    });
    const statusWithToken = async (): Promise<number> => {
      const authorization = ['authorization', `Bearer ${tokenOf(one, NOW)}`] as const;
      const type = ['content-type', 'application/json'] as const;
      return (await hook.call(JSON.stringify(payload), [type, authorization])).status;
    };
    expect(await statusWithToken()).toBe(401);
    endpoint.publish([one.jwk]);
    await eventually(async () => (await statusWithToken()) === 200);
  });
});
