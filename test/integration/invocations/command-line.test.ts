import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { eachInvocation } from '../../../src/invocations/read-invocations.js';
import type { CliEnding } from '../../support/cli-process.js';
import { runCliHere } from '../../support/run-cli-here.js';
import { CLIENT, ISSUER, machineCall, USER, userCall } from '../../support/calls.js';
import { withMembers } from '../../support/payloads.js';
import { pseudonyms, recordCalls, RECORDING_KEY } from '../../support/recorded-calls.js';
import { createTestDatabase } from '../../support/test-database.js';

const made = await createTestDatabase();
const STALE = { 'data.access.claims.tenant_id': 'blue', 'data.access.claims.tenant_roles': ['old'] };
await recordCalls(made, [
  userCall({ user: USER.eli }),
  userCall({ user: USER.fay, issuer: ISSUER.strict }),
  machineCall({ client: CLIENT.batch }),
  userCall({ user: USER.eli, issuer: ISSUER.shadow }),
  withMembers(userCall({ user: USER.eli, issuer: ISSUER.shadow }), STALE),
  userCall({ user: USER.fay, issuer: ISSUER.shadow }),
  machineCall({ client: CLIENT.batch, issuer: ISSUER.shadow }),
]);
const ELI = pseudonyms.of('user', USER.eli);

async function run(
  parameters: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<CliEnding> {
  return runCliHere({
    parameters: ['invocations', ...parameters],
    environment: { DATABASE_URL: made.url, ...variables },
  });
}

async function json(
  parameters: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const { code, out, err } = await run([...parameters, '--json'], variables);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as unknown;
}

function idsIn(page: unknown): readonly string[] {
  return (page as { readonly items: readonly { readonly id: string }[] }).items.map(({ id }) => id);
}

describe('mintmark invocations list', () => {
  it('shows calls in a table, the newest first', async () => {
    const { code, out } = await run(['list', '--limit', '6']);
    const lines = out.trim().split('\n');
    expect(code).toBe(0);
    expect(lines[0]).toMatch(/^ID +ANSWERED +ISSUER +CLIENT +USER +TENANT +OUTCOME +MS$/);
    expect(lines[1]).toMatch(new RegExp(`^7 +2026-03-11T09:41:07.000Z +acme-shadow +${CLIENT.batch} +- `));
    expect(lines[6]).toMatch(/^2 .* denied \(selection_ambiguous\) +\d+\.\d\d$/);
    expect(lines[7]).toBe('There are more: --after 2');
  });

  it('goes on behind a call, by the order of the list', async () => {
    for (const order of [[], ['--slowest']]) {
      const whole = idsIn(await json(['list', ...order]));
      const first = await json(['list', ...order, '--limit', '3']);
      const { nextAfter } = first as { readonly nextAfter: string };
      expect([...idsIn(first), ...idsIn(await json(['list', ...order, '--after', nextAfter]))]).toEqual(
        whole,
      );
      expect(whole).toHaveLength(7);
    }
  });

  it.each([
    [
      ['--issuer', 'acme-orders'],
      ['3', '1'],
    ],
    [
      ['--client', CLIENT.batch],
      ['7', '3'],
    ],
    [['--outcome', 'denied'], ['2']],
    [
      ['--mode', 'shadow', '--user', ELI],
      ['5', '4'],
    ],
    [
      ['--tenant', 'blue', '--issuer', 'acme-orders'],
      ['3', '1'],
    ],
    [['--until', '2026-03-11T09:41:07Z'], []],
    [
      ['--from', '2026-03-11T09:41:07Z', '--outcome', 'stamped'],
      ['3', '1'],
    ],
    [['--since', '1h'], []],
  ])('filters by %j', async (options, ids) => {
    expect(idsIn(await json(['list', ...options]))).toEqual(ids);
  });

  it('finds the calls of a user by the id, with the key alone', async () => {
    const key = { MINTMARK_RECORD_KEY: RECORDING_KEY };
    expect(idsIn(await json(['list', '--user', USER.eli], key))).toEqual(['5', '4', '1']);
    expect(await run(['list', '--user', USER.eli])).toMatchObject({
      code: 64,
      err: expect.stringContaining('MINTMARK_RECORD_KEY'),
    });
  });

  it.each([
    ['--since', 'yesterday'],
    ['--since', '1h', '--from', '2026-03-11T09:41:07Z'],
    ['--outcome', 'good'],
    ['--limit', '0'],
    ['--after', 'x'],
  ])('refuses %s %s', async (...options) => {
    expect((await run(['list', ...options])).code).toBe(64);
  });

  it.each(['list', 'export', 'diff'])('refuses before it asks the database (%s)', async (command) => {
    const contradicting = ['--since', '1h', '--from', '2026-03-11T09:41:07Z'];
    const nowhere = { DATABASE_URL: 'postgresql://127.0.0.1:1/nowhere', MINTMARK_RECORD_KEY: 'short' };
    expect((await run([command, ...contradicting], nowhere)).code).toBe(64);
    expect((await run([command, '--user', USER.eli], nowhere)).code).toBe(78);
  });

  it('says that there is nothing', async () => {
    expect(await run(['list', '--issuer', 'nobody'])).toMatchObject({
      code: 0,
      out: 'There are no such recorded calls.\n',
    });
  });
});

describe('mintmark invocations show', () => {
  it('shows decision, times, and each token before and after', async () => {
    const { code, out } = await run(['show', '4']);
    expect(code).toBe(0);
    expect(out).toContain('Invocation 4, answered 2026-03-11T09:41:07.000Z in ');
    expect(out).toContain('Outcome: shadow');
    expect(out).toContain('Tenant: blue (only: the only membership left)');
    expect(out).toContain('Mode shadow answered with no commands. What enforce would have made of it:');
    expect(out).toMatch(/^\+ tenant_id +"blue"$/m);
    expect(out).toContain(ELI);
    expect(out).not.toContain(USER.eli);
  });

  it('says that no token is minted', async () => {
    expect((await run(['show', '2'])).out).toContain('No token is minted.');
  });

  it('has all of it as JSON, and refuses what is not there', async () => {
    expect(await json(['show', '1'])).toMatchObject({ id: '1', payload: { data: {} }, trace: {} });
    expect(await run(['show', '99'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('no invocation 99'),
    });
  });
});

describe('mintmark invocations export', () => {
  it('writes calls one on each line, the oldest first, as a process', async () => {
    const main = resolve('dist/cli/main.js');
    const { stdout } = await promisify(execFile)(process.execPath, [main, 'invocations', 'export'], {
      env: { PATH: process.env['PATH'], DATABASE_URL: made.url },
    });
    const calls = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly id: string });
    expect(calls.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(calls[0]).toMatchObject({
      payload: { eventType: 'com.okta.oauth2.tokens.transform' },
      answer: {},
    });
  });

  it('writes payloads alone, filtered', async () => {
    const { out } = await run(['export', '--payloads', '--issuer', 'acme-strict']);
    const [payload, ...more] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(more).toEqual([]);
    expect(payload).toMatchObject({ data: { context: { protocol: { issuer: { uri: ISSUER.strict } } } } });
  });

  it('goes through more than a page, and to the end that there was when it began', async () => {
    const many = await createTestDatabase();
    const record = (count: number): Promise<unknown> =>
      many.database.prisma.invocation.createMany({
        data: Array.from({ length: count }, () => ({
          ...{ issuerId: 'x', clientId: 'c', outcome: 'stamped', durationUs: 1 },
          ...{ at: new Date(1_000), keptUntil: new Date(2_000), document: { request: null } },
        })),
      });
    await record(450);
    const read = [];
    for await (const { id } of eachInvocation(many.database, { tenantIds: null })) {
      if (read.length % 100 === 0) await record(100);
      read.push(id);
    }
    expect(read).toHaveLength(450);
    const { out } = await run(['export', '--until', '1970-01-01T00:00:01.500Z'], { DATABASE_URL: many.url });
    const ids = out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly id: string }).id);
    expect(ids).toEqual(Array.from({ length: 950 }, (_, index) => String(index + 1)));
  });
});

describe('mintmark invocations diff', () => {
  it('sums up whose tokens would change, and how, if shadow were enforce', async () => {
    const report = await json(['diff']);
    expect(report).toMatchObject({ calls: 4, leftOut: 0, denied: 0, minted: 0 });
    const { claims, clients, people } = report as {
      readonly claims: readonly object[];
      readonly clients: readonly object[];
      readonly people: readonly object[];
    };
    // What a draft carries and keeps is no change.
    expect(claims).toContainEqual({
      token: 'access',
      name: 'tenant_id',
      change: 'added',
      calls: 2,
      users: 1,
    });
    expect(claims).toContainEqual({
      token: 'access',
      name: 'tenant_roles',
      change: 'changed',
      calls: 1,
      users: 1,
    });
    expect(claims).toContainEqual({ token: 'access', name: 'mintmark', change: 'added', calls: 4, users: 2 });
    expect(clients).toEqual([
      { issuer: 'acme-shadow', client: CLIENT.web, calls: 3, changed: 3, denied: 0, minted: 0, users: 2 },
      { issuer: 'acme-shadow', client: CLIENT.batch, calls: 1, changed: 1, denied: 0, minted: 0, users: 0 },
    ]);
    expect(people).toContainEqual({ user: ELI, calls: 2, changed: 2, denied: 0, minted: 0 });
  });

  it('is told in words and tables', async () => {
    const { code, out } = await run(['diff', '--people', '1']);
    expect(code).toBe(0);
    expect(out).toContain('4 calls: 4 would end otherwise, of 2 users.');
    expect(out).toMatch(/^ {2}\+ +tenant_id +access token +2 +1$/m);
    expect(out).toMatch(/^ {2}acme-shadow +0oa\w+ +3 +3 +0 +0 +2$/m);
    expect(out).toMatch(new RegExp(`^ {2}${ELI} +2 +2 +0 +0$`, 'm'));
    expect(out).not.toContain(pseudonyms.of('user', USER.fay));
  });

  it('has nothing to say of other modes', async () => {
    expect(await json(['diff', '--issuer', 'acme-orders'])).toMatchObject({ calls: 0 });
    expect((await run(['diff', '--mode', 'enforce'])).code).toBe(64);
  });
});
