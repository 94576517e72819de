import { randomUUID } from 'node:crypto';
import { link, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** A folder that this process has to itself. */
export interface FolderLock {
  /** Gives the folder back: removes the lock file if it is still ours. May be called again. */
  release(): Promise<void>;
}

/** Another process has the folder, or this one has it already; the message says which, and what to do. */
export class FolderInUseError extends Error {
  readonly code = 'FOLDER_IN_USE';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FolderInUseError';
  }
}

/** Tells a process from a later one that got the same id: after a crash that is the rule, not the exception. */
interface ProcessStart {
  /** `/proc/sys/kernel/random/boot_id` */
  readonly bootId: string;
  /** Within which the process id means something: a container shares the kernel and maybe the host's name, not the ids. */
  readonly pidNamespace: string;
  /** Field 22 of `/proc/<pid>/stat`: clock ticks since the kernel started. */
  readonly ticks: string;
}

interface LivingProcess {
  readonly pid: number;
  /** `null` where there is no `/proc`. */
  readonly startedAt: ProcessStart | null;
  readonly hostname: string;
}

/** What a lock file says. The token belongs to this one lock and is never used again. */
interface Holder extends LivingProcess {
  readonly token: string;
}

type Verdict = 'running' | 'gone' | 'unknown';

const ROUNDS = 100;
const TOKEN = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Locks an existing folder for this process, against every process of this machine and against a second lock by this
 * one. The lock of a process that is gone is taken over.
 *
 * The lock file is the folder's neighbour `<folder>.lock`, symbolic links resolved. It is not inside, because that
 * place is the database's: initdb wants an empty folder, and whoever deletes the folder in order to start afresh must not
 * delete the lock of a running process with it.
 *
 * @throws FolderInUseError where the folder is taken, or nobody can tell whether it is
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  return lockFile(`${await realpath(folder)}.lock`);
}

/** As {@link lockFolder}, by the path of the lock file, whose folder must exist. */
export async function lockFile(file: string): Promise<FolderLock> {
  return acquire(file, await describeThisProcess());
}

async function acquire(file: string, here: LivingProcess): Promise<FolderLock> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const lock = await tryCreate(file, here);
    if (lock !== undefined) return lock;
    const holder = await readHolder(file);
    if (holder === undefined) continue; // released in between
    const verdict = await judge(holder, here);
    if (verdict !== 'gone') throw new FolderInUseError(describeRefusal(file, holder, { verdict, here }));
    await removeLeftover(file, holder, here);
  }
  throw new FolderInUseError(`${file} keeps changing hands: stop the processes that use its folder but one.`);
}

/**
 * A lock file appears complete and on the disk, or not at all: no crash leaves half of one, and `link` fails where the
 * name is taken. All that a crash in here leaves behind is a draft, which nobody reads.
 */
async function tryCreate(file: string, here: LivingProcess): Promise<FolderLock | undefined> {
  const token = randomUUID();
  const draft = `${file}.${token}.new`;
  try {
    await writeFile(draft, JSON.stringify({ ...here, token }), { flag: 'wx', mode: 0o644, flush: true });
    await link(draft, file);
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return undefined;
    const needs = 'it needs a folder that this user may write to, on a file system with hard links';
    throw new Error(`The lock file ${file} could not be made: ${needs}. ${String(cause)}`, { cause });
  } finally {
    await rm(draft, { force: true });
  }
  return { release: () => removeIfHolds(file, token) };
}

/**
 * Several starters may see the same leftover, and a slow one must not remove the lock that a faster one has put in its
 * place. So a leftover is removed only by who holds a second lock, named after the leftover's token, and sees that very
 * token still in the file. Only there can a file of this token vanish, and a token never comes back. That second lock
 * is taken over in the same way when its holder is gone; where its holder lives, that one is about to have the folder.
 */
async function removeLeftover(file: string, leftover: Holder, here: LivingProcess): Promise<void> {
  const right = await acquire(`${file}.${leftover.token}`, here);
  try {
    await removeIfHolds(file, leftover.token);
  } finally {
    await right.release();
  }
}

async function removeIfHolds(file: string, token: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.includes(token)) await rm(file, { force: true });
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    const holder: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (isHolder(holder)) return holder;
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw new FolderInUseError(describeDamage(file), { cause });
  }
  throw new FolderInUseError(describeDamage(file));
}

/** Says `gone` only where that is certain. */
async function judge(holder: Holder, here: LivingProcess): Promise<Verdict> {
  if (holder.hostname !== here.hostname) return 'unknown';
  const [then, now] = [holder.startedAt, here.startedAt];
  if (then !== null && now !== null && then.bootId !== now.bootId) return 'gone';
  if (then?.pidNamespace !== now?.pidNamespace) return 'unknown';
  if (!isPresent(holder.pid)) return 'gone';
  const present = then === null ? undefined : await readStat(holder.pid);
  if (present === undefined) return 'running';
  return present.isZombie || present.ticks !== then?.ticks ? 'gone' : 'running';
}

function isPresent(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== 'ESRCH'; // EPERM: there, but another user's
  }
}

async function describeThisProcess(): Promise<LivingProcess> {
  return { pid: process.pid, startedAt: await readOwnStart(), hostname: hostname() };
}

async function readOwnStart(): Promise<ProcessStart | null> {
  try {
    const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const pidNamespace = await readlink('/proc/self/ns/pid');
    const stat = await readStat(process.pid);
    return stat === undefined ? null : { bootId, pidNamespace, ticks: stat.ticks };
  } catch {
    return null; // not Linux
  }
}

/** Undefined where the process cannot be looked at, which does not mean that it is gone. See proc_pid_stat(5). */
async function readStat(pid: number): Promise<{ ticks: string; isZombie: boolean } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // from field 3: the name may hold anything
  const [state, ticks] = [fields[0], fields[22 - 3]];
  return ticks === undefined ? undefined : { ticks, isZombie: state === 'Z' };
}

function describeRefusal(
  file: string,
  holder: Holder,
  { verdict, here }: { readonly verdict: Verdict; readonly here: LivingProcess },
): string {
  const subject = `The folder that ${file} locks is in use by`;
  const { pid, startedAt } = holder;
  if (verdict === 'unknown') {
    const who = `process ${pid} of the host ${holder.hostname}, or of a container there`;
    return `${subject} ${who}, which cannot be looked up from here. Stop it there; if it is gone, delete the file.`;
  }
  const doubt = startedAt === null ? ` If process ${pid} is another program by now, delete the file.` : '';
  if (pid === here.pid)
    return `${subject} this process (${pid}) already: open it once and share that.${doubt}`;
  const remedy = 'Two processes would lose data: stop that one, or use another folder.';
  return `${subject} process ${pid}. ${remedy}${doubt}`;
}

function describeDamage(file: string): string {
  return `The lock file ${file} cannot be read, so nobody can tell which process has the folder. Make sure that none has, then delete the file.`;
}

function isHolder(value: unknown): value is Holder {
  if (!isRecord(value)) return false;
  const { token, pid, startedAt, hostname: host } = value;
  if (typeof token !== 'string' || !TOKEN.test(token) || typeof host !== 'string') return false;
  return Number.isSafeInteger(pid) && Number(pid) > 0 && (startedAt === null || isProcessStart(startedAt));
}

function isProcessStart(value: unknown): value is ProcessStart {
  if (!isRecord(value)) return false;
  return [value['bootId'], value['pidNamespace'], value['ticks']].every((part) => typeof part === 'string');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function codeOf(error: unknown): unknown {
  return isRecord(error) ? error['code'] : undefined;
}
