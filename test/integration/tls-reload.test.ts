import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { examplePayload } from '../support/payloads.js';
import { onTeardown } from '../support/teardown.js';
import { HEADER, SECRETS, startTestHook, testCertificates, type TestHook } from '../support/test-hook.js';

const RELOAD_MS = 40;
const DAY_MS = 86_400_000;
const BODY = JSON.stringify(examplePayload('request_07_client_credentials'));

type Pair = Awaited<ReturnType<typeof testCertificates>>;

interface ReloadingHook {
  readonly hook: TestHook;
  readonly first: Pair;
  readonly certFile: string;
  readonly keyFile: string;
  readonly folder: string;
}

/** A hook whose certificate lies in files of its own. */
async function startReloading(): Promise<ReloadingHook> {
  const folder = await mkdtemp(join(tmpdir(), 'mintmark-reload-'));
  onTeardown(() => rm(folder, { recursive: true, force: true }));
  const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const first = await testCertificates();
  await writePair({ certFile, keyFile }, first);
  const hook = await startTestHook({
    certificates: first,
    tlsFiles: { certFile, keyFile, reloadMs: RELOAD_MS },
  });
  return { hook, first, certFile, keyFile, folder };
}

async function writePair(
  { certFile, keyFile }: { readonly certFile: string; readonly keyFile: string },
  { cert, key }: Pick<Pair, 'cert' | 'key'>,
): Promise<void> {
  await writeFile(certFile, cert);
  await writeFile(keyFile, key);
}

function numberOf({ cert }: Pick<Pair, 'cert'>): string {
  return new X509Certificate(cert).serialNumber;
}

/** Serial number of the certificate that a new connection is shown. */
async function shownBy({ service }: TestHook): Promise<string> {
  const port = Number(new URL(service.url).port);
  const socket = connect({ host: 'localhost', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

async function eventuallyShown(hook: TestHook, pair: Pick<Pair, 'cert'>): Promise<void> {
  const limit = performance.now() + 10_000;
  while ((await shownBy(hook)) !== numberOf(pair)) {
    if (performance.now() > limit) throw new Error('the certificate was not shown within 10 s');
    await delay(20);
  }
}

function refusals(hook: TestHook): readonly unknown[] {
  return hook.logs().flatMap(({ level, faults }) => (level === 50 ? [faults] : []));
}

async function eventuallyRefused(hook: TestHook, times: number): Promise<void> {
  const limit = performance.now() + 10_000;
  while (refusals(hook).length < times) {
    if (performance.now() > limit) throw new Error('nothing was refused within 10 s');
    await delay(20);
  }
}

async function callOver(agent: Agent, { service }: TestHook): Promise<{ status: number; reused: boolean }> {
  const headers = { [HEADER]: SECRETS.all, 'content-type': 'application/json' };
  const outgoing = request(service.url, { method: 'POST', headers, agent, rejectUnauthorized: false });
  outgoing.end(BODY);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  await text(incoming);
  return { status: incoming.statusCode ?? 0, reused: outgoing.reusedSocket };
}

async function daysLeft({ service }: TestHook): Promise<number> {
  const metrics = await (await fetch(`${service.opsUrl}/metrics`)).text();
  return Number(/^mintmark_tls_certificate_days_left (\S+)$/m.exec(metrics)?.[1]);
}

/** A pair as it was issued at another time; each is valid for a year from an hour before. */
function pairOf(days: number): Promise<Pair> {
  return testCertificates(new Date(Date.now() + days * DAY_MS));
}

describe('a new certificate', () => {
  it('is shown to new connections, and those that are open go on', async () => {
    const { hook, first, ...files } = await startReloading();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await callOver(agent, hook)).toEqual({ status: 200, reused: false });
    expect(await shownBy(hook)).toBe(numberOf(first));
    const second = await testCertificates();
    await writePair(files, second);
    await eventuallyShown(hook, second);
    expect(await callOver(agent, hook)).toEqual({ status: 200, reused: true });
    expect(refusals(hook)).toEqual([]);
    agent.destroy();
  });

  it('is trusted by those who trust it, and speaks no older TLS than before', async () => {
    const { hook, ...files } = await startReloading();
    const second = await testCertificates();
    await writePair(files, second);
    await eventuallyShown(hook, second);
    const port = Number(new URL(hook.service.url).port);
    const trusting = connect({ host: 'localhost', port, ca: second.ca });
    await once(trusting, 'secureConnect');
    expect(trusting.authorized).toBe(true);
    trusting.destroy();
    const old = connect({
      ...{ host: 'localhost', port, ca: second.ca, ciphers: 'DEFAULT@SECLEVEL=0' },
      ...{ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' },
    });
    await expect(once(old, 'secureConnect')).rejects.toThrow(/protocol/);
  });

  it('is noticed behind symbolic links that are swapped, as Kubernetes does it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mintmark-reload-'));
    onTeardown(() => rm(folder, { recursive: true, force: true }));
    const put = async (name: string, pair: Pair): Promise<void> => {
      await mkdir(join(folder, name));
      await writePair(
        { certFile: join(folder, name, 'tls.crt'), keyFile: join(folder, name, 'tls.key') },
        pair,
      );
      await symlink(name, join(folder, `${name}-link`));
      await rename(join(folder, `${name}-link`), join(folder, 'data'));
    };
    const [first, second] = [await testCertificates(), await testCertificates()];
    await put('one', first);
    const [certFile, keyFile] = ['tls.crt', 'tls.key'].map((name) => join(folder, 'data', name));
    const hook = await startTestHook({
      certificates: first,
      tlsFiles: { certFile: certFile ?? '', keyFile: keyFile ?? '', reloadMs: RELOAD_MS },
    });
    await put('two', second);
    await eventuallyShown(hook, second);
    expect(refusals(hook)).toEqual([]);
  });

  it('is what the days left are counted for', async () => {
    const { hook, ...files } = await startReloading();
    expect(await daysLeft(hook)).toBeGreaterThan(364);
    const second = await pairOf(-300);
    await writePair(files, second);
    await eventuallyShown(hook, second);
    expect(await daysLeft(hook)).toBeGreaterThan(64);
    expect(await daysLeft(hook)).toBeLessThan(66);
  });
});

const KEY = 'MINTMARK_TLS_KEY_FILE';
const CERT = 'MINTMARK_TLS_CERT_FILE';

async function wrongKey(): Promise<readonly [string, string]> {
  return [(await testCertificates()).cert, (await testCertificates()).key];
}

async function ofDays(days: number): Promise<readonly [string, string]> {
  const { cert, key } = await pairOf(days);
  return [cert, key];
}

async function cutChain(): Promise<readonly [string, string]> {
  const { cert, ca, key } = await testCertificates();
  return [`${cert}${ca.slice(0, ca.length / 2)}`, key];
}

async function cutCertificate(): Promise<readonly [string, string]> {
  const { cert, key } = await testCertificates();
  return [cert.slice(0, cert.length / 2), key];
}

describe('a pair that cannot be used', () => {
  it.each([
    ['does not belong together', wrongKey, KEY, /must be the key of the certificate/],
    ['has expired', () => ofDays(-400), CERT, /has expired/],
    ['is not valid yet', () => ofDays(2), CERT, /is not valid yet/],
    ['has half a certificate', cutCertificate, CERT, /must hold a PEM certificate/],
    ['has half a chain', cutChain, CERT, /a chain that is whole/],
    ['is empty', () => Promise.resolve(['', ''] as const), CERT, /must hold a PEM certificate/],
  ] as const)(
    'because it %s is refused, reported once, and the one in force stays',
    async (_, make, variable, problem) => {
      const { hook, first, ...files } = await startReloading();
      const [cert, key] = await make();
      await writePair(files, { cert, key });
      await eventuallyRefused(hook, 1);
      await delay(5 * RELOAD_MS);
      expect(refusals(hook)).toEqual([
        expect.arrayContaining([{ variable, problem: expect.stringMatching(problem) as unknown }]),
      ]);
      expect(JSON.stringify(hook.logs())).not.toContain('PRIVATE KEY');
      expect(await shownBy(hook)).toBe(numberOf(first));
      expect(await daysLeft(hook)).toBeGreaterThan(364);
    },
  );

  it('is looked at again: the one that follows is taken', async () => {
    const { hook, certFile, keyFile } = await startReloading();
    const second = await testCertificates();
    await writeFile(certFile, second.cert);
    await eventuallyRefused(hook, 1);
    await rm(keyFile);
    await eventuallyRefused(hook, 2);
    expect(refusals(hook)).toEqual([
      [{ variable: KEY, problem: expect.stringContaining('must be the key') as unknown }],
      [{ variable: KEY, problem: 'must be a readable file (ENOENT)' }],
    ]);
    await writeFile(keyFile, second.key);
    await eventuallyShown(hook, second);
  });

  it('does not end the service', async () => {
    const { hook, certFile } = await startReloading();
    await writeFile(certFile, 'garbage');
    await eventuallyRefused(hook, 1);
    expect((await hook.send(JSON.parse(BODY))).status).toBe(200);
  });
});
