import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { X509CertificateGenerator } from '@peculiar/x509';

export interface KeyPairFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Writes a self-signed certificate of 2026 for `localhost`, and its key: `name.pem` and `name.key` in the folder. */
export async function writeKeyPair(folder: string, name: string): Promise<KeyPairFiles> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...{ serialNumber: '01', name: 'CN=localhost', signingAlgorithm: algorithm, keys },
    ...{ notBefore: new Date('2026-01-01'), notAfter: new Date('2027-01-01') },
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const files = { certFile: join(folder, `${name}.pem`), keyFile: join(folder, `${name}.key`) };
  await writeFile(files.certFile, `${certificate.toString('pem')}\n`);
  await writeFile(files.keyFile, `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`);
  return files;
}
