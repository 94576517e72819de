import { constants } from 'node:fs';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import type { ControlRows, CredentialControl } from './control-snapshot.js';
import {
  SNAPSHOT_FORMAT,
  SNAPSHOT_VERSION,
  SnapshotFileDto,
  type ControlRowsDto,
  type CredentialRowDto,
} from './snapshot-file.dto.js';

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

const OWNER_ONLY = 0o600;
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
  return { rows: fromDto(rows), writtenAt: Date.parse(writtenAt) };
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
    const content = JSON.stringify(toPlain(rows));
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
    return copy === undefined ? '' : JSON.stringify(toPlain(copy.rows));
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

function toPlain({ issuers, clients, credentials, mappings }: ControlRows): ControlRowsDto {
  return {
    issuers: issuers.map(
      ({
        id,
        orgId,
        uri,
        aliases,
        mode,
        failurePolicy,
        onRefused,
        onAmbiguous,
        claimsBudgetBytes,
        rememberChoiceDays,
      }) => ({
        ...{ id, orgId, uri, aliases: [...aliases], mode, failurePolicy, onRefused, onAmbiguous },
        ...{ claimsBudgetBytes, rememberChoiceDays },
      }),
    ),
    clients: clients.map(({ orgId, id, mode, failurePolicy }) => ({ orgId, id, mode, failurePolicy })),
    credentials: credentials.map(credentialToPlain),
    mappings: mappings.map(({ tokens, conditions, ...mapping }) => ({
      ...mapping,
      tokens: [...tokens],
      conditions: {
        scopes: [...conditions.scopes],
        clientIds: [...conditions.clientIds],
        grantTypes: [...conditions.grantTypes],
        issuerIds: [...conditions.issuerIds],
      },
    })),
  };
}

function credentialToPlain(credential: CredentialControl): CredentialRowDto {
  const { id, scheme, failurePolicy } = credential;
  const issuerIds = [...credential.issuerIds];
  const expiresAt = credential.expiresAt === null ? null : new Date(credential.expiresAt).toISOString();
  const rights = { id, scheme, issuerIds, failurePolicy, expiresAt };
  if (credential.scheme === 'bearer') return { ...rights, clientId: credential.clientId };
  const secretSha256 = Buffer.from(credential.secretSha256).toString('hex');
  return { ...rights, headerName: credential.headerName, secretSha256 };
}

function fromDto({ issuers, clients, credentials, mappings }: ControlRowsDto): ControlRows {
  return { issuers, clients, mappings, credentials: credentials.flatMap(credentialFromDto) };
}

function credentialFromDto(row: CredentialRowDto): readonly CredentialControl[] {
  const { id, scheme, failurePolicy, headerName, secretSha256, clientId } = row;
  const expiresAt = row.expiresAt === null ? null : Date.parse(row.expiresAt);
  const rights = { id, failurePolicy, expiresAt, issuerIds: new Set(row.issuerIds) };
  // The checks let no other row be.
  if (scheme === 'bearer') return clientId === undefined ? [] : [{ ...rights, scheme, clientId }];
  if (headerName === undefined || secretSha256 === undefined) return [];
  return [{ ...rights, scheme, headerName, secretSha256: Buffer.from(secretSha256, 'hex') }];
}

/** Whoever reads the file sees the old text or the new one, also after a power failure. */
async function replaceFile(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${String(process.pid)}.new`;
  // In a container every start has the same process id: an earlier one may have left its draft.
  await rm(draft, { force: true });
  try {
    await writeAndSync(draft, text);
    await rename(draft, path);
    await syncFolder(folder);
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeAndSync(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', OWNER_ONLY);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Some file systems cannot sync a folder; the file itself is whole all the same. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync().catch(() => undefined);
  } finally {
    await folder.close();
  }
}
