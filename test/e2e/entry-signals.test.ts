import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ensureCertificates } from '../../src/playground/issue-certificates.js';
import { jsonAnswer, startJwksEndpoint } from '../support/jwks-endpoint.js';
import { onTeardown } from '../support/teardown.js';
import { createTestDatabase } from '../support/test-database.js';
import { makeSigningKey } from '../support/token-forge.js';

// Entries as they are installed: "npm test" builds them before.
const RUN_ENTRY = pathToFileURL(resolve('dist/operations/run-entry.js')).href;
const HOOK_ENTRY = resolve('dist/hook-service/main.js');

/** Starts for as long as nothing is written to it, and closes in the same way. */
const SLOW_ENTRY = `
  import { once } from 'node:events';
  import { runEntry } from ${JSON.stringify(RUN_ENTRY)};
  await runEntry(async () => {
    console.log('starting');
    await once(process.stdin, 'data');
    console.log('started');
    return {
      close: async () => {
        console.log('closing');
        await once(process.stdin, 'data');
        process.stdin.destroy();
        console.log('closed');
      },
    };
  });`;

const folder = await mkdtemp(join(tmpdir(), 'mintmark-signals-'));
onTeardown(() => rm(folder, { recursive: true, force: true }));

interface Entry {
  readonly process: ChildProcess;
  output(): string;
  /** Waits until it has written this. */
  says(text: string): Promise<void>;
  write(): void;
  exitCode(): Promise<number | null>;
}

function launch(parameters: readonly string[], variables: Readonly<Record<string, string>> = {}): Entry {
  const env = { PATH: process.env['PATH'], ...variables };
  const child = spawn(process.execPath, parameters, { cwd: folder, env });
  const ended = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()));
  onTeardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    process: child,
    output: () => output,
    says: (text) => eventually(() => output.includes(text)),
    write: () => void child.stdin.write('\n'),
    exitCode: async () => {
      await ended;
      return child.exitCode;
    },
  };
}

async function eventually(holds: () => boolean): Promise<void> {
  const limit = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > limit) throw new Error('it did not come to hold within 20 s');
    await delay(10);
  }
}

function launchSlowly(): Entry {
  return launch(['--input-type=module', '-e', SLOW_ENTRY]);
}

describe('an entry that is told to stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s while it starts closes what it started, and exits with 0',
    async (signal) => {
      const entry = launchSlowly();
      await entry.says('starting');
      entry.process.kill(signal);
      entry.write();
      await entry.says('closing');
      entry.write();
      expect(await entry.exitCode()).toBe(0);
      expect(entry.output()).toBe('starting\nstarted\nclosing\nclosed\n');
    },
  );

  it('while it runs closes, and exits with 0', async () => {
    const entry = launchSlowly();
    await entry.says('starting');
    entry.write();
    await entry.says('started');
    entry.process.kill('SIGTERM');
    await entry.says('closing');
    entry.write();
    expect(await entry.exitCode()).toBe(0);
  });

  it('twice ends at once, while it starts and while it closes', async () => {
    const starting = launchSlowly();
    await starting.says('starting');
    await insist(starting);
    expect(await starting.exitCode()).toBe(70);
    const closing = launchSlowly();
    await closing.says('starting');
    closing.write();
    await closing.says('started');
    await insist(closing);
    expect(await closing.exitCode()).toBe(70);
  });
});

/** Two signals of one kind that come together are one. */
async function insist({ process: child }: Entry): Promise<void> {
  while (child.exitCode === null) {
    child.kill('SIGTERM');
    await delay(50);
  }
}

describe('the hook service that is told to stop while it starts', () => {
  it('gets ready, closes, and exits with 0', async () => {
    const { url } = await createTestDatabase();
    const { certFile, keyFile } = await ensureCertificates(folder, new Date());
    const { jwk } = makeSigningKey('RS256', 'one');
    const endpoint = await startJwksEndpoint([jwk]);
    const caFile = join(folder, 'jwks-ca.pem');
    await writeFile(caFile, endpoint.ca);
    const hook = await new Promise<Entry>((stuck) => {
      endpoint.answerWith((request, response) => {
        starting.process.kill('SIGTERM');
        stuck(starting);
        // The signal is there before the keys are.
        setTimeout(() => {
          jsonAnswer({ keys: [jwk] })(request, response);
        }, 200);
      });
      const starting = launch([HOOK_ENTRY], {
        ...{ NODE_ENV: 'production', DATABASE_URL: url, MINTMARK_DRAIN_SECONDS: '0' },
        ...{ MINTMARK_HOOK_HOST: '127.0.0.1', MINTMARK_HOOK_PORT: '0', MINTMARK_OPS_PORT: '0' },
        ...{ MINTMARK_TLS_CERT_FILE: certFile, MINTMARK_TLS_KEY_FILE: keyFile },
        ...{ MINTMARK_BEARER_ISSUER: 'https://login.acme.example/oauth2/hooks' },
        ...{ MINTMARK_BEARER_AUDIENCE: 'mintmark', MINTMARK_BEARER_CLIENT_IDS: '0oaHookCaller' },
        ...{ MINTMARK_BEARER_SCOPE: 'hook.call', MINTMARK_BEARER_ALGORITHMS: 'RS256' },
        ...{ MINTMARK_BEARER_JWKS_URI: endpoint.uri, MINTMARK_BEARER_CA_FILE: caFile },
      });
    });
    expect(await hook.exitCode()).toBe(0);
    expect(hook.output()).toContain('the hook service has stopped');
  });
});
