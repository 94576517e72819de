import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../operations/error-code.js';
import { UsageError, type CliContext } from '../cli-context.js';
import { toReplayCall, type ReplayCall } from './replay-call.js';
import { splitJson, splitLines, type JsonPiece } from './split-json.js';

/** What reading tells beside the calls. */
export interface ReadingListener {
  /** Bytes of files that were read, for the progress. */
  readonly onBytes: (count: number) => void;
  /** A file of a folder that holds no call, and is left out. */
  readonly onSkipped: (file: string) => void;
}

const CALL_FILE = /\.(?:json|jsonl|ndjson)$/i;
const LINES_FILE = /\.(?:jsonl|ndjson)$/i;
const EXPECTED_FILE = /\.expected\.(?:json|jsonl)$/i;
const FIRST_BYTES = 64;

/**
 * The calls of files, of folders (all files of JSON in them, by name), and of standard input for `-`, one after the other.
 * No more than one call is in memory, whatever the size of a file.
 *
 * @throws UsageError where something cannot be read
 */
export async function* readCalls(
  names: readonly string[],
  context: Pick<CliContext, 'input'>,
  listener: ReadingListener,
): AsyncGenerator<ReplayCall> {
  for (const name of names) {
    if (name === '-') yield* callsOf(name, context.input(), listener);
    else if ((await statOf(name)).isDirectory()) yield* callsOfFolder(name, listener);
    else yield* callsOf(name, createReadStream(name), listener);
  }
}

async function* callsOfFolder(folder: string, listener: ReadingListener): AsyncGenerator<ReplayCall> {
  for await (const file of walk(folder)) {
    const calls = callsOf(file, createReadStream(file), listener);
    const first = await calls.next();
    if (first.done === true) continue;
    // A folder may hold other JSON; whoever names a file means it.
    if (first.value.fault !== null && first.value.isOnly) listener.onSkipped(file);
    else {
      yield first.value;
      yield* calls;
    }
  }
}

/** Files of JSON below a folder: those of each folder by name, the folders in it among them. */
async function* walk(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder).catch(refuseUnreadable(folder));
  for (const entry of entries.toSorted()) {
    if (entry.startsWith('.') || entry === 'node_modules') continue;
    const path = join(folder, entry);
    const stats = await statOf(path);
    if (stats.isDirectory()) yield* walk(path);
    else if (CALL_FILE.test(entry) && !EXPECTED_FILE.test(entry)) yield path;
  }
}

async function statOf(path: string) {
  return stat(path).catch(refuseUnreadable(path));
}

function refuseUnreadable(name: string): (error: unknown) => never {
  return (error) => {
    throw new UsageError(`${name === '-' ? 'standard input' : name} cannot be read (${errorCode(error)}).`);
  };
}

async function* callsOf(
  file: string,
  input: AsyncIterable<unknown>,
  listener: ReadingListener,
): AsyncGenerator<ReplayCall> {
  let isOnly = !LINES_FILE.test(file) && file !== '-';
  const bytes = counted(file, input, {
    ...listener,
    onFirst: (first) => {
      if (/^\uFEFF?\s*\[/.test(Buffer.from(first).toString('utf8'))) isOnly = false;
    },
  });
  const pieces = LINES_FILE.test(file) ? splitLines(bytes) : splitJson(bytes);
  let index = 0;
  for await (const piece of pieces) {
    yield toReplayCall(isOnly && index > 0 ? SEVERAL : piece, { file, index, isOnly });
    if (isOnly && index > 0) return;
    index += 1;
  }
}

const SEVERAL: JsonPiece = {
  kind: 'fault',
  why: 'it holds several values: make it a list, or name it .jsonl',
};

async function* counted(
  file: string,
  input: AsyncIterable<unknown>,
  { onBytes, onFirst }: ReadingListener & { readonly onFirst: (first: Uint8Array) => void },
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  try {
    for await (const chunk of input) {
      const bytes = chunk as Uint8Array;
      if (isFirst) onFirst(bytes.subarray(0, FIRST_BYTES));
      isFirst = false;
      onBytes(bytes.length);
      yield bytes;
    }
  } catch (error) {
    refuseUnreadable(file)(error);
  }
}

/** The size of all that is to be read, in bytes; null where nobody knows. */
export async function sizeOf(names: readonly string[]): Promise<number | null> {
  let size = 0;
  for (const name of names) {
    if (name === '-') return null;
    const stats = await statOf(name);
    if (stats.isFile()) size += stats.size;
    else if (stats.isDirectory()) for await (const file of walk(name)) size += (await statOf(file)).size;
    else return null;
  }
  return size;
}
