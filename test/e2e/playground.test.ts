import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { CLIENT } from '../support/calls.js';
import { httpsCall } from '../support/https-client.js';
import { examplePayload } from '../support/payloads.js';
import { onTeardown } from '../support/teardown.js';

// `npm start`, as a new user has it: the built entry in an empty folder, with the embedded database.

const ENTRY = resolve('dist/playground/main.js');
const STAND_IN = resolve('test/support/curl-stand-in.mjs');
const CLI = resolve('dist/cli/main.js');
const START_TIMEOUT_MS = 60_000;
const ORG_FILE = 'MINTMARK_AUTHORIZATION_SERVER_ORG_FILE';
const AS_HOST = 'MINTMARK_AUTHORIZATION_SERVER_HOST';
const FREE_PORTS = {
  MINTMARK_HOOK_PORT: '0',
  MINTMARK_OPS_PORT: '0',
  MINTMARK_ADMIN_PORT: '0',
  MINTMARK_ADMIN_OPS_PORT: '0',
  MINTMARK_AUTHORIZATION_SERVER_PORT: '0',
};

const folder = await mkdtemp(join(tmpdir(), "mintmark play'ground-"));
onTeardown(() => rm(folder, { recursive: true, force: true }));

interface RunningPlayground {
  readonly process: ChildProcess;
  /** Everything printed so far. */
  output(): string;
  stop(): Promise<number | null>;
}

interface State {
  readonly hookUrl: string;
  readonly hookHeader: string;
  readonly hookSecret: string;
  readonly caFile: string;
  readonly opsUrl: string;
  readonly authorizationServerUrl: string;
  readonly issuer: string;
  readonly controlToken: string;
  readonly adminUrl: string;
  readonly adminToken: string;
  readonly clients: readonly {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly scope: string;
  }[];
}

function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, ...FREE_PORTS, ...more };
}

async function startPlayground(): Promise<RunningPlayground> {
  const child = spawn(process.execPath, [ENTRY], { cwd: folder, env: environment() });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    return child.exitCode;
  };
  onTeardown(stop);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!output.includes('Ctrl+C stops')) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`the playground did not start:\n${output}`);
    await new Promise((done) => setTimeout(done, 50));
  }
  return { process: child, output: () => output, stop };
}

async function readState(): Promise<State> {
  return JSON.parse(await readFile(join(folder, '.mintmark/playground.json'), 'utf8')) as State;
}

async function send({ hookUrl, hookHeader, hookSecret, caFile }: State, payload: unknown): Promise<string> {
  const headers = [[hookHeader, hookSecret] as const, ['content-type', 'application/json'] as const];
  const ca = await readFile(caFile, 'utf8');
  const { status, body } = await httpsCall(hookUrl, { headers, body: JSON.stringify(payload), ca });
  expect(status).toBe(200);
  return body;
}

describe('the playground', () => {
  it(
    'starts from nothing, answers the printed command, and keeps its secret over a restart',
    async () => {
      const first = await startPlayground();
      const state = await readState();
      const screen = first.output();
      expect(screen).toContain(state.hookUrl);
      expect(screen).toContain(state.caFile);
      expect(screen).not.toContain(state.hookSecret);

      const [command] = /^curl[^]*?token-hook$/m.exec(screen) ?? ['no command was printed'];
      expect(await runInShell(command)).toContain('{"op":"add","path":"/claims/tenant_id","value":"blue"}');
      const secretFiles = [
        'playground.json',
        'hook-header.txt',
        'client-header.txt',
        'admin-header.txt',
        'server.key',
      ];
      expect(await modesOf(['.', ...secretFiles])).toEqual(['700', ...secretFiles.map(() => '600')]);

      expect(screen).not.toContain(state.adminToken);
      const [listing] = /^curl.*v1\/tenants\/blue$/m.exec(screen) ?? ['no command was printed'];
      expect(JSON.parse(await runInShell(listing))).toMatchObject({ id: 'blue', status: 'active' });

      const green = await send(state, examplePayload('request_08_resource_owner_password'));
      const lifetime = Number(/"path":"\/token\/lifetime\/expiration","value":(\d+)/.exec(green)?.[1]);
      expect(lifetime).toBeGreaterThan(1700);
      expect(lifetime).toBeLessThanOrEqual(1800);

      for (const path of ['/healthz', '/readyz', '/metrics'])
        expect((await fetch(`${state.opsUrl}${path}`)).status).toBe(200);
      expect(await first.stop()).toBe(0);

      const second = await startPlayground();
      const again = await readState();
      expect(again.hookSecret).toBe(state.hookSecret);
      expect(again.adminToken).toBe(state.adminToken);
      expect(await send(again, examplePayload('request_06_refresh_token'))).toContain('"value":"remembered"');
      expect(await second.stop()).toBe(0);
    },
    3 * START_TIMEOUT_MS,
  );

  it(
    'mints tokens that its hook has stamped, by the printed command and by "mintmark mint"',
    async () => {
      const playground = await startPlayground();
      const state = await readState();
      const screen = playground.output();
      expect(state.issuer).toBe(`${state.authorizationServerUrl}/oauth2/aus7k2m9QxRtYb4Vw1d7`);
      for (const { clientSecret } of state.clients) expect(screen).not.toContain(clientSecret);
      expect(screen).not.toContain(state.controlToken);
      expect(state.clients[0]).toMatchObject({ clientId: CLIENT.batch, scope: 'orders:read' });

      const [command] = /^curl[^\n]*\n(?:[^\n]*\\\n)*[^\n]*v1\/token$/m.exec(screen) ?? ['no command'];
      const { access_token: token } = JSON.parse(await runInShell(command)) as { access_token: string };
      expect(decodeJwt(token)).toMatchObject({
        iss: state.issuer,
        cid: CLIENT.batch,
        mintmark: { v: 1 },
        tenant_id: 'blue',
        tenant_selection: 'bound',
      });

      const machine = await mintmark(['mint']);
      expect(machine).toMatchObject({ code: 0, stderr: '' });
      expect(machine.stdout).toMatch(/^Access token +before the hook +after the hook$/m);
      expect(machine.stdout).toMatch(/^ {2}cid +"0oa3w6e8DvKyPu2Na1d7" +"0oa3w6e8DvKyPu2Na1d7"$/m);
      expect(machine.stdout).toMatch(/^\+ tenant_id +"blue"$/m);

      const gus = await mintmark([
        'mint',
        '--client',
        CLIENT.web,
        '--user',
        'gus@acme.example',
        '--scope',
        'openid',
      ]);
      expect(gus.stdout).toMatch(/^- tenant_id +"blue"$/m);
      expect(gus.stdout).toMatch(/^ID token +before the hook +after the hook$/m);
      expect(gus.stdout).toMatch(/^Hook: SUCCESS\. Operations applied: \d+\.$/m);

      const refused = await mintmark(['mint', '--client', CLIENT.batch, '--scope', 'openid']);
      expect(refused).toEqual({
        code: 1,
        stdout: '',
        stderr: "Refused (400): invalid_scope: Cannot request 'openid' scopes using client credentials.\n",
      });
      expect(await playground.stop()).toBe(0);
      expect((await mintmark(['mint'])).stderr).toContain('is the playground running?');
    },
    2 * START_TIMEOUT_MS,
  );

  it('says what is missing where no playground was started', async () => {
    const { code, stderr } = await mintmark(['mint', '--playground', join(folder, 'nowhere')]);
    expect(code).toBe(64);
    expect(stderr).toContain('start the playground with "npm start"');
  });

  it(
    'says which port is taken and what to do, and lets go of the database',
    async () => {
      const squatter = createServer().listen(0, '127.0.0.1');
      await once(squatter, 'listening');
      const address = squatter.address();
      const port = typeof address === 'object' && address !== null ? String(address.port) : '';
      const { code, stderr } = await runToTheEnd({ MINTMARK_HOOK_PORT: port });
      squatter.close();
      expect(code).toBe(69);
      expect(stderr).toContain(`port ${port} on 127.0.0.1 is taken`);
      expect(stderr).toContain('MINTMARK_HOOK_PORT');
    },
    START_TIMEOUT_MS,
  );

  it.each([
    [
      'a database on another machine',
      { DATABASE_URL: 'postgresql://someone:secret@db.example/app' },
      'DATABASE_URL',
    ],
    ['listening to the world', { MINTMARK_HOOK_HOST: '0.0.0.0' }, 'MINTMARK_HOOK_HOST'],
    ['an admin API for the world', { MINTMARK_ADMIN_HOST: '0.0.0.0' }, 'MINTMARK_ADMIN_HOST'],
    ['production', { NODE_ENV: 'production' }, 'DATABASE_URL'],
    ['an org that is not there', { [ORG_FILE]: 'nowhere.yaml' }, ORG_FILE],
    ['an authorization server for the world', { [AS_HOST]: '0.0.0.0' }, AS_HOST],
  ])('refuses %s', async (_title, variables, named) => {
    const { code, stderr } = await runToTheEnd(variables);
    expect(code).toBe(78);
    expect(stderr).toContain(named);
    expect(stderr).not.toContain('secret');
  });
});

/** Runs the printed command; where the machine has no curl, one that stands in for it with the same options. */
async function runInShell(command: string): Promise<string> {
  const curl = await promisify(execFile)('sh', ['-c', 'command -v curl']).catch(() => undefined);
  const script =
    curl === undefined ? command.replace(/^curl/, `"${process.execPath}" "${STAND_IN}"`) : command;
  return (await promisify(execFile)('sh', ['-c', script])).stdout;
}

async function modesOf(names: readonly string[]): Promise<readonly string[]> {
  const stats = await Promise.all(names.map((name) => stat(join(folder, '.mintmark', name))));
  return stats.map(({ mode }) => (mode & 0o777).toString(8));
}

interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function runToTheEnd(variables: Readonly<Record<string, string>>): Promise<Ending> {
  return runNode([ENTRY], environment(variables));
}

/** The command line, where the playground was started. */
function mintmark(parameters: readonly string[]): Promise<Ending> {
  return runNode([CLI, ...parameters], environment());
}

function runNode(parameters: readonly string[], env: NodeJS.ProcessEnv): Promise<Ending> {
  return new Promise((done) => {
    const child = execFile(process.execPath, parameters, { cwd: folder, env }, (_error, stdout, stderr) => {
      done({ code: child.exitCode, stdout, stderr });
    });
  });
}
