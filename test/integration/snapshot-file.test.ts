import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { buildControlSnapshot, type ControlRows } from '../../src/directory/control/control-snapshot.js';
import { readControlRows } from '../../src/directory/control/read-control-snapshot.js';
import {
  readSnapshotFile,
  SnapshotFile,
  SnapshotFileError,
} from '../../src/directory/control/snapshot-file.js';
import {
  createBearerCredential,
  revokeHookCredential,
} from '../../src/directory/credentials/hook-credentials.js';
import { examplePayload } from '../support/payloads.js';
import { onTeardown } from '../support/teardown.js';
import { createTestDatabase } from '../support/test-database.js';
import { loadSample, NOW, SECRETS, startTestHook } from '../support/test-hook.js';

const folder = await mkdtemp(join(tmpdir(), 'mintmark-snapshot-'));
onTeardown(() => rm(folder, { recursive: true, force: true }));

const { database } = await createTestDatabase();
await loadSample(database);
await createBearerCredential(database, {
  ...{ id: 'hc_bearer', label: 'test', clientId: '0oaHookCaller', issuerIds: ['acme-orders', 'acme-off'] },
  ...{ failurePolicy: 'deny', createdAt: new Date(NOW - 1000), expiresAt: new Date(NOW + 1000) },
});
const rows = await readControlRows(database);

let files = 0;

/** A file that is not there yet, in a folder of its own. */
function newPath(): string {
  files += 1;
  return join(folder, String(files), 'control.json');
}

async function keptFile(): Promise<string> {
  const path = newPath();
  await new SnapshotFile(path, () => NOW).keep(rows);
  return path;
}

async function refusalOf(path: string): Promise<string> {
  try {
    await readSnapshotFile(path);
  } catch (error) {
    if (error instanceof SnapshotFileError) return error.code;
    throw error;
  }
  return 'accepted';
}

async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const limit = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error('it did not come to hold within 10 s');
    await delay(20);
  }
}

describe('the copy of a control snapshot', () => {
  it('is read as it was written, with the instant', async () => {
    const copy = await readSnapshotFile(await keptFile());
    expect(copy?.writtenAt).toBe(NOW);
    expect(plain(copy?.rows)).toEqual(plain(rows));
    expect(rows.issuers.length).toBeGreaterThan(3);
    expect(rows.clients.length).toBeGreaterThan(0);
    expect(rows.mappings.length).toBeGreaterThan(4);
    expect(rows.credentials.map(({ scheme }) => scheme)).toContain('bearer');
  });

  it('makes the same snapshot', async () => {
    const copy = await readSnapshotFile(await keptFile());
    const [read, kept] = [buildControlSnapshot(rows), buildControlSnapshot(copy?.rows ?? rows)];
    expect([...kept.issuers.keys()]).toEqual([...read.issuers.keys()]);
    expect(kept.refusedMappings).toEqual([]);
    expect(kept.clients).toEqual(read.clients);
  });

  it('holds hashes and no secrets, and nobody else may read it', async () => {
    const path = await keptFile();
    const text = await readFile(path, 'utf8');
    for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret);
    expect(text.match(/"secretSha256":"[0-9a-f]{64}"/g)).toHaveLength(3);
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
    expect(await readdir(join(path, '..'))).toEqual(['control.json']);
  });

  it('is written only when something changes, also by the next process', async () => {
    const path = await keptFile();
    const { ino } = await stat(path);
    for (const file of [new SnapshotFile(path, () => NOW + 1), new SnapshotFile(path, () => NOW + 2)]) {
      expect(await file.keep(rows)).toBe(false);
      expect(await file.keep({ ...rows })).toBe(false);
    }
    expect((await stat(path)).ino).toBe(ino);
    const file = new SnapshotFile(path, () => NOW + 3);
    expect(await file.keep({ ...rows, clients: [] })).toBe(true);
    expect((await readSnapshotFile(path))?.rows.clients).toEqual([]);
    expect((await readSnapshotFile(path))?.writtenAt).toBe(NOW + 3);
  });

  it('is replaced as a whole, over whatever an earlier try left', async () => {
    const path = await keptFile();
    await writeFile(`${path}.${String(process.pid)}.new`, 'half a fi');
    const before = await readFile(path, 'utf8');
    expect(await new SnapshotFile(path, () => NOW).keep({ ...rows, mappings: [] })).toBe(true);
    expect(await readFile(path, 'utf8')).not.toBe(before);
    expect(await readdir(join(path, '..'))).toEqual(['control.json']);
  });

  it('is none where there is no file', async () => {
    expect(await readSnapshotFile(newPath())).toBeUndefined();
  });

  it('is refused where others may write it', async () => {
    for (const mode of [0o620, 0o602, 0o666]) {
      const path = await keptFile();
      await chmod(path, mode);
      expect(await refusalOf(path)).toBe('SNAPSHOT_FILE_WRITABLE');
    }
  });

  it('is refused where it is no file of its own', async () => {
    const [link, place] = [join(folder, 'link.json'), join(folder, 'place.json')];
    await symlink(await keptFile(), link);
    await mkdir(place);
    expect(await refusalOf(link)).toBe('SNAPSHOT_FILE_ELOOP');
    expect(await refusalOf(place)).toBe('SNAPSHOT_FILE_KIND');
    expect(await refusalOf(join(await keptFile(), 'below.json'))).toBe('SNAPSHOT_FILE_ENOTDIR');
  });

  it.each<[string, string, (text: string) => string]>([
    ['is empty', 'SNAPSHOT_FILE_FOREIGN', () => ''],
    ['is cut off', 'SNAPSHOT_FILE_FOREIGN', (text) => text.slice(0, -20)],
    ['is something else', 'SNAPSHOT_FILE_FOREIGN', () => '{"version":1,"rows":{}}'],
    ['is null', 'SNAPSHOT_FILE_FOREIGN', () => 'null'],
    ['is another version', 'SNAPSHOT_FILE_VERSION', (text) => text.replace('"version":1', '"version":2')],
    ['has no instant', 'SNAPSHOT_FILE_CONTENT', (text) => text.replace('writtenAt', 'writtenAT')],
    ['has a member more', 'SNAPSHOT_FILE_CONTENT', (text) => text.replace('{"issuers"', '{"x":1,"issuers"')],
    ['has no issuers', 'SNAPSHOT_FILE_CONTENT', (text) => text.replace('{"issuers"', '{"ISSUERS"')],
    ['has null for an issuer', 'SNAPSHOT_FILE_CONTENT', (text) => text.replace('[{"id"', '[null,{"id"')],
    ['has a list for an issuer', 'SNAPSHOT_FILE_CONTENT', (text) => text.replace('[{"id"', '[[],{"id"')],
    ['has another mode', 'SNAPSHOT_FILE_CONTENT', (text) => text.replace('"enforce"', '"maybe"')],
    ['has another policy', 'SNAPSHOT_FILE_CONTENT', (text) => text.replace('"deny"', '"allow"')],
    [
      'has half a hash',
      'SNAPSHOT_FILE_CONTENT',
      (text) => text.replace(/("secretSha256":"[0-9a-f]{32})[0-9a-f]{32}/, '$1'),
    ],
    [
      'has another scheme',
      'SNAPSHOT_FILE_CONTENT',
      (text) => text.replace('"scheme":"header"', '"scheme":"none"'),
    ],
    [
      'has a header credential as a bearer one',
      'SNAPSHOT_FILE_CONTENT',
      (text) => text.replace('"scheme":"header"', '"scheme":"bearer"'),
    ],
    [
      'has a credential without an end',
      'SNAPSHOT_FILE_CONTENT',
      (text) => text.replace('"expiresAt":null,', ''),
    ],
    [
      'has a mapping without conditions',
      'SNAPSHOT_FILE_CONTENT',
      (text) => text.replace('"conditions":', '"condition":'),
    ],
  ])('is refused where it %s', async (_, code, change) => {
    const path = await keptFile();
    const text = await readFile(path, 'utf8');
    expect(change(text)).not.toBe(text);
    await writeFile(path, change(text));
    expect(await refusalOf(path)).toBe(code);
    expect(await new SnapshotFile(path, () => NOW).keep(rows)).toBe(true);
    expect(await refusalOf(path)).toBe('accepted');
  });
});

describe('the hook service', () => {
  it('keeps the copy up to date', async () => {
    const path = newPath();
    const hook = await startTestHook({ configuration: { snapshotFile: path, controlRefreshMs: 50 } });
    await eventually(() => readSnapshotFile(path).then((copy) => copy !== undefined));
    await revokeHookCredential(hook.database, 'hc_deny', new Date(NOW));
    await eventually(async () => !(await readFile(path, 'utf8')).includes('hc_deny'));
    const message = 'the copy of the control snapshot is written';
    const writings = () => hook.logs().filter(({ msg }) => msg === message);
    await eventually(() => writings().length === 2);
    await delay(200);
    expect(writings()).toHaveLength(2);
  });

  it('does not mind a copy that cannot be written, and says so once', async () => {
    const path = join(await keptFile(), 'below', 'control.json');
    const hook = await startTestHook({ configuration: { snapshotFile: path, controlRefreshMs: 50 } });
    const message = 'the copy of the control snapshot could not be written';
    const failures = () => hook.logs().filter(({ msg }) => msg === message);
    await eventually(() => failures().length > 0);
    await delay(300);
    expect(failures()).toEqual([expect.objectContaining({ code: 'ENOTDIR' })]);
    expect((await hook.send(examplePayload('request_01_authorization_code_user'))).status).toBe(200);
  });
});

/** Rows with their sets and bytes as JSON can show them. */
function plain(of: ControlRows | undefined): unknown {
  return {
    ...of,
    credentials: of?.credentials.map((credential) => ({
      ...credential,
      issuerIds: [...credential.issuerIds],
      ...(credential.scheme === 'header'
        ? { secretSha256: Buffer.from(credential.secretSha256).toString('hex') }
        : {}),
    })),
  };
}
