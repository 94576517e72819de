import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CLIENT, machineCall, USER, userCall } from '../../support/calls.js';
import { recordCalls, RECORDING_KEY } from '../../support/recorded-calls.js';
import { runCliHere } from '../../support/run-cli-here.js';
import { onTeardown } from '../../support/teardown.js';
import { createTestDatabase } from '../../support/test-database.js';

const made = await createTestDatabase();
await recordCalls(made, [
  userCall({ user: USER.eli }),
  userCall({ user: USER.gus }),
  machineCall({ client: CLIENT.batch }),
]);
const folder = await mkdtemp(join(tmpdir(), 'mintmark-what-if-'));
onTeardown(() => rm(folder, { recursive: true, force: true }));
const CHANGES = join(folder, 'changes.yaml');
const RECORDED = join(folder, 'recorded.jsonl');
await writeFile(CHANGES, 'version: 1\ntenants: [{ id: blue, name: Blue, status: suspended }]\n');

async function run(...parameters: readonly string[]) {
  return runCliHere({
    parameters,
    environment: { DATABASE_URL: made.url, MINTMARK_RECORD_KEY: RECORDING_KEY },
  });
}

const exported = await run('invocations', 'export');
await writeFile(RECORDED, exported.out);

describe('mintmark replay --with', () => {
  it('sums up whose recorded calls would get other tokens, and changes nothing', async () => {
    const { code, out, err } = await run('replay', RECORDED, '--with', CHANGES, '--json');
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({
      ...{ calls: 3, leftOut: 0, masked: 0, changed: 2, denied: 0 },
      people: [{ user: USER.eli, calls: 1, changed: 1 }],
    });
    expect(await made.database.query(`SELECT status::text FROM tenants WHERE id = 'blue'`, [])).toEqual([
      { status: 'active' },
    ]);
  });

  it('says so in words', async () => {
    const { code, out } = await run('replay', RECORDED, '--with', CHANGES);
    expect(code).toBe(0);
    expect(out).toContain('Nothing was changed.');
    expect(out).toContain('3 calls: 2 would end otherwise, of 1 user.');
    expect(out).toContain(USER.eli);
  });

  it('takes the calls of a filter alone', async () => {
    const { out } = await run(
      'replay',
      RECORDED,
      '--with',
      CHANGES,
      '--filter',
      `client=${CLIENT.batch}`,
      '--json',
    );
    expect(JSON.parse(out)).toMatchObject({ calls: 1, changed: 1 });
  });

  it('refuses files that an apply would refuse, and what belongs to other ways of a replay', async () => {
    const wrong = join(folder, 'wrong.yaml');
    await writeFile(wrong, 'version: 1\ntenants: [{ id: blue, name: Blue, status: gone }]\n');
    const refused = await run('replay', RECORDED, '--with', wrong);
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.err).toContain('wrong.yaml');
    expect((await run('replay', RECORDED, '--with', CHANGES, '--local')).code).toBe(64);
    expect((await run('replay', RECORDED, '--local', '--prune')).code).toBe(64);
  });
});
