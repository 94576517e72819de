import { type ChildProcess, fork, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { transformFile } from '@swc/core';
import { FolderInUseError, type FolderLock, lockFile, lockFolder } from './folder-lock.js';

type Text = Readonly<Record<string, unknown>>;

const onLinux = process.platform === 'linux' ? it : it.skip;

const CONTENDER = `
  import { lockFile } from './folder-lock.mjs';
  process.on('message', ({ file, at }) => {
    while (Date.now() < at); // so that all begin in the same millisecond
    lockFile(file).then(
      () => process.send('locked'),
      (error) => process.send(error.code ?? String(error)),
    );
  });
  process.on('disconnect', () => process.exit());
  process.send('ready');
`;

let place: string;
let folder: string;
let file: string;
let children: ChildProcess[];

beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'mintmark-folder-lock-')));
  folder = join(place, 'data');
  file = `${folder}.lock`;
  children = [];
  await mkdir(folder);
});

afterEach(async () => {
  await Promise.all(children.map(kill));
  await rm(place, { recursive: true, force: true });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function startIdler(): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error('no child');
  return Object.assign(child, { pid });
}

async function findDeadPid(): Promise<number> {
  const child = await startIdler();
  await kill(child);
  return child.pid;
}

/** What this process writes about itself. */
async function describeOwn(): Promise<Text> {
  const lock = await lockFile(join(place, 'own.lock'));
  const text = await readText(join(place, 'own.lock'));
  await lock.release();
  return text;
}

async function readText(path: string): Promise<Text> {
  const text: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (typeof text !== 'object' || text === null) throw new Error(`${path} holds no object`);
  return { ...text };
}

/** Writes a lock file like our own but for `changes`, and returns its text. */
async function plant(path: string, changes: Text): Promise<string> {
  const text = JSON.stringify({ ...(await describeOwn()), token: randomUUID(), ...changes });
  await writeFile(path, text);
  return text;
}

async function refusalOf(attempt: Promise<FolderLock>): Promise<string> {
  const outcome: unknown = await attempt.catch((error: unknown) => error);
  if (!(outcome instanceof FolderInUseError)) throw new Error(`not refused: ${String(outcome)}`);
  expect(outcome.code).toBe('FOLDER_IN_USE');
  return outcome.message;
}

describe('a folder lock', () => {
  it('lies beside the folder, says whose it is, and goes when released', async () => {
    const lock = await lockFolder(folder);
    expect(await readdir(folder)).toEqual([]);
    expect(await readdir(place)).toEqual(['data', 'data.lock']);
    expect(await readText(file)).toMatchObject({ pid: process.pid, hostname: hostname() });
    await lock.release();
    expect(await readdir(place)).toEqual(['data']);
  });

  onLinux('tells when its process started', async () => {
    const stat = await readFile('/proc/self/stat', 'utf8');
    const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    await lockFolder(folder);
    const { startedAt } = await readText(file);
    expect(startedAt).toMatchObject({ bootId, ticks: stat.split(') ')[1]?.split(' ')[19] });
  });

  it('refuses a second lock in the same process, by whatever path', async () => {
    await symlink(folder, join(place, 'link'));
    const lock = await lockFolder(join(place, 'link'));
    const paths = [folder, `${folder}/`, relative(process.cwd(), folder)];
    const refusals = await Promise.all(paths.map((path) => refusalOf(lockFolder(path))));
    expect(new Set(refusals).size).toBe(1);
    expect(refusals[0]).toContain(`${file} locks is in use by this process (${process.pid}) already`);
    await lock.release();
    await (await lockFolder(folder)).release();
  });

  it('does not hinder the lock of another folder', async () => {
    await mkdir(join(place, 'more'));
    await lockFolder(folder);
    await lockFolder(join(place, 'more'));
    expect(await readdir(place)).toEqual(['data', 'data.lock', 'more', 'more.lock']);
  });

  it('leaves the lock of somebody else alone when released late, twice, or after damage', async () => {
    const lock = await lockFolder(folder);
    const others = await plant(file, {});
    await lock.release();
    await lock.release();
    expect(await readFile(file, 'utf8')).toBe(others);
    await writeFile(file, '');
    await lock.release();
    expect(await readFile(file, 'utf8')).toBe('');
  });

  it('needs an existing folder', async () => {
    await expect(lockFolder(join(place, 'nowhere'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says so where no lock file can be made', async () => {
    await expect(lockFile(join(place, 'nowhere', 'a.lock'))).rejects.toThrow(/could not be made.*ENOENT/);
  });
});

describe('a lock that is found', () => {
  onLinux('is respected while its process runs', async () => {
    const { pid } = await startIdler();
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const { startedAt } = await describeOwn();
    const text = await plant(file, {
      pid,
      startedAt: { ...Object(startedAt), ticks: stat.split(') ')[1]?.split(' ')[19] },
    });
    const refusal = await refusalOf(lockFolder(folder));
    expect(refusal).toContain(`${file} locks is in use by process ${pid}. `);
    expect(refusal).toContain('stop that one, or use another folder');
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('is taken over when its process is gone', async () => {
    await plant(file, { pid: await findDeadPid() });
    const lock = await lockFolder(folder);
    expect(await readText(file)).toMatchObject({ pid: process.pid });
    await lock.release();
    expect(await readdir(place)).toEqual(['data']);
  });

  onLinux('is taken over when its process id has been given to another process', async () => {
    const { startedAt } = await describeOwn();
    await plant(file, { startedAt: { ...Object(startedAt), ticks: '1' } });
    await lockFolder(folder);
    expect(await readText(file)).toMatchObject({ startedAt });
  });

  onLinux('is taken over when the machine has been restarted since', async () => {
    const { startedAt } = await describeOwn();
    await plant(file, { startedAt: { ...Object(startedAt), bootId: 'earlier', pidNamespace: 'pid:[1]' } });
    await lockFolder(folder);
    expect(await readText(file)).toMatchObject({ startedAt });
  });

  it('is never taken over from another host', async () => {
    const text = await plant(file, { pid: await findDeadPid(), hostname: 'elsewhere.example' });
    const refusal = await refusalOf(lockFolder(folder));
    expect(refusal).toContain('of the host elsewhere.example');
    expect(refusal).toContain('if it is gone, delete the file');
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  onLinux('is never taken over from a container on this host, whose process ids are not ours', async () => {
    const { startedAt } = await describeOwn();
    const elsewhere = { ...Object(startedAt), pidNamespace: 'pid:[1]' };
    await plant(file, { pid: await findDeadPid(), startedAt: elsewhere });
    expect(await refusalOf(lockFolder(folder))).toContain('cannot be looked up from here');
  });

  it.each([
    ['empty', ''],
    ['cut off', '{"pid":1,'],
    ['no object', '7'],
    ['without a token', '{"pid":1,"startedAt":null,"hostname":"a"}'],
    [
      'with a token that is a path',
      '{"pid":1,"startedAt":null,"hostname":"a","token":"../../../../../../../../../../../../"}',
    ],
    [
      'with an impossible process id',
      '{"pid":-1,"startedAt":null,"hostname":"a","token":"01234567-89ab-cdef-0123-456789abcdef"}',
    ],
  ])('is refused and kept when it is %s', async (_, text) => {
    await writeFile(file, text);
    const refusal = await refusalOf(lockFolder(folder));
    expect(refusal).toContain(`${file} cannot be read`);
    expect(refusal).toContain('delete the file');
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('is refused and kept when it is no file at all', async () => {
    await mkdir(file);
    expect(await refusalOf(lockFolder(folder))).toContain(`${file} cannot be read`);
  });

  it('ends the attempt when it can be neither made nor found', async () => {
    await symlink('nowhere', file);
    expect(await refusalOf(lockFolder(folder))).toContain('keeps changing hands');
  });
});

describe('several starters', () => {
  async function expectOneWinner(attempts: readonly Promise<FolderLock>[]): Promise<void> {
    const outcomes = await Promise.allSettled(attempts);
    const locks = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    const refusals = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason);
    expect(refusals.filter((reason) => !(reason instanceof FolderInUseError))).toEqual([]);
    expect(locks).toHaveLength(1);
    await Promise.all(locks.map(({ value }) => value.release()));
    expect(await readdir(place)).toEqual(['data']);
  }

  it.each([1, 2, 3, 4, 5])('of one process take over from a dead one: one wins (%i)', async () => {
    await plant(file, { pid: await findDeadPid() });
    await expectOneWinner(Array.from({ length: 40 }, () => lockFile(file)));
  });

  it('finish a takeover in whose midst a process died, and one in whose midst that takeover died', async () => {
    const [pid, token, tokenOfTakeover] = [await findDeadPid(), randomUUID(), randomUUID()];
    await plant(file, { pid, token });
    await plant(`${file}.${token}`, { pid, token: tokenOfTakeover });
    await plant(`${file}.${token}.${tokenOfTakeover}`, { pid });
    await expectOneWinner(Array.from({ length: 40 }, () => lockFile(file)));
  });

  it('leave the takeover to a living process that is about it', async () => {
    const token = randomUUID();
    await plant(file, { pid: await findDeadPid(), token });
    const takeover = await lockFile(`${file}.${token}`);
    await refusalOf(lockFolder(folder));
    await takeover.release();
    await lockFolder(folder);
  });
});

describe('several processes', () => {
  const CONTENDERS = 5;
  const ROUNDS = 15;

  async function startContender(): Promise<ChildProcess> {
    const child = fork(join(place, 'contender.mjs'), { execArgv: [] });
    children.push(child);
    await once(child, 'message');
    return child;
  }

  async function contend(child: ChildProcess, path: string, at: number): Promise<unknown> {
    child.send({ file: path, at });
    const [outcome]: unknown[] = await once(child, 'message');
    return outcome;
  }

  beforeEach(async () => {
    const source = fileURLToPath(new URL('./folder-lock.ts', import.meta.url));
    const { code } = await transformFile(source, {
      swcrc: false,
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'es6' },
    });
    await writeFile(join(place, 'folder-lock.mjs'), code);
    await writeFile(join(place, 'contender.mjs'), CONTENDER);
  });

  it.each([
    ['a free folder', false],
    ['the folder of a dead process', true],
  ])('that want %s at once: exactly one gets it', async (_, isLeftOver) => {
    const contenders = await Promise.all(Array.from({ length: CONTENDERS }, startContender));
    const pid = await findDeadPid();
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = join(place, `round-${round}.lock`);
      if (isLeftOver) await plant(path, { pid });
      const at = Date.now() + 15;
      const outcomes = await Promise.all(contenders.map((child) => contend(child, path, at)));
      const expected = [...Array.from({ length: CONTENDERS - 1 }, () => 'FOLDER_IN_USE'), 'locked'];
      expect(outcomes.map(String).toSorted()).toEqual(expected);
      const winner = contenders[outcomes.indexOf('locked')];
      expect(await readText(path)).toMatchObject({ pid: winner?.pid });
    }
  });

  it('keep each other out until one is killed', async () => {
    const child = await startContender();
    expect(await contend(child, file, 0)).toBe('locked');
    expect(await refusalOf(lockFolder(folder))).toContain(`in use by process ${child.pid}. `);
    await kill(child);
    await lockFolder(folder);
    expect(await readText(file)).toMatchObject({ pid: process.pid });
  });
});
