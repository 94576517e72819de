import { chmod, chown, cp, mkdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureCertificates, type CertificateFiles } from '../../src/playground/issue-certificates.js';
import { httpsCall } from '../../test/support/https-client.js';
import { createRunner, type Account, type Ended, type Runner, type RunningProgram } from './run-image.js';
import type { ReplayedImage } from './replay-stages.js';

export interface TrialOptions {
  readonly image: ReplayedImage;
  readonly account: Account;
  /** The checkout, for the sample directory and payload. */
  readonly context: string;
  /** A folder beside the image, for what a deployment mounts: certificates and the directory file. */
  readonly mounted: string;
  /** An empty database. */
  readonly databaseUrl: string;
  readonly report: (line: string) => void;
}

const ISSUER = 'acme-orders';
const PAYLOAD = 'examples/payloads/request_01_authorization_code_user.json';
/** In the working folder of the image: the one place there that can be written to. */
const SNAPSHOT_FILE = 'state/control.json';
const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;

interface Trial extends TrialOptions {
  readonly runner: Runner;
  readonly certificates: CertificateFiles;
}

/** Starts the image as a deployment would, calls it, and stops it. @throws Error that says what did not work */
export async function tryImage(options: TrialOptions): Promise<void> {
  const runner = createRunner(options.image, options.account);
  const certificates = await mountFiles(options);
  const trial = { ...options, runner, certificates };
  await refusesTheEmbeddedDatabase(trial);
  const secret = await prepareDatabase(trial);
  await servesAndStops(trial, secret);
}

async function mountFiles({ account, context, mounted }: TrialOptions): Promise<CertificateFiles> {
  await mkdir(mounted);
  const files = await ensureCertificates(join(mounted, 'tls'), new Date());
  await cp(join(context, 'examples/directory.yaml'), join(mounted, 'directory.yaml'));
  await chmod(join(mounted, 'tls'), 0o755);
  if (account !== undefined) await chown(files.keyFile, account.uid, account.gid);
  return files;
}

async function refusesTheEmbeddedDatabase(trial: Trial): Promise<void> {
  const ended = await trial.runner.run(trial.image.stage.command ?? [], serviceEnvironment(trial, {}));
  const isRefused = ended.code === 78 && ended.stderr.includes('DATABASE_URL');
  expect(isRefused, 'without DATABASE_URL: exit 78', ended);
  trial.report('without DATABASE_URL it ends with 78');
}

/** With the image's own command line. @returns the secret of a new credential */
async function prepareDatabase({ runner, databaseUrl, mounted, report }: Trial): Promise<string> {
  const mintmark = async (...parameters: readonly string[]): Promise<Ended> => {
    const ended = await runner.run(['node', 'dist/cli/main.js', ...parameters], {
      DATABASE_URL: databaseUrl,
    });
    expect(ended.code === 0, `mintmark ${parameters.join(' ')}: exit 0`, ended);
    return ended;
  };
  await mintmark('migrate');
  await mintmark('apply', join(mounted, 'directory.yaml'));
  const created = await mintmark('credential', 'create', '--issuer', ISSUER, '--json');
  const credential: unknown = JSON.parse(created.stdout);
  const secret: unknown = isRecord(credential) ? credential['secret'] : undefined;
  if (typeof secret !== 'string') throw new Error('credential create --json printed no secret');
  report('migrate, apply and credential work');
  return secret;
}

async function servesAndStops(trial: Trial, secret: string): Promise<void> {
  const { image, runner, databaseUrl, report } = trial;
  const [hookPort, opsPort] = [await findFreePort(), await findFreePort()];
  const ports = { MINTMARK_HOOK_PORT: String(hookPort), MINTMARK_OPS_PORT: String(opsPort) };
  const healthCheck = () => runner.run(image.stage.healthCheck ?? [], ports);
  const before = await healthCheck();
  expect(before.code === 1, 'the health check of a service that does not run: exit 1', before);
  const service = runner.start(
    image.stage.command ?? [],
    serviceEnvironment(trial, { ...ports, DATABASE_URL: databaseUrl }),
  );
  try {
    await untilHealthy(service, healthCheck);
    report('the health check fails before the start, and passes after it');
    await stampsAToken(trial, hookPort, secret);
    report('it stamps a token');
    await keepsItsSnapshot(trial, secret, service);
    report('it keeps a copy of the control snapshot in state, without the secret');
    const late = delay(STOP_LIMIT_MS, undefined, { ref: false });
    service.signal('SIGTERM');
    const ended = await Promise.race([service.ended, late]);
    expect(ended?.code === 0, 'after SIGTERM: exit 0 within ten seconds', ended ?? service.output());
    report('SIGTERM ends it with 0');
  } finally {
    service.signal('SIGKILL');
    await service.ended;
  }
}

/** The copy is written off the request path, soon after the start. */
async function keepsItsSnapshot({ image }: Trial, secret: string, service: RunningProgram): Promise<void> {
  const path = join(image.folder, SNAPSHOT_FILE);
  const limit = performance.now() + START_LIMIT_MS;
  while (!existsSync(path)) {
    expect(performance.now() < limit, 'the copy of the control snapshot is written', service.output());
    await delay(100);
  }
  const copy = await readFile(path, 'utf8');
  expect(copy.includes(ISSUER) && !copy.includes(secret), 'the copy names the issuer, and no secret', copy);
}

function serviceEnvironment(
  { certificates }: Trial,
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return {
    MINTMARK_TLS_CERT_FILE: certificates.certFile,
    MINTMARK_TLS_KEY_FILE: certificates.keyFile,
    MINTMARK_HOOK_HOST: '127.0.0.1',
    MINTMARK_SNAPSHOT_FILE: SNAPSHOT_FILE,
    ...more,
  };
}

async function untilHealthy(service: RunningProgram, healthCheck: () => Promise<Ended>): Promise<void> {
  const limit = performance.now() + START_LIMIT_MS;
  while ((await healthCheck()).code !== 0) {
    const ended = await Promise.race([service.ended, delay(100)]);
    expect(ended === undefined, 'the service runs', service.output());
    expect(performance.now() < limit, 'the service is healthy within 30 seconds', service.output());
  }
}

async function stampsAToken({ context, certificates }: Trial, port: number, secret: string): Promise<void> {
  const { status, body } = await httpsCall(`https://localhost:${String(port)}/okta/token-hook`, {
    headers: [
      ['authorization', secret],
      ['content-type', 'application/json'],
    ],
    body: await readFile(join(context, PAYLOAD)),
    ca: await readFile(certificates.caFile, 'utf8'),
  });
  const parts = [
    '/claims/mintmark',
    '"path":"/claims/tenant_id","value":"blue"',
    '"support.tier":"priority"',
  ];
  const isStamped = status === 200 && parts.every((part) => body.includes(part));
  expect(isStamped, 'the sample payload is stamped for tenant blue', { status, body });
}

function expect(isSo: boolean, what: string, seen: unknown): void {
  if (!isSo) throw new Error(`Expected: ${what}. Seen: ${JSON.stringify(seen, null, 2)}`);
}

async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
