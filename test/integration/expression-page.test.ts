import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readOrgFile } from '../../src/authorization-server/org/read-org-file.js';
import { onTeardown } from '../support/teardown.js';

const PAGE = 'docs/expression-language.md';
const TIMEOUT_MS = 60_000;

interface Run {
  readonly code: number;
  readonly printed: string;
}

function runScript(...parameters: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/expression-table.mjs', ...parameters], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), printed: stdout + stderr });
    });
  });
}

/** A copy of the page in which a value is another than what the tests have. */
async function changedCopy(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mintmark-page-'));
  onTeardown(() => rm(folder, { recursive: true }));
  const copy = join(folder, 'page.md');
  const page = await readFile(PAGE, 'utf8');
  const changed = page.replace('`"This is a test"`', '`"This was a test"`');
  expect(changed).not.toBe(page);
  await writeFile(copy, changed);
  return copy;
}

describe('the page of the expression language', () => {
  it('shows a part of an org’s file that can be read', async () => {
    const [, snippet = ''] = /```yaml\n(.*?)```/s.exec(await readFile(PAGE, 'utf8')) ?? [];
    const start = 'version: 1\norg: { name: Acme, subDomain: acme }\n';
    const users = 'users: [{ profile: { login: dana@acme.example }, groups: [Engineering] }]\n';
    const org = readOrgFile(start + users + snippet);
    expect(org.clients.get('0oaOrdersWeb')?.assignments.groups.size).toBe(2);
  });

  it(
    'is what the script writes',
    async () => {
      const copy = await changedCopy();
      expect(await runScript(copy)).toEqual({ code: 0, printed: '' });
      expect(await readFile(copy, 'utf8')).toBe(await readFile(PAGE, 'utf8'));
    },
    TIMEOUT_MS,
  );

  it(
    'is refused with another value in it',
    async () => {
      const { code, printed } = await runScript('--check', await changedCopy());
      expect(code).toBe(1);
      expect(printed).toContain('is not what the cases say');
    },
    TIMEOUT_MS,
  );
});
