import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { ISSUER, USER, userCall } from '../support/calls.js';
import { withMembers } from '../support/payloads.js';
import { HEADER, SECRETS, startTestHook, type TestHook } from '../support/test-hook.js';

const hook = await startTestHook();

/** The samples of our own metrics that have the given prefix. */
async function samples({ service }: TestHook, prefix = 'mintmark_'): Promise<readonly string[]> {
  const text = await (await fetch(`${service.opsUrl}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith(prefix));
}

async function value(target: TestHook, sample: string): Promise<number> {
  const [line] = await samples(target, `${sample} `);
  return Number(line?.slice(sample.length));
}

describe('the metrics', () => {
  it('count every call by outcome, reason, issuer and mode, and those that left without claims they were to have', async () => {
    await hook.send(userCall({ user: USER.eli }));
    await hook.send(userCall({ user: USER.eli }));
    await hook.send(userCall({ user: USER.fay, issuer: ISSUER.strict }));
    await hook.send(userCall({ user: USER.eli, issuer: ISSUER.shadow }));
    await hook.send(userCall({ user: USER.eli, issuer: ISSUER.off }));
    await hook.send(userCall({ user: USER.eli, issuer: 'https://unknown.example/oauth2/x' }));
    await hook.send(userCall({ user: USER.eli, issuer: 'https://unknown.example/oauth2/x' }), SECRETS.deny);
    await hook.send(userCall({ user: USER.eli, issuer: ISSUER.off }), SECRETS.ordersOnly);
    await hook.call('{', [
      [HEADER, SECRETS.all],
      ['content-type', 'application/json'],
    ]);
    await hook.call('{}', [[HEADER, 'wrong']]);
    const counted = await samples(hook, 'mintmark_hook_calls_total');
    expect(counted.toSorted()).toEqual(
      [
        'mintmark_hook_calls_total{outcome="stamped",reason="",issuer="acme-orders",mode="enforce"} 2',
        'mintmark_hook_calls_total{outcome="denied",reason="selection_ambiguous",issuer="acme-strict",mode="enforce"} 1',
        'mintmark_hook_calls_total{outcome="shadow",reason="",issuer="acme-shadow",mode="shadow"} 1',
        'mintmark_hook_calls_total{outcome="off",reason="",issuer="acme-off",mode="off"} 1',
        'mintmark_hook_calls_total{outcome="failed",reason="unknown_issuer",issuer="",mode=""} 2',
        'mintmark_hook_calls_total{outcome="failed",reason="issuer_not_allowed",issuer="",mode=""} 1',
        'mintmark_hook_calls_total{outcome="failed",reason="not_json",issuer="",mode=""} 1',
      ].toSorted(),
    );
    expect((await samples(hook, 'mintmark_unstamped_total')).toSorted()).toEqual([
      'mintmark_unstamped_total{reason="issuer_not_allowed"} 1',
      'mintmark_unstamped_total{reason="not_json"} 1',
      'mintmark_unstamped_total{reason="unauthenticated"} 1',
      'mintmark_unstamped_total{reason="unknown_issuer"} 1',
    ]);
    expect(await value(hook, 'mintmark_unauthenticated_calls_total')).toBe(1);
  });

  it('time the whole of a call, and each of its steps', async () => {
    const timed = await startTestHook();
    await timed.send(userCall({ user: USER.eli }));
    const whole = await value(timed, 'mintmark_hook_call_seconds_sum');
    const steps = (await samples(timed, 'mintmark_hook_step_seconds_sum')).map(
      (line) => /step="(\w+)"} (.+)$/.exec(line) ?? [],
    );
    expect(steps.map(([, step]) => step)).toEqual(
      expect.arrayContaining(['authenticate', 'receive', 'check', 'facts', 'decide', 'respond']),
    );
    expect(steps).toHaveLength(6);
    const sum = steps.reduce((seconds, [, , step]) => seconds + Number(step), 0);
    expect(whole).toBeGreaterThan(0);
    expect(sum).toBeCloseTo(whole, 6);
    expect(await value(timed, 'mintmark_hook_call_seconds_count')).toBe(1);
  });

  it('tell where facts came from, and what is kept of them', async () => {
    const caching = await startTestHook({ configuration: { cachedFactsMs: 5_000, factsDeadlineMs: 300 } });
    for (let call = 0; call < 3; call += 1) await caching.send(userCall({ user: USER.eli }));
    expect(await samples(caching, 'mintmark_facts_lookups_total')).toEqual([
      'mintmark_facts_lookups_total{origin="directory"} 1',
      'mintmark_facts_lookups_total{origin="cache"} 2',
    ]);
    expect(await value(caching, 'mintmark_facts_cache_documents')).toBeGreaterThanOrEqual(3);
    expect(await value(caching, 'mintmark_facts_cache_bytes')).toBeGreaterThan(1000);
    expect(await value(caching, 'mintmark_stale_facts_total')).toBe(0);
  });

  it('count calls that were decided on stale facts', async () => {
    const lenient = await startTestHook({ configuration: { factsDeadlineMs: 200, staleFactsMs: 60_000 } });
    await lenient.send(userCall({ user: USER.eli }));
    const locker = new Client({ connectionString: lenient.databaseUrl });
    await locker.connect();
    await locker.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    await lenient.send(userCall({ user: USER.eli }));
    await locker.end();
    expect(await value(lenient, 'mintmark_stale_facts_total')).toBe(1);
    expect(lenient.logs().at(-1)).toMatchObject({ outcome: 'stamped', facts: 'stale' });
  });

  it('count as unstamped what nobody received, and nothing of an issuer that is off', async () => {
    const counting = await startTestHook();
    const withoutUser = withMembers(userCall({ user: USER.eli, issuer: ISSUER.off }), {
      'data.access.claims.uid': undefined,
    });
    await counting.send(withoutUser);
    expect(await samples(counting, 'mintmark_unstamped_total')).toEqual([]);
  });

  it('show the pool, the event loop, memory and CPU', async () => {
    const states = await samples(hook, 'mintmark_database_pool_connections');
    expect(states.map((line) => /state="(\w+)"/.exec(line)?.[1])).toEqual(['busy', 'idle', 'waiting']);
    expect(await value(hook, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
    expect(await value(hook, 'process_resident_memory_bytes')).toBeGreaterThan(0);
    expect(await value(hook, 'process_cpu_seconds_total')).toBeGreaterThan(0);
  });
});
