import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readOrgFile, type MintRequest } from '../../src/authorization-server/start.js';
import { DEFAULT_SWITCHES } from '../../src/authorization-server/org/switches.js';
import { onTeardown } from '../support/teardown.js';
import { SERVER } from '../support/test-org.js';
import { certificatesOnDisk, startThirdPartyOrg } from './third-party/third-party-org.js';

// The page is tried as a reader has it: its snippets become the files of a project, whose one dependency is a link to this package,
// as npm makes it for a folder. What they import is what was built.

const PAGE = 'docs/authorization-server.md';
const TIMEOUT_MS = 120_000;
const page = await readFile(PAGE, 'utf8');

interface Snippet {
  readonly file: string;
  readonly text: string;
}

/** Fenced blocks, each with the name of its file. */
const snippets: readonly Snippet[] = [...page.matchAll(/^```(\S*) ?(.*)\n([^]*?)^```$/gm)].map(
  ([, , file = '', text = '']) => ({ file, text }),
);

/** How each is run; the rest are what these read and import. */
const RUN = ['tokens.test.mjs', 'api.test.js', 'people.jest.js', 'test_tokens.py'];
const READ = ['org.yaml', 'hook.mjs', 'api.mjs', 'jest.config.mjs'];

const project = await makeProject();

async function makeProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mintmark-reader-'));
  onTeardown(() => rm(folder, { recursive: true, force: true }));
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '@jest'), { recursive: true });
  await mkdir(join(modules, 'vitest'));
  await symlink(resolve('.'), join(modules, 'mintmark'));
  await symlink(resolve('node_modules/@jest/globals'), join(modules, '@jest/globals'));
  // vitest needs a newer Node than this package does. What the snippet takes of it, Jest has under the same names.
  await writeFile(join(modules, 'vitest/package.json'), '{ "type": "module", "exports": "./index.js" }');
  await writeFile(
    join(modules, 'vitest/index.js'),
    "export { afterAll, expect, test } from '@jest/globals';\n",
  );
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  for (const { file, text } of snippets) await writeFile(join(folder, file), text);
  return folder;
}

interface Ending {
  readonly code: unknown;
  readonly printed: string;
}

function run(program: string, parameters: readonly string[]): Promise<Ending> {
  const { PATH, HOME } = process.env;
  // As if nothing ran around it: a test runner tells its children that they are its own.
  const env = { PATH, HOME, NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning' };
  return new Promise((done) => {
    execFile(program, parameters, { cwd: project, env, timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : (error.code ?? error.signal), printed: stdout + stderr });
    });
  });
}

function runJest(...parameters: readonly string[]): Promise<Ending> {
  const jest = resolve('node_modules/jest/bin/jest.js');
  return run(process.execPath, [jest, '--ci', '--no-cache', '--no-watchman', ...parameters]);
}

describe('the page of the mini authorization server', () => {
  it('has no snippet that is not run here', () => {
    expect(snippets.map(({ file }) => file).sort()).toEqual([...RUN, ...READ].sort());
  });

  it('has an org that can be read', () => {
    const { text = '' } = snippets.find(({ file }) => file === 'org.yaml') ?? {};
    expect(readOrgFile(text.replace('HOOK_URL', 'http://127.0.0.1:1/')).clients.size).toBe(2);
  });

  it(
    'has tests for node:test that pass',
    async () => {
      const { code, printed } = await run(process.execPath, ['--test', 'tokens.test.mjs']);
      expect({ code, printed }).toEqual({ code: 0, printed: expect.stringMatching(/^\W*pass 4$/m) });
    },
    TIMEOUT_MS,
  );

  it(
    'has tests for vitest that pass, in Jest’s hands',
    async () => {
      const { code, printed } = await runJest('--testMatch', '**/api.test.js');
      expect({ code, printed }).toEqual({ code: 0, printed: expect.stringContaining('4 passed, 4 total') });
    },
    TIMEOUT_MS,
  );

  it(
    'has tests for Jest that pass',
    async () => {
      const { code, printed } = await runJest();
      expect({ code, printed }).toEqual({ code: 0, printed: expect.stringContaining('2 passed, 2 total') });
    },
    TIMEOUT_MS,
  );

  const hasPython = spawnSync('python3', ['--version']).status === 0;
  if (!hasPython) process.stderr.write('\nNOT TESTED: there is no python3 here to run a snippet.\n\n');
  (hasPython ? it : it.skip)(
    'has tests for Python that pass',
    async () => {
      const { code, printed } = await run('python3', ['-m', 'unittest', 'test_tokens']);
      expect({ code, printed }).toEqual({ code: 0, printed: expect.stringMatching(/^Ran 2 tests[^]*^OK$/m) });
    },
    TIMEOUT_MS,
  );

  it('lists every switch with its default', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` +\| `(\w+)` +\|/gm)].map(([, name, value]) => [name, value]);
    const switches = Object.entries(DEFAULT_SWITCHES).map(([name, value]) => [name, String(value)]);
    expect(rows).toEqual(switches);
  });

  it(
    'shows every outcome of tenant selection with the sample org',
    async () => {
      const { server } = await startThirdPartyOrg(await certificatesOnDisk(), () => {});
      const outcomes = outcomesOnPage();
      for (const { wish, outcome } of outcomes) {
        const { decoded } = await server.mint(wish);
        expect({ wish, outcome: decoded.access.payload['tenant_selection'] }).toEqual({ wish, outcome });
      }
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(
        ['ambiguous', 'bound', 'default', 'hinted', 'none', 'only', 'refused', 'remembered'].sort(),
      );
    },
    TIMEOUT_MS,
  );
});

interface Outcome {
  readonly wish: MintRequest;
  readonly outcome: string;
}

/** The rows of the table for `mintmark mint`. */
function outcomesOnPage(): readonly Outcome[] {
  const rows = [...page.matchAll(/^\| (.*?) +\| `([a-z]+)`.*\|$/gm)];
  let last: MintRequest = { client: '', grant: 'client_credentials' };
  return rows.flatMap(([, options = '', outcome = '']) => {
    if (!options.includes('`--')) return [];
    last = options.startsWith('the same with') ? { ...last, grant: 'refresh_token' } : wishOf(options);
    return [{ wish: last, outcome }];
  });
}

function wishOf(options: string): MintRequest {
  const given = new Map([...options.matchAll(/--(\w+) ([^\s`]+)/g)].map(([, name, value]) => [name, value]));
  const [client = '', user, tenantHint] = ['client', 'user', 'tenant'].map((name) => given.get(name));
  const grant = user === undefined ? 'client_credentials' : 'authorization_code';
  return { server: SERVER.orders, client, grant, ...(user && { user }), ...(tenantHint && { tenantHint }) };
}
