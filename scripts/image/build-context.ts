import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The files that an engine would be given: the folder without what its .dockerignore leaves out; sorted. */
export async function readBuildContext(folder: string): Promise<readonly string[]> {
  const rules = readIgnoreRules(await readFile(join(folder, '.dockerignore'), 'utf8'));
  return listFiles(folder, '', rules);
}

/** The last rule that matches a path or one of its folders decides. */
export interface IgnoreRule {
  readonly pattern: RegExp;
  readonly isIgnored: boolean;
}

/** @see https://docs.docker.com/build/concepts/context/#dockerignore-files */
export function readIgnoreRules(text: string): readonly IgnoreRule[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({
      isIgnored: !line.startsWith('!'),
      pattern: toPattern(line.replace(/^!/, '').replaceAll(/^\/|\/$/g, '')),
    }));
}

/** Whether the rules leave a path out; it is written with slashes and without a leading one. */
export function isIgnored(path: string, rules: readonly IgnoreRule[]): boolean {
  return rules.findLast(({ pattern }) => pattern.test(path))?.isIgnored ?? false;
}

function toPattern(glob: string): RegExp {
  const source = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*\*\/|\*\*|\*|\?/g, (wildcard) => WILDCARDS[wildcard] ?? wildcard);
  return new RegExp(`^${source}(/.*)?$`);
}

const WILDCARDS: Readonly<Record<string, string>> = {
  '**/': '(?:.*/)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
};

async function listFiles(
  root: string,
  folder: string,
  rules: readonly IgnoreRule[],
): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const lists = await Promise.all(
    entries
      // Too big to walk through, and never wanted.
      .filter(({ name }) => name !== 'node_modules' && name !== '.git')
      .map(async (entry) => {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (entry.isDirectory()) return listFiles(root, path, rules);
        return isIgnored(path, rules) ? [] : [path];
      }),
  );
  return lists.flat().toSorted();
}
