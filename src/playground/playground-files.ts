import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where things are, for tools and tests that call the playground; `playground.json` holds this, for its owner alone. */
export interface PlaygroundState {
  readonly hookUrl: string;
  readonly hookHeader: string;
  readonly hookSecret: string;
  readonly caFile: string;
  readonly opsUrl: string;
}

const STATE_FILE = 'playground.json';
const HEADER_FILE = 'hook-header.txt';

/** Makes the playground's folder, closed to others; git and the image ignore it. */
export async function makePlaygroundFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** The secret of an earlier start, if there was one. */
export async function readEarlierSecret(folder: string): Promise<string | undefined> {
  try {
    const state: unknown = JSON.parse(await readFile(join(folder, STATE_FILE), 'utf8'));
    const secret: unknown =
      typeof state === 'object' && state !== null ? Reflect.get(state, 'hookSecret') : undefined;
    return typeof secret === 'string' ? secret : undefined;
  } catch {
    // None yet, or not readable as JSON: a new one is made either way.
    return undefined;
  }
}

/**
 * Writes `playground.json`, and the secret as one header line for curl's `-H @file`, so that it need not be printed.
 *
 * @returns the path of the header line
 */
export async function writePlaygroundState(folder: string, state: PlaygroundState): Promise<string> {
  await writePrivately(join(folder, STATE_FILE), `${JSON.stringify(state, null, 2)}\n`);
  const headerFile = join(folder, HEADER_FILE);
  await writePrivately(headerFile, `${state.hookHeader}: ${state.hookSecret}\n`);
  return headerFile;
}

/** Readable by the owner alone from the first byte on, and never half-written. */
async function writePrivately(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
  await rename(draft, path);
}
