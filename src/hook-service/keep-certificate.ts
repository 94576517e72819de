import type { TlsFiles, TlsKeyPair } from '../config/tls-files.js';
import { CertificateWatch, daysLeft } from '../operations/certificate-watch.js';
import type { Logger } from '../operations/logger.js';
import type { Metrics } from '../operations/metrics.js';
import type { HookServer } from './hook-server.js';

export interface CertificateKeeping {
  /** Null for plain HTTP, which has none. */
  readonly tls: TlsKeyPair | null;
  /** Where the pair comes from; without it the pair stays as it is. */
  readonly tlsFiles?: TlsFiles | null;
  readonly hookServer: HookServer;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Keeps the certificate in force up to date, and its days left among the metrics. Time is the machine's, as it is for the callers who
 * judge the certificate.
 *
 * @returns what ends it
 */
export function keepCertificate(keeping: CertificateKeeping): () => Promise<void> {
  const { tls, tlsFiles = null, hookServer, logger, metrics } = keeping;
  if (tls === null) return () => Promise.resolve();
  let inForce = tls;
  metrics.addReading({
    name: 'mintmark_tls_certificate_days_left',
    help: 'Days until the certificate in force expires.',
    read: () => daysLeft(inForce, Date.now()),
  });
  if (daysLeft(inForce, Date.now()) <= 0)
    logger.error('the TLS certificate has expired: callers will refuse it');
  if (tlsFiles === null) return () => Promise.resolve();
  const use = (pair: TlsKeyPair): void => {
    hookServer.replaceCertificate(pair);
    inForce = pair;
  };
  const watch = CertificateWatch.start({ files: tlsFiles, inForce: tls, use, logger, now: Date.now });
  return () => watch.stop();
}
