import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Checked, ConfigurationFault } from './configuration-error.js';

/** PEM texts. */
export interface TlsKeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Where a key pair lies, and how often to look whether it has changed. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly reloadMs: number;
}

const CERT = 'MINTMARK_TLS_CERT_FILE';
const KEY = 'MINTMARK_TLS_KEY_FILE';

/** Reads a certificate (chain) and its key, and checks that they belong together. A path that is not set is a fault already. */
export function checkTlsFiles(
  certFile: string | undefined,
  keyFile: string | undefined,
): Checked<TlsKeyPair> {
  const cert = readText(CERT, certFile);
  const key = readText(KEY, keyFile);
  return {
    part: Object.freeze({ cert: cert.text ?? '', key: key.text ?? '' }),
    faults: checkTexts(cert, key),
  };
}

/** What is wrong with a certificate (chain) and its key, by the names of their variables. */
export function checkKeyPair({ cert, key }: TlsKeyPair): readonly ConfigurationFault[] {
  return checkTexts({ text: cert, faults: [] }, { text: key, faults: [] });
}

/** A file that could not be read, in the words of the configuration. */
export function unreadable(file: 'cert' | 'key', error: unknown): ConfigurationFault {
  return unreadableFile(file === 'cert' ? CERT : KEY, error);
}

function unreadableFile(variable: string, error: unknown): ConfigurationFault {
  return { variable, problem: `must be a readable file (${reasonOf(error)})` };
}

/** A PEM file as it was read; `parsed` is absent where it could not be. */
export interface PemFile<Content> extends Parsed<Content> {
  readonly pem: string;
}

/** Reads one PEM file and parses it. A path that is not set is no fault of the file's. */
export function readPem<Content>(
  variable: string,
  path: string | undefined,
  content: string,
  parse: (pem: string) => Content,
): PemFile<Content> {
  const text = readText(variable, path);
  return { pem: text.text ?? '', ...parsePem(text, variable, content, parse) };
}

interface PemText {
  readonly text: string | undefined;
  readonly faults: readonly ConfigurationFault[];
}

function readText(variable: string, path: string | undefined): PemText {
  if (path === undefined) return { text: undefined, faults: [] };
  try {
    return { text: readFileSync(path, 'utf8'), faults: [] };
  } catch (error) {
    return { text: undefined, faults: [unreadableFile(variable, error)] };
  }
}

function checkTexts(cert: PemText, key: PemText): readonly ConfigurationFault[] {
  const certificate = parsePem(cert, CERT, 'a PEM certificate', (pem) => new X509Certificate(pem));
  const privateKey = parsePem(key, KEY, 'an unencrypted PEM private key', createPrivateKey);
  const faults = [...certificate.faults, ...privateKey.faults];
  if (certificate.parsed === undefined || privateKey.parsed === undefined) return faults;
  if (!certificate.parsed.checkPrivateKey(privateKey.parsed)) {
    return [{ variable: KEY, problem: `must be the key of the certificate in ${CERT}` }];
  }
  return isUsable(cert.text, key.text)
    ? []
    : [{ variable: CERT, problem: 'must be usable for TLS: a strong key, and a chain that is whole' }];
}

interface Parsed<Content> {
  readonly parsed: Content | undefined;
  readonly faults: readonly ConfigurationFault[];
}

function parsePem<Content>(
  { text, faults }: PemText,
  variable: string,
  content: string,
  parse: (pem: string) => Content,
): Parsed<Content> {
  if (text === undefined) return { parsed: undefined, faults };
  try {
    return { parsed: parse(text), faults };
  } catch {
    return { parsed: undefined, faults: [...faults, { variable, problem: `must hold ${content}` }] };
  }
}

/** OpenSSL reads the whole chain, where the parser above stops after the first certificate. */
function isUsable(cert: string | undefined, key: string | undefined): boolean {
  try {
    createSecureContext({ cert, key });
    return true;
  } catch {
    return false;
  }
}

/** The system's code of a failed read, such as `ENOENT`. */
export function reasonOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'unreadable';
}
