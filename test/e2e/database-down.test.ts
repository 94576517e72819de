import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { migrate } from '../../src/database/migrations.js';
import { openPostgresql } from '../../src/database/open-postgresql.js';
import { revokeHookCredential } from '../../src/directory/credentials/hook-credentials.js';
import { ensureCertificates } from '../../src/playground/issue-certificates.js';
import { ISSUER } from '../support/calls.js';
import { httpsCall } from '../support/https-client.js';
import { examplePayload, withMembers } from '../support/payloads.js';
import { createDatabase, startPostgresServer } from '../support/postgres-server.js';
import { onTeardown } from '../support/teardown.js';
import { HEADER, loadSample, SECRETS } from '../support/test-hook.js';

// The production service as it is installed ("npm test" builds it before), with a PostgreSQL that goes and comes back.

const ENTRY = resolve('dist/hook-service/main.js');
const PATIENCE_MS = 60_000;

const OMITTED = { commands: [] };
const DENIED = { error: { errorSummary: expect.any(String) as unknown } };
const STAMPED = { commands: expect.arrayContaining([expect.anything()]) as unknown };

const folder = await mkdtemp(join(tmpdir(), 'mintmark-down-'));
onTeardown(() => rm(folder, { recursive: true, force: true }));
const { caFile, certFile, keyFile } = await ensureCertificates(folder, new Date());
const ca = await readFile(caFile, 'utf8');
const snapshotFile = join(folder, 'state/control.json');

const server = await startPostgresServer();
onTeardown(() => server.stop());
const { url } = await createDatabase(server.superuserUrl);

async function withDatabase(
  work: (database: Awaited<ReturnType<typeof openPostgresql>>) => Promise<unknown>,
) {
  const database = await openPostgresql(url, { poolSize: 2, timeoutMs: 10_000 });
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

await withDatabase(async (database) => {
  await migrate(database);
  await loadSample(database);
});

type Line = Readonly<Record<string, unknown>>;

interface RunningHook {
  readonly process: ChildProcess;
  readonly url: string;
  logs(): readonly Line[];
  send(issuer: string, secret?: string): Promise<{ readonly status: number; readonly body: unknown }>;
  stop(): Promise<number | null>;
}

function launch(variables: Readonly<Record<string, string>>): ChildProcess {
  const { PATH } = process.env;
  const env = {
    ...{ PATH, NODE_ENV: 'production', DATABASE_URL: url, MINTMARK_HOOK_HOST: '127.0.0.1' },
    ...{ MINTMARK_HOOK_PORT: '0', MINTMARK_OPS_PORT: '0', MINTMARK_CONTROL_REFRESH_SECONDS: '1' },
    ...{ MINTMARK_TLS_CERT_FILE: certFile, MINTMARK_TLS_KEY_FILE: keyFile },
    ...variables,
  };
  const child = spawn(process.execPath, [ENTRY], { cwd: folder, env });
  onTeardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  return child;
}

async function startHook(
  variables: Readonly<Record<string, string>> = { MINTMARK_SNAPSHOT_FILE: snapshotFile },
): Promise<RunningHook> {
  const child = launch(variables);
  let output = '';
  child.stdout?.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (output += text.toString()));
  const logs = (): readonly Line[] =>
    output
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Line);
  await eventually(() => {
    if (child.exitCode !== null) throw new Error(`the hook did not start:\n${output}`);
    return logs().some(({ msg }) => msg === 'the hook service is ready');
  });
  const hookUrl = String(logs().find(({ msg }) => msg === 'the hook service is ready')?.['hook']);
  return {
    process: child,
    url: hookUrl,
    logs,
    send: (issuer, secret = SECRETS.all) => send(hookUrl, issuer, secret),
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      return child.exitCode;
    },
  };
}

async function send(
  hookUrl: string,
  issuer: string,
  secret: string,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const payload = withMembers(examplePayload('request_01_authorization_code_user'), {
    'data.context.protocol.issuer.uri': issuer,
  });
  const headers = [[HEADER, secret] as const, ['content-type', 'application/json'] as const];
  const { status, body } = await httpsCall(hookUrl, { headers, body: JSON.stringify(payload), ca });
  return { status, body: JSON.parse(body) as unknown };
}

async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const limit = performance.now() + PATIENCE_MS / 2;
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error('it did not come to hold in time');
    await delay(50);
  }
}

function runToTheEnd(
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((done) => {
    const child = launch(variables);
    let output = '';
    child.stdout?.on('data', (text: Buffer) => (output += text.toString()));
    child.stderr?.on('data', (text: Buffer) => (output += text.toString()));
    child.on('close', (code) => {
      done({ code, output });
    });
  });
}

describe('a restart while the database is down', () => {
  it(
    'knows its callers, answers by policy, and stamps again when the database is back',
    async () => {
      const first = await startHook();
      expect(await first.send(ISSUER.orders)).toEqual({ status: 200, body: STAMPED });
      await eventually(() =>
        first.logs().some(({ msg }) => msg === 'the copy of the control snapshot is written'),
      );
      expect(((await stat(snapshotFile)).mode & 0o777).toString(8)).toBe('600');
      const text = await readFile(snapshotFile, 'utf8');
      for (const secret of Object.values(SECRETS)) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, -4));
        expect(text).not.toContain(Buffer.from(secret).toString('hex'));
      }
      expect(await first.stop()).toBe(0);

      await server.halt();
      const second = await startHook();
      expect(second.logs()).toContainEqual(
        expect.objectContaining({
          msg: 'the database cannot be read: starting from the copy of the control snapshot',
          ageSeconds: expect.any(Number),
          writtenAt: expect.any(String),
        }),
      );
      expect((await second.send(ISSUER.orders, 'test-secret-of-nobody')).status).toBe(401);
      expect(await second.send(ISSUER.orders)).toEqual({ status: 200, body: OMITTED });
      expect(await second.send(ISSUER.strict)).toEqual({ status: 200, body: DENIED });
      expect(await second.send(ISSUER.off)).toEqual({ status: 200, body: OMITTED });
      expect(await second.send('https://elsewhere.example/oauth2/x', SECRETS.deny)).toEqual({
        ...{ status: 200, body: DENIED },
      });
      expect(await second.send(ISSUER.strict, SECRETS.ordersOnly)).toEqual({ status: 200, body: OMITTED });
      const reasons = (): readonly unknown[] =>
        second
          .logs()
          .filter(({ msg }) => msg === 'hook call')
          .map(({ reason }) => reason);
      await eventually(() => reasons().length === 5);
      expect(reasons()).toEqual([
        ...['facts_unavailable', 'facts_unavailable', null, 'unknown_issuer', 'issuer_not_allowed'],
      ]);
      const before = await readFile(snapshotFile, 'utf8');

      await server.relaunch();
      await eventually(async () => {
        const { body } = await second.send(ISSUER.orders);
        return JSON.stringify(body).includes('tenant_id');
      });
      await eventually(() =>
        second.logs().some(({ msg }) => msg === 'the control snapshot is read from the database again'),
      );
      expect(await readFile(snapshotFile, 'utf8')).toBe(before);

      // What changes from now on is in the next copy.
      await withDatabase((database) => revokeHookCredential(database, 'hc_deny', new Date()));
      await eventually(async () => (await second.send(ISSUER.orders, SECRETS.deny)).status === 401);
      await eventually(async () => !(await readFile(snapshotFile, 'utf8')).includes('hc_deny'));
      expect(await second.stop()).toBe(0);
    },
    3 * PATIENCE_MS,
  );

  it(
    'ends with exit code 69 where no copy is kept, or none can be used',
    async () => {
      const garbage = join(folder, 'garbage.json');
      await writeFile(garbage, '{"format":"something else"}', { mode: 0o600 });
      await server.halt();
      try {
        const [without, absent, unusable] = [
          await runToTheEnd({}),
          await runToTheEnd({ MINTMARK_SNAPSHOT_FILE: join(folder, 'nowhere.json') }),
          await runToTheEnd({ MINTMARK_SNAPSHOT_FILE: garbage }),
        ];
        for (const { code, output } of [without, absent, unusable]) {
          expect(code).toBe(69);
          expect(output).toContain('cannot be used');
        }
        expect(unusable.output).toContain('the copy of the control snapshot is refused');
        expect(absent.output).not.toContain('refused"');
      } finally {
        await server.relaunch();
      }
    },
    PATIENCE_MS,
  );

  it(
    'does not let a database of another release in when it comes back',
    async () => {
      const first = await startHook();
      await eventually(() =>
        readFile(snapshotFile, 'utf8').then(
          () => true,
          () => false,
        ),
      );
      expect(await first.stop()).toBe(0);
      await withDatabase((database) =>
        database.withScripts((run) =>
          run(`DELETE FROM _prisma_migrations WHERE migration_name LIKE '%_default_claim_mappings'`),
        ),
      );
      await server.halt();
      const second = await startHook();
      await server.relaunch();
      await eventually(() => second.logs().some(({ code }) => code === 'MIGRATION'));
      expect((await second.send(ISSUER.off)).status).toBe(200);
      // Nothing is read from it, nor written to it: the policy answers.
      await second.send(ISSUER.orders);
      await eventually(() => second.logs().some(({ reason }) => reason === 'facts_unavailable'));
      expect(second.logs().some(({ outcome }) => outcome === 'stamped')).toBe(false);
      expect(
        second.logs().some(({ msg }) => msg === 'the control snapshot is read from the database again'),
      ).toBe(false);
      expect(await second.stop()).toBe(0);
      const third = await runToTheEnd({ MINTMARK_SNAPSHOT_FILE: snapshotFile });
      expect(third.code).toBe(78);
      expect(third.output).toContain('run "mintmark migrate" first');
    },
    2 * PATIENCE_MS,
  );
});
