import 'reflect-metadata'; // @peculiar/x509 wants it loaded first
import {
  createPrivateKey,
  KeyObject,
  randomBytes,
  randomUUID,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** Paths of PEM files: what a client must trust, and what the server shows and keeps. */
export interface CertificateFiles {
  readonly caFile: string;
  readonly certFile: string;
  /** PKCS #8, mode 0600. */
  readonly keyFile: string;
}

interface Pems {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

type KeyPair = webcrypto.CryptoKeyPair;

interface Authority {
  readonly name: string;
  readonly keys: KeyPair;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LIFETIME_MS = 365 * DAY_MS;
const RENEWAL_MS = 7 * DAY_MS;

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const SERVER_NAMES: JsonGeneralNames = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '::1' },
];
const NAME_CONSTRAINTS = '2.5.29.30';

// Whoever comes to trust this authority shall trust it for their own machine only (RFC 5280, section 4.2.1.10):
// permittedSubtrees [0] with a dNSName [2] and two iPAddresses [7], each an address and its mask.
const LOOPBACK_ONLY = der(0x30, [
  der(0xa0, [
    der(0x30, [der(0x82, [Buffer.from('localhost')])]),
    der(0x30, [der(0x87, [Buffer.from('7f000000ff000000', 'hex')])]),
    der(0x30, [der(0x87, [Buffer.from(`${'00'.repeat(15)}01${'ff'.repeat(16)}`, 'hex')])]),
  ]),
]);

/**
 * Sees to a server certificate for `localhost`, `127.0.0.1` and `::1`, and to the authority that signed it: `ca.pem`,
 * `server.pem` and `server.key` in `folder`, which is created with mode 0700. They are reused while they belong
 * together and the certificates hold for more than seven days after `now`; otherwise all three are made anew, valid for
 * a year. The authority's private key never leaves the process and is gone when this returns.
 *
 * One caller at a time for a folder: two that renew at once may leave files that do not match, until the next call.
 */
export async function ensureCertificates(folder: string, now: Date): Promise<CertificateFiles> {
  const files = {
    caFile: join(folder, 'ca.pem'),
    certFile: join(folder, 'server.pem'),
    keyFile: join(folder, 'server.key'),
  };
  const present = await readPems(files);
  if (present !== undefined && isUsable(present, now)) return files;
  const made = await issueCertificates(now);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writePems(files, made);
  } catch (cause) {
    const remedy = 'Make the folder writable for this user, or choose another one.';
    throw new Error(`The certificates could not be written to ${folder} (${String(cause)}). ${remedy}`, {
      cause,
    });
  }
  return files;
}

async function writePems({ caFile, certFile, keyFile }: CertificateFiles, pems: Pems): Promise<void> {
  await replaceFile(keyFile, pems.key, 0o600);
  await replaceFile(certFile, pems.cert, 0o644);
  await replaceFile(caFile, pems.ca, 0o644);
}

async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  const draft = `${file}.${randomUUID()}.new`;
  try {
    await writeFile(draft, text, { flag: 'wx', mode });
    await chmod(draft, mode); // the umask may have taken some of it
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

async function readPems({ caFile, certFile, keyFile }: CertificateFiles): Promise<Pems | undefined> {
  try {
    const read = (file: string) => readFile(file, 'utf8');
    const [ca, cert, key] = await Promise.all([read(caFile), read(certFile), read(keyFile)]);
    return { ca, cert, key };
  } catch {
    return undefined; // should the folder be at fault, writing to it says so
  }
}

function isUsable(pems: Pems, now: Date): boolean {
  try {
    const [ca, cert] = [new X509Certificate(pems.ca), new X509Certificate(pems.cert)];
    if (!ca.ca || !cert.checkIssued(ca) || !cert.verify(ca.publicKey)) return false;
    if (!cert.checkPrivateKey(createPrivateKey(pems.key))) return false;
    return isForLoopback(cert) && isFresh(ca, now) && isFresh(cert, now);
  } catch {
    return false; // no PEM of what the file's name promises
  }
}

function isForLoopback(cert: X509Certificate): boolean {
  const names = [cert.checkHost('localhost'), cert.checkIP('127.0.0.1'), cert.checkIP('::1')];
  return names.every((name) => name !== undefined);
}

function isFresh({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  return Date.parse(validFrom) <= now.getTime() && Date.parse(validTo) - now.getTime() > RENEWAL_MS;
}

async function issueCertificates(now: Date): Promise<Pems> {
  const validity = {
    notBefore: new Date(now.getTime() - HOUR_MS),
    notAfter: new Date(now.getTime() + LIFETIME_MS),
  };
  const authority = {
    name: `CN=Mintmark playground CA ${randomBytes(4).toString('hex')}`,
    keys: await generateKeys({ extractable: false }),
  };
  const serverKeys = await generateKeys({ extractable: true });
  return {
    ca: await issueAuthorityCertificate(authority, validity),
    cert: await issueServerCertificate(authority, serverKeys.publicKey, validity),
    key: KeyObject.from(serverKeys.privateKey).export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

function generateKeys({ extractable }: { readonly extractable: boolean }): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(KEY_ALGORITHM, extractable, ['sign', 'verify']);
}

async function issueAuthorityCertificate({ name, keys }: Authority, validity: Validity): Promise<string> {
  const extensions = [
    new BasicConstraintsExtension(true, 0, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    new Extension(NAME_CONSTRAINTS, true, LOOPBACK_ONLY),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
  ];
  const fields = { ...validity, serialNumber: randomSerial(), name, keys, extensions };
  const certificate = await X509CertificateGenerator.createSelfSigned(fields);
  return `${certificate.toString('pem')}\n`;
}

async function issueServerCertificate(
  { name: issuer, keys }: Authority,
  publicKey: KeyPair['publicKey'],
  validity: Validity,
): Promise<string> {
  const extensions = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(SERVER_NAMES),
    await AuthorityKeyIdentifierExtension.create(keys.publicKey),
    await SubjectKeyIdentifierExtension.create(publicKey),
  ];
  const names = { subject: 'CN=localhost', issuer, serialNumber: randomSerial() };
  const fields = { ...validity, ...names, publicKey, signingKey: keys.privateKey, extensions };
  const certificate = await X509CertificateGenerator.create(fields);
  return `${certificate.toString('pem')}\n`;
}

/** 17 bytes, 16 of them random; the first keeps it positive. In hexadecimal. */
function randomSerial(): string {
  return `01${randomBytes(16).toString('hex')}`;
}

/** One element of DER, shorter than 128 bytes. */
function der(tag: number, parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
}
