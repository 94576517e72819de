import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { onTeardown } from './teardown.js';

const ENTRY = resolve('dist/admin-service/main.js');

/** The built admin service in a process of its own, over plain HTTP on loopback. */
export interface AdminProcess {
  readonly url: string;
}

/** Starts the entry of production on free ports, and waits until it is ready ("npm test" builds it before). */
export async function startAdminProcess(databaseUrl: string): Promise<AdminProcess> {
  const { PATH } = process.env;
  const child = spawn(process.execPath, [ENTRY], {
    env: {
      ...{ PATH, NODE_ENV: 'production', DATABASE_URL: databaseUrl, MINTMARK_DRAIN_SECONDS: '0' },
      ...{ MINTMARK_ADMIN_PORT: '0', MINTMARK_ADMIN_OPS_PORT: '0' },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  onTeardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const ready = new Promise<string>((done) => {
    createInterface(child.stdout).on('line', (line) => {
      const { msg, admin } = JSON.parse(line) as Readonly<Record<string, unknown>>;
      if (msg === 'the admin service is ready') done(String(admin));
    });
  });
  const url = await Promise.race([ready, ended.then(() => null)]);
  if (url === null) throw new Error(`the admin service did not start:\n${errors}`);
  return { url };
}
