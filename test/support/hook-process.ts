import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { onTeardown } from './teardown.js';

const ENTRY = resolve('dist/hook-service/main.js');

/** The built hook service in a process of its own. */
export interface HookProcess {
  readonly url: string;
  /** The value of a metric without labels, or with the labels given as they are in the text. */
  metric(name: string): Promise<number | undefined>;
}

export interface HookProcessFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Starts the entry of production on free ports, and waits until it is ready ("npm test" builds it before). */
export async function startHookProcess(
  { certFile, keyFile }: HookProcessFiles,
  variables: Readonly<Record<string, string>>,
): Promise<HookProcess> {
  const { PATH } = process.env;
  const child = spawn(process.execPath, [ENTRY], {
    env: {
      ...{ PATH, NODE_ENV: 'production', MINTMARK_HOOK_HOST: '127.0.0.1', MINTMARK_HOOK_PORT: '0' },
      ...{ MINTMARK_OPS_PORT: '0', MINTMARK_DRAIN_SECONDS: '0' },
      ...{ MINTMARK_TLS_CERT_FILE: certFile, MINTMARK_TLS_KEY_FILE: keyFile },
      ...variables,
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
  const ready = new Promise<Readonly<Record<string, unknown>>>((done) => {
    createInterface(child.stdout).on('line', (line) => {
      const entry = JSON.parse(line) as Readonly<Record<string, unknown>>;
      if (entry['msg'] === 'the hook service is ready') done(entry);
    });
  });
  const first = await Promise.race([ready, ended]);
  if (Array.isArray(first)) throw new Error(`the hook did not start:\n${errors}`);
  const { hook, ops } = first;
  return {
    url: String(hook),
    metric: async (name) => {
      const text = await (await fetch(`${String(ops)}/metrics`)).text();
      const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
      return line === undefined ? undefined : Number(line.slice(name.length));
    },
  };
}
