import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Checked, ConfigurationFault } from './configuration-error.js';

/** PEM texts. */
export interface TlsKeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Reads a certificate (chain) and its key, and checks that they belong together. A path that is not set is a fault already. */
export function checkTlsFiles(
  certFile: string | undefined,
  keyFile: string | undefined,
): Checked<TlsKeyPair> {
  const cert = readPem(
    'MINTMARK_TLS_CERT_FILE',
    certFile,
    'a PEM certificate',
    (pem) => new X509Certificate(pem),
  );
  const key = readPem('MINTMARK_TLS_KEY_FILE', keyFile, 'an unencrypted PEM private key', createPrivateKey);
  const isMismatch =
    cert.parsed !== undefined && key.parsed !== undefined && !cert.parsed.checkPrivateKey(key.parsed);
  const mismatch = 'must be the key of the certificate in MINTMARK_TLS_CERT_FILE';
  return {
    part: Object.freeze({ cert: cert.pem, key: key.pem }),
    faults: [
      ...cert.faults,
      ...key.faults,
      ...(isMismatch ? [{ variable: 'MINTMARK_TLS_KEY_FILE', problem: mismatch }] : []),
    ],
  };
}

/** A PEM file as it was read; `parsed` is absent where it could not be. */
export interface PemFile<Parsed> {
  readonly pem: string;
  readonly parsed: Parsed | undefined;
  readonly faults: readonly ConfigurationFault[];
}

/** Reads one PEM file and parses it. A path that is not set is no fault of the file's. */
export function readPem<Parsed>(
  variable: string,
  path: string | undefined,
  content: string,
  parse: (pem: string) => Parsed,
): PemFile<Parsed> {
  if (path === undefined) return { pem: '', parsed: undefined, faults: [] };
  let pem = '';
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    const problem = `must be a readable file (${reasonOf(error)})`;
    return { pem, parsed: undefined, faults: [{ variable, problem }] };
  }
  try {
    return { pem, parsed: parse(pem), faults: [] };
  } catch {
    return { pem, parsed: undefined, faults: [{ variable, problem: `must hold ${content}` }] };
  }
}

/** The system's code of a failed read, such as `ENOENT`. */
export function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unreadable';
}
