import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseDocument, type Document } from 'yaml';
import {
  startAuthorizationServer,
  type AuthorizationServerHandle,
} from '../../../src/authorization-server/start.js';
import { ensureCertificates } from '../../../src/playground/issue-certificates.js';
import { EXAMPLES_FOLDER } from '../../../src/playground/sample-directory.js';
import { readWiredOrg, SAMPLE_ORG } from '../../../src/playground/sample-org.js';
import { CLIENT } from '../../support/calls.js';
import { onTeardown } from '../../support/teardown.js';
import { HEADER, SECRETS, startTestHook, type TestCertificates } from '../../support/test-hook.js';
import { SERVER } from '../../support/test-org.js';

/** However busy the machine is: nothing here is about time. */
const PATIENCE_MS = 20_000;

export interface Certificates extends TestCertificates {
  /** Where the CA is. */
  readonly caFile: string;
}

export interface ThirdPartyOrg {
  readonly server: AuthorizationServerHandle;
  /** Acme Orders, whose tokens are stamped. */
  readonly issuer: string;
}

/** A certificate for `localhost`, whose CA lies in a file. */
export async function certificatesOnDisk(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'mintmark-third-party-'));
  onTeardown(() => rm(folder, { recursive: true, force: true }));
  const { caFile, certFile, keyFile } = await ensureCertificates(folder, new Date());
  const [ca = '', cert = '', key = ''] = await Promise.all(
    [caFile, certFile, keyFile].map((path) => readFile(path, 'utf8')),
  );
  return { ca, cert, key, caFile };
}

/**
 * The sample org over HTTPS, in real time, with the hook service and the sample directory in real PostgreSQL behind it: clients that
 * nobody here wrote find it as they would find Okta.
 *
 * @param change what the test needs besides, in the org's file
 */
export async function startThirdPartyOrg(
  certificates: Certificates,
  change: (file: Document) => void,
): Promise<ThirdPartyOrg> {
  const file = parseDocument(await readFile(`${EXAMPLES_FOLDER}${SAMPLE_ORG}`, 'utf8'));
  change(file);
  const { ca, cert, key } = certificates;
  const server = await startAuthorizationServer({
    ...{ org: file.toString(), tls: { cert, key }, hookCa: ca, hookDeadlineMs: PATIENCE_MS },
    signingKeys: [rsaKey(), rsaKey()],
  });
  onTeardown(() => server.stop());
  const hook = await startTestHook({
    certificates,
    configuration: { controlRefreshMs: 50, factsDeadlineMs: PATIENCE_MS },
    now: () => server.clock.now(),
  });
  const uri = server.issuer(SERVER.orders);
  await hook.database.prisma.issuerAlias.create({ data: { uri, issuerId: 'acme-orders' } });
  server.replaceOrg(
    readWiredOrg(file.toString(), { uri: hook.service.url, header: HEADER, secret: SECRETS.all }),
  );
  await untilStamped(server);
  return { server, issuer: uri };
}

function rsaKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The hook service learns the issuer's name a moment after it is written down. */
async function untilStamped(server: AuthorizationServerHandle): Promise<void> {
  const limit = performance.now() + PATIENCE_MS;
  const wish = { server: SERVER.orders, client: CLIENT.batch, grant: 'client_credentials' } as const;
  for (;;) {
    const { decoded, events } = await server.mint(wish);
    if ('mintmark' in decoded.access.payload) return;
    if (performance.now() > limit) throw new Error(`the hook does not stamp: ${JSON.stringify(events)}`);
    await delay(50);
  }
}
