import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { isIgnored, readIgnoreRules } from '../../scripts/image/build-context.js';
import { findForbidden } from '../../scripts/image/check-files.js';
import { readDockerfile } from '../../scripts/image/read-dockerfile.js';

const file = (path: string) => ({ path, bytes: 1, changedAt: 0 });
const forbidden = (path: string) => findForbidden([file(path)], 'package-lock.json');

describe('the replay of the Dockerfile', () => {
  it('knows every instruction of ours, and sees the last stage without root', async () => {
    const stages = readDockerfile(await readFile('Dockerfile', 'utf8'));
    expect(stages.map(({ name }) => name)).toEqual(['build', 'dependencies', null]);
    expect(stages.at(-1)).toMatchObject({
      image: 'node:24-slim',
      user: 'node',
    });
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    expect(stages.at(-1)?.command?.join(' ')).toBe(scripts['start:hook']);
  });

  it.each([
    ['an unknown instruction', 'FROM a\nADD x y', 'does not know'],
    ['lower case', 'FROM a\nrun x', 'does not know'],
    ['an instruction before the first stage', 'WORKDIR /app', 'before the first FROM'],
    ['a platform', 'FROM --platform=linux/amd64 a', 'FROM image'],
    ['an unknown flag of COPY', 'FROM a\nCOPY --chown=1 x ./', '--from'],
    ['a pattern in COPY', 'FROM a\nCOPY *.json ./', 'plain paths'],
    ['the shell form of CMD', 'FROM a\nCMD node main.js', 'exec form'],
    ['the shell form of a health check', 'FROM a\nHEALTHCHECK CMD curl localhost', 'exec form'],
    ['a mount', 'FROM a\nRUN --mount=type=cache,target=/root/.npm npm ci', 'shell form'],
    ['a path of the host', 'FROM a\nRUN rm -rf /app/dist', 'outside'],
    ['a way out of the working folder', 'FROM a\nRUN rm -rf ../x', 'outside'],
    ['several variables in one line', 'FROM a\nENV A=1 B=2', 'NAME=value'],
  ])('refuses %s', (_what, text, message) => {
    expect(() => readDockerfile(text)).toThrow(message);
  });

  it('joins continued lines, and drops the comments between them', () => {
    expect(readDockerfile('FROM a\nRUN one \\\n# why\n  && two')[0]?.steps).toEqual([
      { kind: 'run', command: 'one && two' },
    ]);
  });
});

describe('the build context', () => {
  it('leaves secrets, tests and what is generated out', async () => {
    const rules = readIgnoreRules(await readFile('.dockerignore', 'utf8'));
    const left = [
      '.env',
      '.git/config',
      '.mintmark/server.key',
      'test/a.ts',
      'examples/a.yaml',
      'bench/a.ts',
    ];
    const inside = [
      'src/claims/decide.spec.ts',
      'src/generated/prisma/client.ts',
      'scripts/replay-image.mjs',
    ];
    expect([...left, ...inside].filter((path) => !isIgnored(path, rules))).toEqual([]);
    const wanted = ['package.json', 'src/cli/main.ts', 'prisma/migrations/1_a/migration.sql'];
    expect(wanted.filter((path) => isIgnored(path, rules))).toEqual([]);
  });

  it('lets the last rule that matches decide', () => {
    const rules = readIgnoreRules('# all\n*\n!a\na/**/*.b\n!a/c/d.b\n');
    const paths = ['x', 'a', 'a/x', 'a/x.b', 'a/x/y.b', 'a/c/d.b', 'a/c/e.b'];
    expect(paths.filter((path) => isIgnored(path, rules))).toEqual(['x', 'a/x.b', 'a/x/y.b', 'a/c/e.b']);
  });
});

describe('the files of an image', () => {
  it.each([
    'src/cli/main.ts',
    '.env',
    'dist/playground/main.js',
    'dist/authorization-server/start.js',
    'dist/claims/decide.spec.js',
    'dist/cli/main.js.map',
    'dist/cli/main.d.ts',
    'prisma/schema.prisma',
    'node_modules/@electric-sql/pglite/package.json',
    'node_modules/typescript/package.json',
    'node_modules/jest/package.json',
    'node_modules/fast-check/package.json',
    'node_modules/prisma/build/index.js',
    'node_modules/pg/.env',
    'state/server.key',
  ])('may not be %s', async (path) => {
    expect(await forbidden(path)).toHaveLength(1);
  });

  it.each([
    'package.json',
    'dist/cli/main.js',
    'prisma/migrations/20261122000000_directory/migration.sql',
    'node_modules/pg/lib/index.js',
    'node_modules/@types/pg/package.json',
  ])('may be %s', async (path) => {
    expect(await forbidden(path)).toEqual([]);
  });
});
