import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { httpsCall } from '../support/https-client.js';
import { examplePayload } from '../support/payloads.js';
import { onTeardown } from '../support/teardown.js';

// `npm start`, as a new user has it: the built entry in an empty folder, with the embedded database.

const ENTRY = resolve('dist/playground/main.js');
const STAND_IN = resolve('test/support/curl-stand-in.mjs');
const START_TIMEOUT_MS = 60_000;

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
}

function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, MINTMARK_HOOK_PORT: '0', MINTMARK_OPS_PORT: '0', ...more };
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

      const [command] = /^curl[\s\S]*?token-hook$/m.exec(screen) ?? ['no command was printed'];
      expect(await runInShell(command)).toContain('{"op":"add","path":"/claims/tenant_id","value":"blue"}');
      expect(await modesOf(['.', 'playground.json', 'hook-header.txt', 'server.key'])).toEqual([
        '700',
        '600',
        '600',
        '600',
      ]);

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
      expect(await send(again, examplePayload('request_06_refresh_token'))).toContain('"value":"remembered"');
      expect(await second.stop()).toBe(0);
    },
    3 * START_TIMEOUT_MS,
  );

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
    ['production', { NODE_ENV: 'production' }, 'DATABASE_URL'],
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

function runToTheEnd(
  variables: Readonly<Record<string, string>>,
): Promise<{ code: number | null; stderr: string }> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [ENTRY],
      { cwd: folder, env: environment(variables) },
      (_e, _out, stderr) => {
        done({ code: child.exitCode, stderr });
      },
    );
  });
}
