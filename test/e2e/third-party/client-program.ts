import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTeardown } from '../../support/teardown.js';

type Json = Readonly<Record<string, unknown>>;

/** What a library would not do, or a server. */
export class ClientRefusal extends Error {
  /** The server's words, where it was the server. */
  readonly error: unknown;
  readonly error_description: unknown;
  readonly status: unknown;
  /** The library's. */
  readonly code: unknown;

  constructor({ message, members }: { readonly message: string; readonly members: Json }) {
    super(message);
    this.name = 'ClientRefusal';
    this.error = members['error'];
    this.error_description = members['error_description'];
    this.status = members['status'];
    this.code = members['code'];
  }
}

/** A library that runs in a process of its own. */
export interface ClientProgram {
  /** @throws ClientRefusal */
  ask(operation: string, input?: Json): Promise<Json>;
}

interface Waiting {
  readonly resolve: (result: Json) => void;
  readonly reject: (error: Error) => void;
}

interface Line {
  readonly id: number;
  readonly result?: Json;
  readonly refused?: ConstructorParameters<typeof ClientRefusal>[0];
}

/** Starts one of `programs/`, which trusts a CA from the start: Node reads `NODE_EXTRA_CA_CERTS` at no other time. */
export function startClientProgram(name: string, caFile: string): ClientProgram {
  const path = fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url));
  const env = { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: caFile };
  const child = spawn(process.execPath, [path], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => (complaints += text.toString()));
  onTeardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.stdin.end();
    await once(child, 'exit');
  });
  const waiting = new Map<number, Waiting>();
  createInterface({ input: child.stdout }).on('line', (text) => {
    const { id, result, refused } = JSON.parse(text) as Line;
    if (refused === undefined) waiting.get(id)?.resolve(result ?? {});
    else waiting.get(id)?.reject(new ClientRefusal(refused));
    waiting.delete(id);
  });
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`${name} has ended:\n${complaints}`));
  });
  let lastId = 0;
  return {
    ask: (operation, input = {}) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        child.stdin.write(`${JSON.stringify({ id: lastId, operation, input })}\n`);
      }),
  };
}
