import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import type { ControlRows } from './control-snapshot.js';
import { replaceFile } from './replace-file.js';
import { SNAPSHOT_FORMAT, SNAPSHOT_VERSION, SnapshotFileDto } from './snapshot-file.dto.js';
import { fromPlainRows, toPlainRows } from './snapshot-rows.js';

/** The rows of a control snapshot as they were kept on disk. */
export interface ControlCopy {
  readonly rows: ControlRows;
  /** When they were written, which is when they last changed; milliseconds since the epoch. */
  readonly writtenAt: number;
}

/** A copy on disk cannot be used. The code says why; the message names members and never quotes them. */
export class SnapshotFileError extends Error {
  constructor(
    readonly code: `SNAPSHOT_FILE_${string}`,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'SnapshotFileError';
  }
}

/** Far more than any directory's control rows. */
const BYTES_LIMIT = 64 * 1024 * 1024;

const WRITABLE_BY_OTHERS = 0o022;

/**
 * Reads the copy of a control snapshot; undefined where there is none. It decides who is let in, so it has to be an ordinary
 * file that belongs to this process's user and that nobody else may write.
 *
 * @throws SnapshotFileError where it is not, or holds anything else than this release writes
 */
export async function readSnapshotFile(path: string): Promise<ControlCopy | undefined> {
  const text = await readTrusted(path);
  if (text === undefined) return undefined;
  const { rows, writtenAt } = parseSnapshot(text);
  return { rows: fromPlainRows(rows), writtenAt: Date.parse(writtenAt) };
}

/** Keeps the last good copy of the control snapshot on disk. One process writes a file. */
export class SnapshotFile {
  readonly #path: string;
  readonly #now: () => number;
  #content: string | undefined;

  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  /** Writes the rows where they are others than the file's. @returns whether anything was written */
  async keep(rows: ControlRows): Promise<boolean> {
    const content = JSON.stringify(toPlainRows(rows));
    this.#content ??= await this.#contentOnDisk();
    if (content === this.#content) return false;
    const writtenAt = new Date(this.#now()).toISOString();
    const head = JSON.stringify({ format: SNAPSHOT_FORMAT, version: SNAPSHOT_VERSION, writtenAt });
    await replaceFile(this.#path, `${head.slice(0, -1)},"rows":${content}}\n`);
    this.#content = content;
    return true;
  }

  /** What is there already need not be written; what cannot be used is replaced. */
  async #contentOnDisk(): Promise<string> {
    const copy = await readSnapshotFile(this.#path).catch(() => undefined);
    return copy === undefined ? '' : JSON.stringify(toPlainRows(copy.rows));
  }
}

async function readTrusted(path: string): Promise<string | undefined> {
  const file = await openIfThere(path);
  if (file === undefined) return undefined;
  try {
    const stats = await file.stat();
    const { uid, mode, size } = stats;
    const isOurs = process.getuid === undefined || uid === process.getuid();
    if (!stats.isFile()) throw new SnapshotFileError('SNAPSHOT_FILE_KIND', 'it is no ordinary file');
    if (!isOurs || (mode & WRITABLE_BY_OTHERS) !== 0)
      throw new SnapshotFileError('SNAPSHOT_FILE_WRITABLE', 'others than this user may write it');
    if (size > BYTES_LIMIT) throw new SnapshotFileError('SNAPSHOT_FILE_SIZE', 'it is too large');
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    // Neither through a link nor waiting for the other end of a pipe.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return undefined;
    throw new SnapshotFileError(`SNAPSHOT_FILE_${code}`, 'it cannot be opened', { cause: error });
  }
}

function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'UNREADABLE';
}

function parseSnapshot(text: string): SnapshotFileDto {
  const parsed = parseJson(text);
  if (typeof parsed !== 'object' || parsed === null || Reflect.get(parsed, 'format') !== SNAPSHOT_FORMAT)
    throw new SnapshotFileError('SNAPSHOT_FILE_FOREIGN', 'it is no copy of a control snapshot');
  if (Reflect.get(parsed, 'version') !== SNAPSHOT_VERSION)
    throw new SnapshotFileError('SNAPSHOT_FILE_VERSION', 'another release wrote it');
  const snapshot = plainToInstance(SnapshotFileDto, parsed);
  const faults = validateSync(snapshot, { whitelist: true, forbidNonWhitelisted: true });
  const [fault] = faults;
  if (fault !== undefined)
    throw new SnapshotFileError('SNAPSHOT_FILE_CONTENT', `${pathOf(fault)} is not as it should be`);
  return snapshot;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new SnapshotFileError('SNAPSHOT_FILE_FOREIGN', 'it is not JSON', { cause: error });
  }
}

function pathOf({ property, children }: ValidationError): string {
  const [child] = children ?? [];
  return child === undefined ? property : `${property}.${pathOf(child)}`;
}
