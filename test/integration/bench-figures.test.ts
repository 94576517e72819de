import { describe, expect, it } from '@jest/globals';
import { judge, summarize, BOUNDS, type Bound } from '../../bench/figures.js';
import { mintOrg, SERVER_ID } from '../../bench/mint/mint-org.js';
import { readMintOptions } from '../../bench/mint/mint-options.js';
import { CLIENT_ID } from '../../bench/mint/token-claims.mjs';
import { readOptions } from '../../bench/options.js';
import { readBodies } from '../../bench/requests.js';
import { SUBJECTS, userId } from '../../bench/directory.js';
import { readOrgFile, type Org } from '../../src/authorization-server/start.js';

const judged = (median: number, bound?: Bound) =>
  judge({
    name: 'x',
    unit: 'ratio',
    median,
    min: median,
    max: median,
    ...(bound === undefined ? {} : { bound }),
  });

describe('the figures of the benchmark', () => {
  it('have the median of an odd and of an even number of rounds', () => {
    expect(summarize([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(summarize([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
  });

  it('hold a floor that they meet exactly, reach a goal beyond it, and fall short below it', () => {
    expect([0.469, 0.47, 0.6].map((ratio) => judged(ratio, BOUNDS.header))).toEqual([
      'FALLS SHORT',
      'holds',
      'goal',
    ]);
    expect([260.1, 260, 200].map((size) => judged(size, BOUNDS.memory))).toEqual([
      'FALLS SHORT',
      'holds',
      'goal',
    ]);
    expect([3, 2.9].map((growth) => judged(growth, BOUNDS.memoryGrowth))).toEqual(['FALLS SHORT', 'holds']);
    expect([1, 1.01].map((ratio) => judged(ratio, BOUNDS.mintToOthers))).toEqual(['FALLS SHORT', 'holds']);
    expect(judged(1)).toBeNull();
  });

  it('reach a goal that has no floor, or say nothing', () => {
    expect([0.79, 0.8].map((ratio) => judged(ratio, BOUNDS.mintToSigning))).toEqual([null, 'goal']);
  });

  it('fall short where nothing could be measured', () => {
    expect(judged(NaN, BOUNDS.memory)).toBe('FALLS SHORT');
    expect(judged(NaN, BOUNDS.header)).toBe('FALLS SHORT');
  });
});

describe('the calls of the benchmark', () => {
  it('are one for each subject, of the usual size and without a tenant hint', async () => {
    const bodies = await readBodies();
    expect(bodies).toHaveLength(SUBJECTS);
    expect(new Set(bodies).size).toBe(SUBJECTS);
    const sizes = bodies.map((body) => body.length);
    expect(Math.min(...sizes)).toBeGreaterThan(2_500);
    expect(Math.max(...sizes)).toBeLessThan(3_000);
    expect(bodies.some((body) => body.includes('tenant=') || body.includes('00u4t9y2JkLmWq7Rz1d7'))).toBe(
      false,
    );
    expect(JSON.parse(bodies[42] ?? '')).toMatchObject({ data: { access: { claims: { uid: userId(42) } } } });
  });
});

describe('the options of the benchmark', () => {
  it('choose sections, and refuse those that there are not', () => {
    expect([...readOptions(['--only', 'lookup,start']).sections]).toEqual(['lookup', 'start']);
    expect(() => readOptions(['--only', 'speed'])).toThrow('--only knows');
    expect(() => readOptions(['--fast'])).toThrow('Unknown option');
  });
});

describe('the benchmark of minting', () => {
  it('refuses options that there are not, and is short where it is to be quick', () => {
    expect(() => readMintOptions(['--only', 'hook'])).toThrow('Unknown option');
    const [quick, whole] = [readMintOptions(['--quick']), readMintOptions([])];
    expect(quick.rounds * quick.seconds).toBeLessThan(whole.rounds * whole.seconds);
  });

  it('has an org that takes the posted form, with the hook and without', async () => {
    const secret = 'a-secret-that-is-posted';
    const client = { authenticationMethod: 'client_secret_post', secret };
    const hook = { uri: 'https://localhost:1/hook', secret: 'a-secret-of-the-hook' };
    const [without, withHook] = [
      readOrgFile(await mintOrg(null, secret)),
      readOrgFile(await mintOrg(hook, secret)),
    ];
    for (const { clients } of [without, withHook]) expect(clients.get(CLIENT_ID)).toMatchObject(client);
    const ruleOf = ({ servers }: Org) => servers.get(SERVER_ID)?.policies[0]?.rules[0];
    expect(ruleOf(without)?.inlineHookId).toBeNull();
    expect(withHook.inlineHooks.get(ruleOf(withHook)?.inlineHookId ?? '')?.channel).toEqual({
      ...{ type: 'HTTP', uri: hook.uri, headers: [] },
      authScheme: { key: 'authorization', value: hook.secret },
    });
  });
});
