import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { Bench } from '../prepare.js';
import {
  findFreePort,
  pinned,
  SERVER_CORE,
  spawnServer,
  type Server,
  type SpawnedServer,
} from '../programs.js';
import { startHook, type HookServer } from '../servers.js';
import { mintOrg, PUBLIC_URL, SERVER_ID } from './mint-org.js';
import { CLAIMS, CLIENT_ID, SCOPE } from './token-claims.mjs';

/** A server that mints, where, and what is posted there. */
export interface MintServer extends Server {
  readonly name: MintServerName;
  readonly path: string;
  /** Characters of the first token. */
  readonly tokenLength: number;
}

export type MintServerName =
  'signing alone' | 'oidc-provider' | 'oauth2-mock-server' | 'no hook' | 'hook, cached' | 'hook, uncached';

export const CLIENT_SECRET = 'a-secret-that-the-benchmark-posts';

/** The form that is posted to each of them. */
export const FORM = new URLSearchParams({
  ...{ grant_type: 'client_credentials', scope: SCOPE },
  ...{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET },
}).toString();

export const FORM_TYPE = 'application/x-www-form-urlencoded';

interface Program {
  readonly name: MintServerName;
  /** Of Node. */
  readonly options?: readonly string[];
  readonly file: string;
  readonly path: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What every token says besides. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

const OTHERS: readonly Program[] = [
  { name: 'signing alone', file: 'bench/mint/signing-server.mjs', path: '/token' },
  { name: 'oidc-provider', file: 'bench/mint/oidc-provider-server.mjs', path: '/token' },
  { name: 'oauth2-mock-server', file: 'bench/mint/mock-server.mjs', path: '/token' },
];

/** Everything that is measured, one process each, and two hook services. */
export async function startMintServers(
  bench: Bench,
  profileFolder: string | undefined,
): Promise<{ readonly servers: readonly MintServer[]; readonly stop: () => Promise<void> }> {
  const started: Pick<Server, 'stop'>[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()));
  };
  const remember = <S extends Server>(server: S): S => {
    started.push(server);
    return server;
  };
  try {
    const cached = remember(await startHook(bench));
    const uncached = remember(
      await startHook(bench, { environment: { MINTMARK_CACHED_FACTS_SECONDS: '0' } }),
    );
    const options = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
    const programs = [
      ...OTHERS,
      await mintmark(bench, { name: 'no hook', hook: null, options }),
      await mintmark(bench, { name: 'hook, cached', hook: cached, options }),
      await mintmark(bench, { name: 'hook, uncached', hook: uncached, options }),
    ];
    const servers: MintServer[] = [];
    for (const program of programs) servers.push(remember(await start(bench, program)));
    return { servers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Mintmark {
  readonly name: MintServerName;
  readonly hook: HookServer | null;
  readonly options: readonly string[];
}

/** The mini authorization server as it is started on its own. */
async function mintmark(bench: Bench, { name, hook, options }: Mintmark): Promise<Program> {
  const at =
    hook === null
      ? null
      : { uri: `https://localhost:${String(hook.port)}/okta/token-hook`, secret: bench.secret };
  const orgFile = join(bench.folder, `${name.replaceAll(/\W+/g, '-')}.yaml`);
  await writeFile(orgFile, await mintOrg(at, CLIENT_SECRET));
  return {
    ...{ name, options },
    file: 'dist/authorization-server/main.js',
    path: `/oauth2/${SERVER_ID}/v1/token`,
    environment: {
      MINTMARK_AUTHORIZATION_SERVER_ORG_FILE: orgFile,
      MINTMARK_AUTHORIZATION_SERVER_PUBLIC_URL: PUBLIC_URL,
      MINTMARK_AUTHORIZATION_SERVER_HOOK_CA_FILE: bench.certificates.caFile,
    },
    claims: hook === null ? {} : { tenant_id: 'blue' },
  };
}

async function start(bench: Bench, program: Program): Promise<MintServer> {
  const { name, options = [], file, path, environment = {} } = program;
  const port = await findFreePort();
  const server = spawnServer({
    command: pinned(SERVER_CORE, [bench.node, ...options, file]),
    environment: {
      MINT_PORT: String(port),
      MINT_CLIENT_SECRET: CLIENT_SECRET,
      MINTMARK_AUTHORIZATION_SERVER_PORT: String(port),
      ...environment,
    },
    logFile: join(bench.folder, `${name.replaceAll(/\W+/g, '-')}.log`),
  });
  try {
    const token = await untilMinted(server, `http://127.0.0.1:${String(port)}${path}`);
    checkToken(program, token);
    return { name, path, port, pid: server.pid, tokenLength: token.length, stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** @throws ServerEndedError; Error after 30 s */
async function untilMinted(server: SpawnedServer, url: string): Promise<string> {
  const limit = performance.now() + 30_000;
  let last = '';
  while (performance.now() < limit) {
    const answer = await Promise.race([tryMint(url), server.ended]);
    if ('token' in answer) return answer.token;
    last = answer.problem;
    await delay(10);
  }
  throw new Error(`a server mints no token: ${last}`);
}

async function tryMint(url: string): Promise<{ readonly token: string } | { readonly problem: string }> {
  try {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': FORM_TYPE }, body: FORM });
    const body = await response.text();
    const parsed: unknown = JSON.parse(body);
    const token = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'access_token') : null;
    return typeof token === 'string' ? { token } : { problem: body };
  } catch (error) {
    return { problem: String(error) };
  }
}

/** The same key size and the same claims everywhere, or nothing could be compared. @throws Error */
function checkToken({ name, claims = {} }: Program, token: string): void {
  const payload = decodeJwt(token);
  const wanted = [...Object.keys(CLAIMS), 'jti', 'iss', 'iat', 'exp'];
  const missing = wanted.filter((claim) => !(claim in payload));
  const others = Object.keys(payload).filter((claim) => !wanted.includes(claim));
  const isStamped = Object.entries(claims).every(([claim, value]) => payload[claim] === value);
  const isBare = Object.keys(claims).length > 0 || others.length === 0;
  const signature = Buffer.from(token.split('.')[2] ?? '', 'base64url');
  const isRs256 = decodeProtectedHeader(token).alg === 'RS256' && signature.length === 256;
  if (missing.length === 0 && isStamped && isBare && isRs256) return;
  throw new Error(`${name} mints tokens that cannot be compared: ${JSON.stringify(payload)}`);
}
