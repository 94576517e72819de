import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SampleClient } from './sample-org.js';

/** Where things are, for tools and tests that call the playground; `playground.json` holds this, for its owner alone. */
export interface PlaygroundState {
  readonly hookUrl: string;
  readonly hookHeader: string;
  readonly hookSecret: string;
  readonly caFile: string;
  readonly opsUrl: string;
  readonly authorizationServerUrl: string;
  readonly adminUrl: string;
  /** Lets tools do everything in the directory. */
  readonly adminToken: string;
  /** Of the authorization server that the printed command calls. */
  readonly issuer: string;
  /** Lets tools control the authorization server, below `/_mintmark/`. */
  readonly controlToken: string;
  /** Services that can get a token there. */
  readonly clients: readonly SampleClient[];
}

/** Secrets as header lines for curl's `-H @file`, so that they need not be printed. */
export interface HeaderFiles {
  /** What the hook is called with. */
  readonly hook: string;
  /** What the first client proves itself with. */
  readonly client: string;
  /** What the admin API is called with. */
  readonly admin: string;
}

const STATE_FILE = 'playground.json';
const HEADER_FILES: HeaderFiles = {
  hook: 'hook-header.txt',
  client: 'client-header.txt',
  admin: 'admin-header.txt',
};

/** Makes the playground's folder, closed to others; git and the image ignore it. */
export async function makePlaygroundFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** A secret of an earlier start, if there was one. */
export async function readEarlierSecret(
  folder: string,
  member: 'hookSecret' | 'adminToken',
): Promise<string | undefined> {
  try {
    const state: unknown = JSON.parse(await readFile(join(folder, STATE_FILE), 'utf8'));
    const secret: unknown =
      typeof state === 'object' && state !== null ? Reflect.get(state, member) : undefined;
    return typeof secret === 'string' ? secret : undefined;
  } catch {
    // None yet, or not readable as JSON: a new one is made either way.
    return undefined;
  }
}

/** Writes `playground.json` and the header files. @returns the paths of these */
export async function writePlaygroundState(folder: string, state: PlaygroundState): Promise<HeaderFiles> {
  await writePrivately(join(folder, STATE_FILE), `${JSON.stringify(state, null, 2)}\n`);
  const hook = join(folder, HEADER_FILES.hook);
  await writePrivately(hook, `${state.hookHeader}: ${state.hookSecret}\n`);
  const client = join(folder, HEADER_FILES.client);
  await writePrivately(client, `authorization: ${basicCredentials(state.clients[0])}\n`);
  const admin = join(folder, HEADER_FILES.admin);
  await writePrivately(admin, `authorization: Bearer ${state.adminToken}\n`);
  return { hook, client, admin };
}

function basicCredentials({ clientId, clientSecret }: SampleClient = NOBODY): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
}

/** An org may have no services. */
const NOBODY: SampleClient = { clientId: '', clientSecret: '', scope: '' };

/** Readable by the owner alone from the first byte on, and never half-written. */
async function writePrivately(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
  await rename(draft, path);
}
