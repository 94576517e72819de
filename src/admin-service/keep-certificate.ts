import { Server as SecureServer } from 'node:https';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { TlsFiles, TlsKeyPair } from '../config/tls-files.js';
import { CertificateWatch } from '../operations/certificate-watch.js';
import type { Logger } from '../operations/logger.js';

export interface CertificateKeeping {
  readonly tls: TlsKeyPair | null;
  readonly tlsFiles?: TlsFiles | null;
  readonly app: NestFastifyApplication;
  readonly logger: Logger;
}

/** Puts a new certificate in force when its files change. @returns what ends it */
export function keepCertificate({
  tls,
  tlsFiles = null,
  app,
  logger,
}: CertificateKeeping): () => Promise<void> {
  const server: unknown = app.getHttpServer();
  if (tls === null || tlsFiles === null || !(server instanceof SecureServer)) return () => Promise.resolve();
  const use = ({ cert, key }: TlsKeyPair): void => {
    server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' });
  };
  const watch = CertificateWatch.start({ files: tlsFiles, inForce: tls, use, logger, now: Date.now });
  return () => watch.stop();
}
