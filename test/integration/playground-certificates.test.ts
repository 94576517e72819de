import { execFile, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CertificateFiles, ensureCertificates } from '../../src/playground/issue-certificates.js';

const NOW = new Date('2026-11-05T10:00:00.500Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const run = promisify(execFile);
const versionOf = (program: string, flag: string) =>
  spawnSync(program, [flag], { encoding: 'utf8' }).stdout ?? '';
const withOpenssl = versionOf('openssl', 'version').startsWith('OpenSSL 3') ? it : it.skip;
const withCurl = versionOf('curl', '--version') === '' ? it.skip : it;

let place: string;
let folder: string;
let teardowns: (() => Promise<unknown>)[];

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'mintmark-certificates-'));
  folder = join(place, 'tls');
  teardowns = [() => rm(place, { recursive: true, force: true })];
});

afterEach(async () => {
  for (const tearDown of teardowns.toReversed()) await tearDown();
});

async function readCertificates({ caFile, certFile }: CertificateFiles) {
  const read = async (file: string) => new X509Certificate(await readFile(file));
  return { ca: await read(caFile), server: await read(certFile) };
}

async function readAll(files: CertificateFiles): Promise<string[]> {
  return Promise.all([files.caFile, files.certFile, files.keyFile].map((file) => readFile(file, 'utf8')));
}

/** Serves `hello` over HTTPS on a port of 127.0.0.1, which it returns. */
async function serve({ certFile, keyFile }: CertificateFiles): Promise<number> {
  const options = { cert: await readFile(certFile), key: await readFile(keyFile) };
  const server = createServer(options, (_, response) => response.end('hello'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  teardowns.push(async () => {
    server.closeAllConnections();
    await promisify(server.close.bind(server))();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** `servername` is what the client believes to be talking to; the connection goes to 127.0.0.1. */
async function fetchText(port: number, servername: string, ca?: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const trust = ca === undefined ? {} : { ca };
    const target = { host: '127.0.0.1', port, agent: false, headers: { host: servername } };
    const name = servername === '127.0.0.1' ? {} : { servername };
    request({ ...target, ...trust, ...name }, (response) => resolve(text(response)))
      .once('error', reject)
      .end();
  });
}

describe('the playground certificates', () => {
  it.each(['localhost', '127.0.0.1'])('let a client that trusts the authority reach %s', async (name) => {
    const files = await ensureCertificates(folder, new Date());
    const port = await serve(files);
    expect(await fetchText(port, name, await readFile(files.caFile))).toBe('hello');
  });

  it('are refused by a client that does not know the authority, and for any other name', async () => {
    const files = await ensureCertificates(folder, new Date());
    const stranger = await ensureCertificates(join(place, 'stranger'), new Date());
    const port = await serve(files);
    const untrusted = { code: expect.stringMatching(/^UNABLE_TO_/) };
    await expect(fetchText(port, 'localhost')).rejects.toMatchObject(untrusted);
    await expect(fetchText(port, 'localhost', await readFile(stranger.caFile))).rejects.toMatchObject(
      untrusted,
    );
    await expect(fetchText(port, 'example.com', await readFile(files.caFile))).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  withCurl('are accepted by curl', async () => {
    const files = await ensureCertificates(folder, new Date());
    const port = await serve(files);
    for (const host of ['localhost', '127.0.0.1']) {
      const target = ['--resolve', `localhost:${port}:127.0.0.1`, `https://${host}:${port}/`];
      const args = ['--silent', '--show-error', '--noproxy', '*', '--cacert', files.caFile, ...target];
      expect((await run('curl', args)).stdout).toBe('hello');
    }
  });

  withOpenssl('are accepted by openssl at its strictest', async () => {
    const { caFile, certFile } = await ensureCertificates(folder, new Date());
    const strict = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', caFile, certFile];
    expect((await run('openssl', strict)).stdout).toContain('OK');
  });

  withOpenssl('say what the authority and the server may do', async () => {
    const { caFile, certFile } = await ensureCertificates(folder, NOW);
    const describeFile = async (file: string) =>
      (await run('openssl', ['x509', '-noout', '-text', '-in', file])).stdout.replaceAll(/\s+/g, ' ');
    const [ca, server] = [await describeFile(caFile), await describeFile(certFile)];
    expect(ca).toContain('Basic Constraints: critical CA:TRUE, pathlen:0');
    expect(ca).toContain('Key Usage: critical Certificate Sign, CRL Sign X509v3');
    expect(ca).toContain(
      'Name Constraints: critical Permitted: DNS:localhost IP:127.0.0.0/255.0.0.0 IP:0:0:0:0:0:0:0:1/',
    );
    expect(server).toContain('Basic Constraints: critical CA:FALSE');
    expect(server).toContain('Key Usage: critical Digital Signature X509v3');
    expect(server).toContain('Extended Key Usage: TLS Web Server Authentication X509v3');
    const [subjectKey] = /(?<=Subject Key Identifier: )[\dA-F:]{59}/.exec(ca) ?? [];
    expect(server).toContain(`Authority Key Identifier: ${subjectKey ?? 'none'}`);
    expect(server).toContain('NIST CURVE: P-256');
    expect(server).toContain('Signature Algorithm: ecdsa-with-SHA256');
  });

  it('hold from an hour ago for a year, for the names of the loopback only', async () => {
    const { ca, server } = await readCertificates(await ensureCertificates(folder, NOW));
    expect(server.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
    for (const { validFrom, validTo } of [ca, server]) {
      expect(new Date(validFrom).toISOString()).toBe('2026-11-05T09:00:00.000Z');
      expect(new Date(validTo).toISOString()).toBe('2027-11-05T10:00:00.000Z');
    }
  });

  it('differ from one playground to the next in the name of the authority and in the serial numbers', async () => {
    const one = await readCertificates(await ensureCertificates(folder, NOW));
    const other = await readCertificates(await ensureCertificates(join(place, 'other'), NOW));
    for (const { subject } of [one.ca, other.ca])
      expect(subject).toMatch(/^CN=Mintmark playground CA [\da-f]{8}$/);
    expect(one.ca.subject).not.toBe(other.ca.subject);
    const serials = [one.ca, one.server, other.ca, other.server].map(({ serialNumber }) => serialNumber);
    expect(new Set(serials).size).toBe(4);
    for (const serial of serials) expect(serial).toMatch(/^01[\dA-F]{32}$/);
  });

  it('lie in a private folder, the key readable by its owner only, and the authority has no key there', async () => {
    const files = await ensureCertificates(join(folder, 'deep'), NOW);
    const paths = [folder, join(folder, 'deep'), files.caFile, files.certFile, files.keyFile];
    const modes = await Promise.all(paths.map(async (path) => ((await stat(path)).mode & 0o777).toString(8)));
    expect(modes).toEqual(['700', '700', '644', '644', '600']);
    expect((await readdir(join(folder, 'deep'))).toSorted()).toEqual(['ca.pem', 'server.key', 'server.pem']);
    const [ca, cert, key] = await readAll(files);
    expect(`${ca}${cert}`).not.toContain('PRIVATE');
    expect(key?.match(/-----BEGIN .*-----/g)).toEqual(['-----BEGIN PRIVATE KEY-----']);
  });
});

describe('certificates that are there already', () => {
  let files: CertificateFiles;
  let before: string[];

  beforeEach(async () => {
    files = await ensureCertificates(folder, NOW);
    before = await readAll(files);
  });

  async function expectRenewal(now: Date): Promise<void> {
    expect(await ensureCertificates(folder, now)).toEqual(files);
    const after = await readAll(files);
    for (const [index, pem] of after.entries()) expect(pem).not.toBe(before[index]);
    expect(await ensureCertificates(folder, now)).toEqual(files);
    expect(await readAll(files)).toEqual(after);
    expect(await readdir(folder)).toHaveLength(3);
  }

  it.each([0, 1, 357])('are reused after %i days', async (days) => {
    expect(await ensureCertificates(folder, new Date(NOW.getTime() + days * DAY_MS))).toEqual(files);
    expect(await readAll(files)).toEqual(before);
  });

  it.each([358, 365, 1000])('are made anew after %i days, with a week left or less', async (days) => {
    await expectRenewal(new Date(NOW.getTime() + days * DAY_MS));
  });

  it('are made anew when the clock says that they do not hold yet', async () => {
    await expectRenewal(new Date(NOW.getTime() - 2 * HOUR_MS));
  });

  it.each(['ca.pem', 'server.pem', 'server.key'])('are made anew when %s is missing', async (name) => {
    await unlink(join(folder, name));
    await expectRenewal(NOW);
  });

  it.each(['ca.pem', 'server.pem', 'server.key'])('are made anew when %s is no PEM', async (name) => {
    await writeFile(join(folder, name), 'nonsense');
    await expectRenewal(NOW);
  });

  it.each(['ca.pem', 'server.pem', 'server.key'])('are made anew when %s belongs to others', async (name) => {
    const stranger = join(place, 'stranger');
    await ensureCertificates(stranger, NOW);
    await copyFile(join(stranger, name), join(folder, name));
    await expectRenewal(NOW);
  });

  it('are made anew with mode 0600 for a key that was open to all', async () => {
    await chmod(files.keyFile, 0o644);
    await expectRenewal(new Date(NOW.getTime() + 400 * DAY_MS));
    expect((await stat(files.keyFile)).mode & 0o777).toBe(0o600);
  });

  it('that cannot be written say where, and what to do', async () => {
    await expect(ensureCertificates(join(files.caFile, 'inside'), NOW)).rejects.toThrow(
      /could not be written to .*ca\.pem.*ENOTDIR.*choose another one/,
    );
  });
});
