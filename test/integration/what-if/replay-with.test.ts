import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { runCli } from '../../../src/cli/run-cli.js';
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

  it('counts what is no call of a token hook, and files that hold no call', async () => {
    const calls = join(folder, 'calls');
    await mkdir(calls);
    await writeFile(join(calls, 'a.json'), JSON.stringify(userCall({ user: USER.eli })));
    await writeFile(
      join(calls, 'b.json'),
      JSON.stringify({ ...userCall({ user: USER.eli }), eventType: 'com.okta.other' }),
    );
    await writeFile(join(calls, 'c.json'), '{}');
    const { out } = await run('replay', calls, '--with', CHANGES, '--json');
    expect(JSON.parse(out)).toMatchObject({ calls: 1, changed: 1, leftOut: 2, interrupted: false });
  });

  it('shows on a terminal how far it is, as other replays do', async () => {
    const call = JSON.stringify(userCall({ user: USER.eli }));
    const drawn: string[] = [];
    const written: string[] = [];
    const replaying = (parameters: readonly string[]): Promise<number> =>
      runCli({
        parameters: ['replay', '-', '--with', CHANGES, ...parameters],
        environment: { DATABASE_URL: made.url },
        terminal: Object.assign(Object.create(process.stderr), {
          write: (text: string) => drawn.push(text) > 0,
        }) as NodeJS.WriteStream,
        input: async function* () {
          yield Buffer.from(`${call}\n`);
          // Nothing is shown of what takes less than a second.
          await delay(1_100);
          yield Buffer.from(`${call}\n`);
        },
        writeOut: (text) => written.push(text),
        writeError: (text) => written.push(text),
      });
    expect(await replaying([])).toBe(0);
    expect(drawn.at(-1)).toBe('\r\u001B[K');
    expect(drawn.at(-2)).toMatch(/2 calls, \d+ calls\/s$/);
    expect(written.join('')).toContain('2 calls: 2 would end otherwise');
    drawn.length = 0;
    expect(await replaying(['--json'])).toBe(0);
    expect(drawn).toEqual([]);
  });

  it('ends at a good place when it is interrupted, with what is known by then', async () => {
    const controller = new AbortController();
    const written = { out: '', err: '' };
    const code = await runCli({
      parameters: ['replay', '-', '--with', CHANGES],
      environment: { DATABASE_URL: made.url },
      listenForInterruption: () => controller.signal,
      input: async function* () {
        yield Buffer.from(`${JSON.stringify(userCall({ user: USER.eli }))}\n`);
        setTimeout(() => {
          controller.abort();
        }, 300);
        // A pipe that stays open.
        await new Promise(() => undefined);
      },
      writeOut: (text) => (written.out += text),
      writeError: (text) => (written.err += text),
    });
    expect({ code, err: written.err }).toEqual({ code: 130, err: 'Interrupted after 1 calls.\n' });
    expect(written.out).toContain('1 call: 1 would end otherwise');
  });

  it.each([
    ...[['--local'], ['--url', 'https://localhost:1'], ['--against', 'https://localhost:1']],
    ...[['--rate', '5'], ['--concurrency', '2'], ['--budget', '100'], ['--strict'], ['--only-failed']],
    ...[['--claims', 'all'], ['--junit', 'x.xml'], ['--update'], ['--exact-lifetimes']],
  ])('refuses %s, which is for answers of a hook', async (...option) => {
    const { code, out, err } = await run('replay', '--with', CHANGES, RECORDED, ...option);
    expect({ code, out }).toEqual({ code: 64, out: '' });
    expect(err).toContain(`cannot be used with option '${String(option[0])}`);
  });

  it('refuses files that an apply would refuse, and what belongs to other ways of a replay', async () => {
    const wrong = join(folder, 'wrong.yaml');
    await writeFile(wrong, 'version: 1\ntenants: [{ id: blue, name: Blue, status: gone }]\n');
    const refused = await run('replay', RECORDED, '--with', wrong);
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.err).toContain('wrong.yaml');
    expect((await run('replay', RECORDED, '--local', '--prune')).code).toBe(64);
  });
});
