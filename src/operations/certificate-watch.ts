import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ConfigurationFault } from '../config/configuration-error.js';
import { checkKeyPair, unreadable, type TlsFiles, type TlsKeyPair } from '../config/tls-files.js';
import { errorCode } from './error-code.js';
import type { Logger } from './logger.js';

const DAY_MS = 86_400_000;

export interface CertificateWatchOptions {
  readonly files: TlsFiles;
  /** The pair that the server began with. */
  readonly inForce: TlsKeyPair;
  /** Puts another pair in force; connections that are open stay as they are. */
  readonly use: (pair: TlsKeyPair) => void;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a look at the files found. */
type Finding =
  | { readonly kind: 'pair'; readonly pair: TlsKeyPair }
  | { readonly kind: 'unreadable'; readonly fault: ConfigurationFault };

/**
 * Looks at the files of a key pair every few seconds, and puts a new pair in force. Their contents are compared, since neither
 * watching nor time stamps tell every way in which files are replaced (Kubernetes swaps a symbolic link above them). What
 * has changed is judged when it has held still from one look to the next: a certificate is often there a moment
 * before its key. A pair that cannot be used, has expired or is not valid yet is refused, reported once for each change, and
 * looked at again each time; the pair in force stays.
 */
export class CertificateWatch {
  readonly #options: CertificateWatchOptions;
  #inForce: string;
  #lastSeen = '';
  #lastReported = '';
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  private constructor(options: CertificateWatchOptions) {
    this.#options = options;
    this.#inForce = fingerprint({ kind: 'pair', pair: options.inForce });
    this.#schedule();
  }

  static start(options: CertificateWatchOptions): CertificateWatch {
    return new CertificateWatch(options);
  }

  /** Ends watching; a look under way is waited for. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().finally(() => {
        this.#schedule();
      });
    }, this.#options.files.reloadMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const finding = await readFiles(this.#options.files);
    const seen = fingerprint(finding);
    const isSettled = seen === this.#lastSeen;
    this.#lastSeen = seen;
    if (seen === this.#inForce) this.#lastReported = '';
    else if (isSettled) this.#judge(finding, seen);
  }

  #judge(finding: Finding, seen: string): void {
    const faults = faultsOf(finding, this.#options.now());
    if (faults.length > 0 || finding.kind === 'unreadable') this.#report(faults, seen);
    else this.#replace(finding.pair, seen);
  }

  #replace(pair: TlsKeyPair, seen: string): void {
    const { use, logger, now } = this.#options;
    try {
      use(pair);
    } catch (error) {
      this.#report([{ variable: 'MINTMARK_TLS_CERT_FILE', problem: errorCode(error) }], seen);
      return;
    }
    this.#inForce = seen;
    this.#lastReported = '';
    logger.info({ daysLeft: Math.floor(daysLeft(pair, now())) }, 'a new TLS certificate is in force');
  }

  #report(faults: readonly ConfigurationFault[], seen: string): void {
    if (seen === this.#lastReported) return;
    this.#lastReported = seen;
    this.#options.logger.error({ faults }, 'the new TLS certificate is refused; the one in force stays');
  }
}

/** Days until a certificate expires, as a fraction; negative where it has expired. Of a chain, the first counts. */
export function daysLeft({ cert }: TlsKeyPair, now: number): number {
  return (Date.parse(new X509Certificate(cert).validTo) - now) / DAY_MS;
}

async function readFiles({ certFile, keyFile }: TlsFiles): Promise<Finding> {
  const cert = await readFile(certFile, 'utf8').catch((error: unknown) => unreadable('cert', error));
  if (typeof cert !== 'string') return { kind: 'unreadable', fault: cert };
  const key = await readFile(keyFile, 'utf8').catch((error: unknown) => unreadable('key', error));
  return typeof key === 'string' ? { kind: 'pair', pair: { cert, key } } : { kind: 'unreadable', fault: key };
}

function fingerprint(finding: Finding): string {
  return createHash('sha256').update(JSON.stringify(finding)).digest('hex');
}

function faultsOf(finding: Finding, now: number): readonly ConfigurationFault[] {
  if (finding.kind === 'unreadable') return [finding.fault];
  const faults = checkKeyPair(finding.pair);
  return faults.length > 0 ? faults : faultsOfTime(finding.pair, now);
}

function faultsOfTime({ cert }: TlsKeyPair, now: number): readonly ConfigurationFault[] {
  const { validFrom, validTo } = new X509Certificate(cert);
  const variable = 'MINTMARK_TLS_CERT_FILE';
  if (Date.parse(validTo) <= now) return [{ variable, problem: `has expired (${validTo})` }];
  if (Date.parse(validFrom) > now) return [{ variable, problem: `is not valid yet (${validFrom})` }];
  return [];
}
