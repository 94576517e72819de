import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureCertificates, type CertificateFiles } from '../src/playground/issue-certificates.js';
import { createDatabase, startPostgresServer } from '../test/support/postgres-server.js';
import { seedSubjects } from './directory.js';
import { LOAD_CORE, pinRunning } from './programs.js';
import { readBodies } from './requests.js';

/** The issuer of examples/directory.yaml that the calls come from. */
const ISSUER = 'acme-orders';

/** What every section measures with. */
export interface Bench {
  readonly node: string;
  readonly hookOptions: readonly string[];
  readonly databaseUrl: string;
  readonly certificates: CertificateFiles;
  /** For files of the run; removed at its end. */
  readonly folder: string;
  readonly bodies: readonly string[];
  readonly bodiesFile: string;
  /** The secret of a credential of the header scheme, sent as `authorization`. */
  readonly secret: string;
  /** Runs the built command line. @throws where it does not end with 0 */
  mintmark(...parameters: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/** Starts PostgreSQL, and fills it with {@link seedSubjects}. */
export async function prepareBench({
  node,
  hookOptions,
}: Pick<Bench, 'node' | 'hookOptions'>): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'mintmark-bench-'));
  const server = await startPostgresServer();
  const close = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    pinRunning(LOAD_CORE, server.pid); // its backends inherit it
    const { url: databaseUrl } = await createDatabase(server.superuserUrl);
    const mintmark = async (...parameters: readonly string[]): Promise<string> => {
      const environment = { PATH: process.env['PATH'], DATABASE_URL: databaseUrl };
      const run = promisify(execFile)(node, ['dist/cli/main.js', ...parameters], { env: environment });
      return (await run).stdout;
    };
    await mintmark('migrate');
    await mintmark('apply', 'examples/directory.yaml');
    await seedSubjects(databaseUrl);
    const bodies = await readBodies();
    const bodiesFile = join(folder, 'bodies');
    await writeFile(bodiesFile, bodies.join('\n'));
    const created: unknown = JSON.parse(await mintmark('credential', 'create', '--issuer', ISSUER, '--json'));
    return {
      node,
      hookOptions,
      databaseUrl,
      folder,
      bodies,
      bodiesFile,
      certificates: await ensureCertificates(join(folder, 'tls'), new Date()),
      secret: secretOf(created),
      mintmark,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function secretOf(created: unknown): string {
  if (typeof created === 'object' && created !== null && 'secret' in created) return String(created.secret);
  throw new Error('credential create --json printed no secret');
}
