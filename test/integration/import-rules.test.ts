import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { onTeardown } from '../support/teardown.js';

const root = await mkdtemp(join(tmpdir(), 'mintmark-imports-'));
onTeardown(() => rm(root, { recursive: true, force: true }));

interface Import {
  readonly importer: string;
  readonly imported: string;
}

async function readImports(name: string): Promise<readonly Import[]> {
  const text = await readFile(`test/fixtures/import-rules/${name}.txt`, 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [importer = '', imported = ''] = line.split(' ');
      return { importer, imported };
    });
}

/** Writes each import into a file of its own, lints them all, and gives the numbers of the refused ones. */
async function refusedAmong(
  name: string,
  imports: readonly Import[],
  statement: (imported: string) => string,
): Promise<readonly number[]> {
  const folder = join(root, name);
  for (const [index, { importer, imported }] of imports.entries()) {
    const path = join(folder, 'src', importer.replace(/\.ts$/, `-${String(index)}.ts`));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, statement(imported));
  }
  await copyFile('.oxlintrc.json', join(folder, '.oxlintrc.json'));
  const output = await lint(folder);
  const files = output.matchAll(/-(\d+)\.ts:\d+:\d+: .*no-restricted-imports/g);
  return [...new Set([...files].map(([, index]) => Number(index)))].toSorted((a, b) => a - b);
}

/** The linter ends with 1 where it finds something. */
function lint(cwd: string): Promise<string> {
  const oxlint = resolve('node_modules/.bin/oxlint');
  return new Promise((done) => {
    execFile(oxlint, ['--format=unix'], { cwd }, (_error, stdout) => {
      done(stdout);
    });
  });
}

const all = (imports: readonly Import[]): readonly number[] => imports.map((_, index) => index);

describe('the import rules', () => {
  it('refuse every import that the architecture forbids', async () => {
    const imports = await readImports('broken');
    const statement = (imported: string): string =>
      `import * as it from '${imported}';\nexport const x = it;\n`;
    expect(await refusedAmong('broken', imports, statement)).toEqual(all(imports));
  });

  it('refuse it as a type and as a dynamic import, too', async () => {
    const imports = await readImports('broken');
    const type = (imported: string): string =>
      `import type { It } from '${imported}';\nexport type X = It;\n`;
    const dynamic = (imported: string): string => `export const x = () => import('${imported}');\n`;
    expect(await refusedAmong('types', imports, type)).toEqual(all(imports));
    expect(await refusedAmong('dynamic', imports, dynamic)).toEqual(all(imports));
  });

  it('allow what the architecture allows', async () => {
    const imports = await readImports('allowed');
    const statement = (imported: string): string =>
      `import * as it from '${imported}';\nexport const x = it;\n`;
    expect(await refusedAmong('allowed', imports, statement)).toEqual([]);
  });
});
