import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { HttpsAnswer } from '../test/support/https-client.js';
import { tenantId } from './directory.js';
import type { Bench } from './prepare.js';
import {
  findFreePort,
  pinned,
  SERVER_CORE,
  spawnServer,
  untilAnswered,
  type FirstCall,
  type Server,
} from './programs.js';

/** A hook service that answers. */
export interface HookServer extends Server {
  /** The answer to the first subject's call. */
  readonly answer: string;
}

export interface HookStart {
  readonly environment?: Readonly<Record<string, string>>;
  /** Value of the `authorization` header of the first call; the header scheme's secret where it is not given. */
  readonly authorization?: string;
  /** Options of Node. */
  readonly nodeOptions?: readonly string[];
  readonly isPinned?: boolean;
  /** The production entry, where it is not given. */
  readonly program?: string;
}

/** Keeps every subject in the cache while it is measured. It is there after {@link bundleHookWithKeptFacts}. */
export const HOOK_WITH_KEPT_FACTS = 'dist/bench/hook-with-kept-facts.js';

/** As `npm run build` bundles the production entry, from what it made last. */
export async function bundleHookWithKeptFacts(): Promise<void> {
  const entry = 'bench/hook-with-kept-facts.mjs';
  await promisify(execFile)(process.execPath, ['scripts/bundle-hook.mjs', entry, HOOK_WITH_KEPT_FACTS]);
}

/** The built production entry, with logs at level `info` in a file and metrics scraped; it has answered one call. */
export async function startHook(bench: Bench, start: HookStart = {}): Promise<HookServer> {
  const { environment = {}, nodeOptions = [], isPinned = true } = start;
  const production = await productionStart();
  const [port, opsPort] = [await findFreePort(), await findFreePort()];
  const options = [...production.options, ...bench.hookOptions, ...nodeOptions];
  const command = [bench.node, ...options, start.program ?? production.program];
  const server = spawnServer({
    command: isPinned ? pinned(SERVER_CORE, command) : command,
    environment: {
      NODE_ENV: 'production',
      DATABASE_URL: bench.databaseUrl,
      MINTMARK_HOOK_HOST: '127.0.0.1',
      MINTMARK_HOOK_PORT: String(port),
      MINTMARK_OPS_PORT: String(opsPort),
      MINTMARK_TLS_CERT_FILE: bench.certificates.certFile,
      MINTMARK_TLS_KEY_FILE: bench.certificates.keyFile,
      MINTMARK_LOG_HASH_KEY: 'the key of the bench',
      ...environment,
    },
    logFile: join(bench.folder, 'hook.log'),
  });
  try {
    const { body: answer } = await untilAnswered(server, firstCall(bench, port, start.authorization));
    const scraping = setInterval(() => void scrape(opsPort), SCRAPE_MS);
    const stop = async (): Promise<void> => {
      clearInterval(scraping);
      await server.stop();
    };
    return { pid: server.pid, port, answer, stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** What `npm run start:hook` runs, which is what the image does. */
async function productionStart(): Promise<{ readonly options: readonly string[]; readonly program: string }> {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const words = (scripts['start:hook'] ?? '').split(' ');
  return { options: words.slice(1, -1), program: words.at(-1) ?? '' };
}

const SCRAPE_MS = 2_000;

async function scrape(port: number): Promise<void> {
  // A service that is just stopping does not matter here.
  await fetch(`http://127.0.0.1:${String(port)}/metrics`).then(
    (answer) => answer.text(),
    () => undefined,
  );
}

function firstCall({ bodies, secret, certificates }: Bench, port: number, authorization = secret): FirstCall {
  return {
    port,
    caFile: certificates.caFile,
    headers: [['authorization', authorization]],
    body: bodies[0] ?? '',
    isRight: ({ status, body }) =>
      status === 200 && body.includes(`"/claims/tenant_id","value":"${tenantId(0)}"`),
  };
}

/** The bare server, which answers as many bytes as the hook does. */
export async function startBare(bench: Bench, { answer }: Pick<HookServer, 'answer'>): Promise<Server> {
  const port = await findFreePort();
  const answerFile = join(bench.folder, 'answer.json');
  await writeFile(answerFile, answer);
  const server = spawnServer({
    command: pinned(SERVER_CORE, [bench.node, 'bench/bare-server.mjs']),
    environment: {
      NODE_ENV: 'production',
      BARE_PORT: String(port),
      BARE_ANSWER_FILE: answerFile,
      MINTMARK_TLS_CERT_FILE: bench.certificates.certFile,
      MINTMARK_TLS_KEY_FILE: bench.certificates.keyFile,
    },
    logFile: join(bench.folder, 'bare.log'),
  });
  const isRight = ({ body }: HttpsAnswer): boolean => body === answer;
  await untilAnswered(server, { ...firstCall(bench, port), isRight });
  return { pid: server.pid, port, stop: () => server.stop() };
}
