import { chmod, lstat, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chooseServerAccount, chooseTemporaryFolder } from '../../test/support/postgres-process.js';
import { createDatabase, startPostgresServer } from '../../test/support/postgres-server.js';
import { differences, findForbidden, listImage } from './check-files.js';
import { readDockerfile, type Stage } from './read-dockerfile.js';
import { replayStages, type ReplayedImage } from './replay-stages.js';
import type { Account } from './run-image.js';
import { tryImage } from './try-image.js';

export interface ReplayImageOptions {
  /** The checkout. */
  readonly context: string;
  /** A database that may be written to; without one, a PostgreSQL server is started. */
  readonly databaseUrl: string | undefined;
  readonly report: (line: string) => void;
}

/**
 * Does by hand what a container engine would do with the Dockerfile: replays it in an empty folder, looks for files that must
 * not be there, starts the result as another user who can write nothing, and calls it.
 *
 * @throws Error that says what is wrong with the image
 */
export async function replayImage({ context, databaseUrl, report }: ReplayImageOptions): Promise<void> {
  // As in an image: what a RUN makes can be read by whoever starts it.
  process.umask(0o022);
  const stages = readDockerfile(await readFile(join(context, 'Dockerfile'), 'utf8'));
  assertRunnable(stages.at(-1), report);
  const account = await chooseServerAccount();
  const workplace = await mkdtemp(join(await chooseTemporaryFolder(account), 'mintmark-image-'));
  try {
    await chmod(workplace, 0o755);
    const image = await replayStages(stages, { context, workplace, report });
    await checkFiles(image, context, report);
    await makeReadOnly(image);
    const before = await listImage(image.folder);
    const trial = { image, account, context, mounted: join(workplace, 'mounted'), report };
    report(whoRuns(account));
    await withDatabase(databaseUrl, (url) => tryImage({ ...trial, databaseUrl: url }));
    const written = differences(before, await listImage(image.folder)).filter(
      (path) => !path.startsWith('state/'),
    );
    if (written.length > 0) throw new Error(`The image wrote into its own folder: ${written.join(', ')}`);
    report('it wrote nothing outside the place of its volume');
  } finally {
    await makeRemovable(workplace);
    await rm(workplace, { recursive: true, force: true });
  }
}

function assertRunnable(stage: Stage | undefined, report: (line: string) => void): void {
  if (stage?.command === null || stage?.healthCheck === null || stage === undefined) {
    throw new Error('The last stage needs a CMD and a HEALTHCHECK.');
  }
  if (stage.user === null || /^(root|0)(:|$)/.test(stage.user))
    throw new Error('The last stage runs as root: name a USER.');
  const [, major = ''] = /^node:(\d+)/.exec(stage.image) ?? [];
  const [running = ''] = process.versions.node.split('.');
  if (major !== running)
    report(`The image has Node ${major}; this replay runs on Node ${process.versions.node}.`);
}

function whoRuns(account: Account): string {
  return account === undefined
    ? 'it runs as the user who replays it, who may write none of its files'
    : `it runs as user ${String(account.uid)}, who owns none of its files`;
}

async function checkFiles(
  { folder }: ReplayedImage,
  context: string,
  report: (line: string) => void,
): Promise<void> {
  const files = await listImage(folder);
  const forbidden = await findForbidden(files, join(context, 'package-lock.json'));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  report(`${String(files.length)} files, ${(bytes / 1_000_000).toFixed(1)} MB besides the base image`);
  if (forbidden.length > 0) {
    throw new Error(`${String(forbidden.length)} forbidden files:\n${forbidden.slice(0, 20).join('\n')}`);
  }
}

/** Runs the work with an empty database, which is dropped afterwards. */
async function withDatabase(url: string | undefined, work: (url: string) => Promise<void>): Promise<void> {
  const server = url === undefined ? await startPostgresServer() : undefined;
  try {
    const database = await createDatabase(server?.superuserUrl ?? String(url));
    await work(database.url).finally(() => database.drop());
  } finally {
    await server?.stop();
  }
}

/** But for the place of the volume. */
async function makeReadOnly({ root, folder }: ReplayedImage): Promise<void> {
  const volume = join(folder, 'state');
  await changeModes(root, (mode, path) => (path === volume ? mode : mode & ~0o222));
}

async function makeRemovable(folder: string): Promise<void> {
  await changeModes(folder, (mode) => mode | 0o200);
}

async function changeModes(folder: string, change: (mode: number, path: string) => number): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const solid = entries
    .filter((entry) => !entry.isSymbolicLink())
    .map(({ parentPath, name }) => join(parentPath, name));
  for (const path of [folder, ...solid]) {
    const { mode } = await lstat(path);
    await chmod(path, change(mode & 0o7777, path));
  }
}
